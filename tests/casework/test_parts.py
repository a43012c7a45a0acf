"""Workbooks read into a case: all rows or none, only while the case may be changed."""

import datetime as dt

import pytest
from django.db import connection

from tests.casework.rehearsal import Things, draft
from tests.cast import AT, Cast, move
from upkeep.casework import parts
from upkeep.casework.engine import NotNow, NotYours
from upkeep.casework.models import Case
from upkeep.casework.states import Move
from upkeep.kernel.errors import Refusal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rehearsal")]

GOOD: list[dict[str, object]] = [{"name": "CANARY-水泵", "count": 2}, {"name": "电梯", "count": None}]


@pytest.fixture
def case(cast: Cast) -> Case:
    return draft(cast)


def take(cast: Cast, case: Case, rows: list[dict[str, object]], *, who: str = "demo-developer") -> list[str]:
    reading = parts.import_rows(case.pk, part="things", content=Things().export(rows), by=cast[who], at=AT)
    return [f"{fault.cell} {fault.text}" for fault in reading.faults]


class TestAWorkbook:
    def test_becomes_rows_under_their_numbers(self, cast: Cast, case: Case) -> None:
        assert take(cast, case, GOOD) == []

        assert list(parts.rows_of(case, "things")) == [(2, GOOD[0]), (3, GOOD[1])]
        assert parts.row_count(case, "things") == 2
        assert Case.objects.get().version == case.version + 1

    def test_read_again_takes_the_place_of_the_first(self, cast: Cast, case: Case) -> None:
        take(cast, case, GOOD)
        take(cast, case, [{"name": "门禁", "count": 1}])

        assert [row["name"] for _, row in parts.rows_of(case, "things")] == ["门禁"]

    def test_with_a_fault_leaves_everything_as_it_was(self, cast: Cast, case: Case) -> None:
        take(cast, case, GOOD)

        faults = take(cast, case, [{"name": "门禁", "count": 1}, {"name": None, "count": 100}])

        assert [fault.split(" ")[0] for fault in faults] == ["A3", "B3"]
        assert parts.row_count(case, "things") == 2
        assert Case.objects.get().version == case.version + 1

    def test_that_is_none_is_refused(self, cast: Cast, case: Case) -> None:
        with pytest.raises(Refusal):
            parts.import_rows(case.pk, part="things", content=b"not a workbook", by=cast["demo-developer"], at=AT)

    def test_for_a_part_that_the_procedure_lacks_is_refused(self, cast: Cast, case: Case) -> None:
        with pytest.raises(NotNow, match="没有该表格"):
            parts.import_rows(case.pk, part="owners", content=b"", by=cast["demo-developer"], at=AT)

    def test_is_taken_from_the_applicant_only_and_only_before_it_is_handed_in(self, cast: Cast, case: Case) -> None:
        with pytest.raises(NotYours):
            take(cast, case, GOOD, who="more-developer2")
        move(case, Move.SUBMIT, cast["demo-developer"], at=AT + dt.timedelta(hours=1))
        with pytest.raises(NotNow):
            take(cast, case, GOOD)

    def test_lies_encrypted(self, cast: Cast, case: Case) -> None:
        take(cast, case, GOOD)

        with connection.cursor() as cursor:
            cursor.execute("select string_agg(to_jsonb(r)::text, ' ') from casework_caserow r")
            assert "CANARY" not in cursor.fetchone()[0]
