"""docs/glossary.md knows every word of the trade that the code has made into a name."""

import ast
import re

from django.apps import apps

from launch.places import ROOT
from tests.house_rules.source import classes, product_files
from upkeep.casework.procedure import register

_ENUMERATIONS = ("Choices", "Enum")


def glossary() -> list[str]:
    """Its lines."""
    return (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()


def listed() -> list[str]:
    """The identifiers in the glossary's tables."""
    cells = [row.split("|")[2] for row in glossary() if row.startswith("|") and row.count("|") >= 4]
    return [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]


def procedure_codes() -> list[str]:
    """`code = "…"` of every class below procedures/."""
    return [
        str(statement.value.value)
        for path in product_files()
        if "procedures" in path.parts
        for node, _ in classes(path)
        for statement in node.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "code"
        if isinstance(statement.value, ast.Constant)
    ]


class TestGlossary:
    def test_lists_every_model(self) -> None:
        models = {model.__name__ for model in apps.get_models() if model.__module__.startswith("upkeep.")}

        assert models - set(listed()) == set()

    def test_lists_every_enumeration(self) -> None:
        enumerations = {
            node.name for path in product_files() for node, bases in classes(path) if _is_enumeration(bases)
        }

        assert enumerations
        assert enumerations - set(listed()) == set()

    def test_lists_every_procedure(self) -> None:
        assert set(procedure_codes()) - set(listed()) == set()

    def test_calls_a_procedure_what_its_users_call_it(self) -> None:
        rows = [[cell.strip(" `") for cell in line.split("|")[1:3]] for line in glossary() if line.count("|") >= 4]
        chinese = {identifier: words for words, identifier in rows}

        assert {one.code: chinese.get(one.code) for one in register} == {one.code: one.title for one in register}

    def test_lists_no_word_twice(self) -> None:
        words = listed()

        assert sorted(word for word in set(words) if words.count(word) > 1) == []


def _is_enumeration(bases: list[str]) -> bool:
    return any(base.endswith(_ENUMERATIONS) for base in bases)
