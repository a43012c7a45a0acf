"""A business procedure is one file of its code, says where it comes from, and is proved by a test file of its own."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch.places import PRODUCT, ROOT
from tests.house_rules.source import name, tree
from upkeep.casework.procedure import Procedure, register
from upkeep.casework.states import CLOSED, TRANSITIONS

LONGEST_CLASS = 120
PROCEDURES = sorted(register, key=lambda one: one.code)
FILES = [path for path in sorted((PRODUCT / "procedures").glob("*/*.py")) if path.name != "__init__.py"]

each = pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda one: one.code)


def file_of(procedure: Procedure) -> Path:
    return Path(inspect.getfile(type(procedure)))


def covered(text: str) -> set[str]:
    return {row for line in re.findall(r"covers: (.+)", text) for row in re.findall(r"\b[A-Z]\d+\b", line)}


class TestEveryProcedure:
    @each
    def test_lives_in_a_file_of_its_code(self, procedure: Procedure) -> None:
        assert file_of(procedure).stem == procedure.code
        assert file_of(procedure).parent.parent == PRODUCT / "procedures"

    @each
    def test_is_proved_by_a_test_file_that_covers_its_rows(self, procedure: Procedure) -> None:
        test = ROOT / "tests" / "procedures" / f"test_{procedure.code}.py"

        assert test.exists()
        assert procedure.covers
        assert set(procedure.covers) - covered(test.read_text(encoding="utf-8")) == set()

    @each
    def test_says_its_chinese_name_its_rows_and_its_source(self, procedure: Procedure) -> None:
        told = ast.get_docstring(tree(file_of(procedure))) or ""

        called = told.split(" ", 1)[0]
        assert len(called) >= 4
        assert called in procedure.title
        assert [row for row in procedure.covers if row not in told] == []
        assert "Source: " in told

    @each
    def test_is_no_longer_than_a_reader_can_hold(self, procedure: Procedure) -> None:
        (cls,) = (node for node in classes(file_of(procedure)) if node.name == type(procedure).__name__)

        assert (cls.end_lineno or 0) - cls.lineno + 1 <= LONGEST_CLASS

    @each
    def test_says_what_happens_and_who_starts_it(self, procedure: Procedure) -> None:
        assert type(procedure).apply is not Procedure.apply
        assert procedure.starters
        assert re.fullmatch("[A-Z]{2}", procedure.prefix)
        assert procedure.pages
        assert procedure.guide.overview

    @each
    def test_asks_on_its_pages_for_every_field_once(self, procedure: Procedure) -> None:
        """One that starts elsewhere is filled in by the action that starts it, and asks for less."""
        asked = [field for page in procedure.pages for field in getattr(page, "fields", ())]

        assert len(asked) == len(set(asked))
        assert set(asked) <= set(procedure.Form().fields)
        assert not procedure.in_menu or set(asked) == set(procedure.Form().fields)


class TestTheProcedures:
    def test_are_all_there_is_under_their_folder(self) -> None:
        assert sorted(FILES) == sorted(file_of(one) for one in PROCEDURES)

    def test_number_their_cases_each_in_its_own_way(self) -> None:
        assert len({one.prefix for one in PROCEDURES}) == len(PROCEDURES)

    def test_read_no_clock_and_know_no_model_of_each_other(self) -> None:
        clocks = re.compile(r"timezone\.now|datetime\.now|date\.today|localdate\(")

        assert [name(path) for path in FILES if clocks.search(path.read_text(encoding="utf-8"))] == []


class TestTheLifecycle:
    def test_has_no_move_out_of_a_closed_state(self) -> None:
        assert [key for key in TRANSITIONS if key[0] in CLOSED] == []


def classes(path: Path) -> Iterator[ast.ClassDef]:
    yield from (node for node in tree(path).body if isinstance(node, ast.ClassDef))
