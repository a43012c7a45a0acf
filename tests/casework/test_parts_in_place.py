"""Rows of a case entered, fetched and changed in place: held to their sheet's rules, and only while the case is open."""

import datetime as dt
from typing import Any

import pytest

from tests.casework.rehearsal import draft
from tests.cast import AT, Cast, at_once, move
from upkeep.casework import parts
from upkeep.casework.engine import NotNow, NotYours
from upkeep.casework.models import Case
from upkeep.casework.states import Move, State
from upkeep.kernel.errors import HasProblems

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rehearsal")]

PUMP: dict[str, Any] = {"name": "水泵", "count": 2}
LIFT: dict[str, Any] = {"name": "电梯", "count": None}
NAMELESS: dict[str, Any] = {"name": None, "count": 7}


@pytest.fixture
def case(cast: Cast) -> Case:
    return draft(cast)


def replace(cast: Cast, case: Case, *rows: dict[str, Any], who: str = "demo-developer", **more: Any) -> list[str]:
    faults = parts.replace_rows(case.pk, "things", rows, by=cast[who], at=AT, **more)
    return [fault.cell for fault in faults]


def rows(case: Case) -> dict[int, dict[str, Any]]:
    return dict(parts.rows_of(case, "things"))


class TestRowsPutInPlace:
    def test_are_numbered_as_in_a_workbook_and_raise_the_version(self, cast: Cast, case: Case) -> None:
        replace(cast, case, PUMP, LIFT)

        assert rows(case) == {2: PUMP, 3: LIFT}
        assert Case.objects.get().version == case.version + 1

    def test_that_are_faulty_change_nothing(self, cast: Cast, case: Case) -> None:
        replace(cast, case, PUMP)

        with pytest.raises(parts.RowsFaulty, match="第 3 行：名称必填") as refused:
            replace(cast, case, LIFT, NAMELESS)

        assert [fault.cell for fault in refused.value.faults] == ["A3"]
        assert rows(case) == {2: PUMP}

    def test_may_be_kept_although_faulty_and_then_hold_up_the_case(self, cast: Cast, case: Case) -> None:
        assert replace(cast, case, NAMELESS, PUMP, keep_faulty=True) == ["A2"]

        assert [fault.cell for fault in parts.faults_in(case, "things")] == ["A2"]
        with pytest.raises(HasProblems, match="有 1 行存在错误"):
            move(case, Move.SUBMIT, cast["demo-developer"])

    def test_more_than_the_sheet_takes_are_refused(
        self, cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(parts.sheet_of(case, "things"), "max_rows", 2)

        with pytest.raises(NotNow, match="最多 2 行"):
            replace(cast, case, PUMP, PUMP, PUMP)
        replace(cast, case, PUMP, PUMP)
        with pytest.raises(NotNow, match="最多 2 行，现有 2 行"):
            parts.add_row(case.pk, "things", PUMP, by=cast["demo-developer"], at=AT)


class TestARow:
    def test_is_changed_in_the_values_that_are_named(self, cast: Cast, case: Case) -> None:
        replace(cast, case, PUMP, LIFT)

        parts.change_row(case.pk, "things", 3, {"count": 5}, by=cast["demo-developer"], at=AT)

        assert rows(case) == {2: PUMP, 3: LIFT | {"count": 5}}
        assert parts.row_of(case, "things", 3) == LIFT | {"count": 5}
        assert parts.row_of(case, "things", 4) is None

    def test_that_becomes_faulty_stays_as_it_was_with_all_others(self, cast: Cast, case: Case) -> None:
        replace(cast, case, PUMP, LIFT)
        changes: dict[int, dict[str, Any]] = {2: {"count": 9}, 3: {"name": ""}}

        with pytest.raises(parts.RowsFaulty, match="名称必填"):
            parts.change_rows(case.pk, "things", changes, by=cast["demo-developer"], at=AT)

        assert rows(case) == {2: PUMP, 3: LIFT}

    def test_mended_frees_the_case_while_another_still_holds_it_up(self, cast: Cast, case: Case) -> None:
        replace(cast, case, NAMELESS, NAMELESS, keep_faulty=True)

        parts.change_row(case.pk, "things", 2, {"name": "门禁"}, by=cast["demo-developer"], at=AT)
        assert [fault.row for fault in parts.faults_in(case, "things")] == [3]
        parts.change_row(case.pk, "things", 3, {"name": "道闸"}, by=cast["demo-developer"], at=AT)

        assert parts.faults_in(case, "things") == []
        assert move(case, Move.SUBMIT, cast["demo-developer"]).state == State.SUBMITTED

    def test_is_added_behind_the_last(self, cast: Cast, case: Case) -> None:
        assert parts.add_row(case.pk, "things", PUMP, by=cast["demo-developer"], at=AT) == 2
        assert parts.add_rows(case.pk, "things", [LIFT, PUMP], by=cast["demo-developer"], at=AT) == [3, 4]
        with pytest.raises(parts.RowsFaulty):
            parts.add_row(case.pk, "things", NAMELESS, by=cast["demo-developer"], at=AT)

        assert rows(case) == {2: PUMP, 3: LIFT, 4: PUMP}

    def test_is_deleted_and_the_others_keep_their_numbers(self, cast: Cast, case: Case) -> None:
        replace(cast, case, NAMELESS, PUMP, LIFT, keep_faulty=True)

        assert parts.delete_rows(case.pk, "things", [2, 4, 99], by=cast["demo-developer"], at=AT) == 2

        assert rows(case) == {3: PUMP}
        assert parts.add_row(case.pk, "things", LIFT, by=cast["demo-developer"], at=AT) == 4

    def test_that_is_gone_is_not_changed(self, cast: Cast, case: Case) -> None:
        replace(cast, case, PUMP)

        with pytest.raises(NotNow, match="已被删除"):
            parts.change_row(case.pk, "things", 3, {"count": 1}, by=cast["demo-developer"], at=AT)

    def test_of_a_screen_that_is_outdated_is_neither_changed_nor_deleted(self, cast: Cast, case: Case) -> None:
        replace(cast, case, PUMP)
        by, old = cast["demo-developer"], case.version

        with pytest.raises(NotNow, match="请刷新"):
            parts.change_rows(case.pk, "things", {2: {"count": 1}}, by=by, at=AT, seen_version=old)
        with pytest.raises(NotNow, match="请刷新"):
            parts.delete_rows(case.pk, "things", [2], by=by, at=AT, seen_version=old)

        parts.change_rows(case.pk, "things", {2: {"count": 1}}, by=by, at=AT, seen_version=old + 1)
        assert rows(case)[2]["count"] == 1

    def test_is_the_applicants_and_only_before_the_case_is_handed_in(self, cast: Cast, case: Case) -> None:
        replace(cast, case, PUMP)
        with pytest.raises(NotYours):
            parts.change_row(case.pk, "things", 2, {"count": 1}, by=cast["more-developer2"], at=AT)
        with pytest.raises(NotYours):
            replace(cast, case, PUMP, who="demo-clerk")
        move(case, Move.SUBMIT, cast["demo-developer"], at=AT + dt.timedelta(hours=1))

        for refused in (
            lambda: parts.change_row(case.pk, "things", 2, {"count": 1}, by=cast["demo-developer"], at=AT),
            lambda: parts.add_row(case.pk, "things", LIFT, by=cast["demo-developer"], at=AT),
            lambda: parts.delete_rows(case.pk, "things", [2], by=cast["demo-developer"], at=AT),
            lambda: replace(cast, case, LIFT),
        ):
            with pytest.raises(NotNow):
                refused()
        assert rows(case) == {2: PUMP}


@pytest.mark.commits
class TestTwoAtOnce:
    def test_adding_each_get_a_number_of_their_own(self, cast: Cast) -> None:
        case = draft(cast)

        def add(name: str, who: str) -> int:
            return parts.add_row(case.pk, "things", {"name": name, "count": 1}, by=cast[who], at=AT)

        answers = at_once(lambda: add("甲", "demo-developer"), lambda: add("乙", "colleague"))

        assert set(answers) == {2, 3}
        assert {row["name"] for row in rows(case).values()} == {"甲", "乙"}
