"""What the database refuses, whoever asks: broken rows, changed history, closed cases that move."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.casework.rehearsal import draft
from tests.cast import AT, Cast, move
from upkeep.casework.models import Case, CaseEvent, CaseFile, CaseParty, CaseRow, NumberCounter, PartyRole
from upkeep.casework.states import Move, State
from upkeep.parties.models import UserRole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rehearsal")]


@pytest.fixture
def case(cast: Cast) -> Case:
    return draft(cast)


def refused(constraint: str) -> Any:
    return pytest.raises(IntegrityError, match=constraint)


def event(case: Case, **changes: Any) -> CaseEvent:
    values = {"move": "SUBMIT", "from_state": "DRAFT", "to_state": "SUBMITTED", "step": 0, "by_name": "陈", "at": AT}
    return CaseEvent(**{"case": case, "by_role": "", **values, **changes})


def paper(case: Case, **changes: Any) -> CaseFile:
    values = {"paper": "sketch", "name": "a.jpg", "path": "x", "content_type": "image/jpeg", "sha256": "0" * 64}
    return CaseFile(**{"case": case, "uploaded_at": AT, "size": 1, **values, **changes})


class TestACaseRow:
    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"state": State.APPROVED, "submitted_at": AT}, "case_closed_at_iff_closed"),
            ({"closed_at": AT}, "case_closed_at_iff_closed"),
            ({"state": State.SUBMITTED, "waits_for": "APPROVER"}, "case_submitted_at_unless_draft"),
            ({"state": State.RETURNED}, "case_submitted_at_unless_draft"),
            ({"state": State.SUBMITTED, "submitted_at": AT}, "case_waits_for_someone_iff_under_way"),
            ({"waits_for": "APPROVER"}, "case_waits_for_someone_iff_under_way"),
            ({"state": "PAID", "submitted_at": AT}, "case_state_is_known"),
        ],
    )
    def test_that_contradicts_itself_is_refused(self, case: Case, changes: dict[str, Any], constraint: str) -> None:
        with refused(constraint):
            Case.objects.filter(pk=case.pk).update(**changes)

    def test_takes_no_number_twice(self, case: Case) -> None:
        copy = Case(number=case.number, procedure="rehearsal", jurisdiction=case.jurisdiction, created_at=AT)

        with refused("number"):
            copy.save(force_insert=True)

    @pytest.mark.parametrize("column", ["number", "procedure", "applicant_user", "applicant_organisation"])
    def test_keeps_what_it_was_made_with(self, cast: Cast, case: Case, column: str) -> None:
        changed: dict[str, Any] = {
            "number": "YL202611209999990",
            "procedure": "other",
            "applicant_user": cast.city.users["demo-clerk"],
            "applicant_organisation": cast.city.developers[1],
        }

        with pytest.raises(DatabaseError, match="never change"):
            Case.objects.filter(pk=case.pk).update(**{column: changed[column]})

    @pytest.mark.parametrize("changes", [{"subject": "改"}, {"state": "DRAFT", "closed_at": None}, {"version": 99}])
    def test_closed_cannot_change(self, cast: Cast, case: Case, changes: dict[str, Any]) -> None:
        move(case, Move.WITHDRAW, cast["demo-developer"])

        with pytest.raises(DatabaseError, match="is closed and cannot change"):
            Case.objects.filter(pk=case.pk).update(**changes)

    def test_cannot_be_deleted_by_the_serving_role(self, case: Case) -> None:
        with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute("delete from casework_case")

    def test_holds_no_word_of_its_document_in_clear(self, case: Case) -> None:
        Case.objects.filter(pk=case.pk).update(data={"id": "510502199001011234"}, contact_phone="13812345678")

        with connection.cursor() as cursor:
            cursor.execute("select to_jsonb(c)::text from casework_case c")
            raw = cursor.fetchone()[0]
        assert "510502199001011234" not in raw
        assert "13812345678" not in raw


class TestTheHistory:
    def test_takes_no_return_or_rejection_without_a_reason(self, case: Case) -> None:
        for step in (Move.RETURN, Move.REJECT):
            with refused("return_and_reject_need_a_note"), transaction.atomic():
                event(case, move=step).save(force_insert=True)

    @pytest.mark.parametrize("statement", ["update {} set note = 'x'", "delete from {}", "truncate {}"])
    def test_is_append_only_for_the_serving_role(self, case: Case, statement: str) -> None:
        event(case).save(force_insert=True)

        with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(statement.format("casework_caseevent"))


class TestAPart:
    @pytest.mark.parametrize("size", [0, -1, 1_048_577])
    def test_file_is_between_one_byte_and_a_megabyte(self, case: Case, size: int) -> None:
        with refused("case_file_is_at_most_1_mb"):
            paper(case, size=size).save(force_insert=True)

    def test_file_is_kept_once(self, case: Case) -> None:
        paper(case).save(force_insert=True)

        with refused("case_file_is_not_uploaded_twice"):
            paper(case).save(force_insert=True)

    def test_row_is_read_once(self, case: Case) -> None:
        CaseRow.objects.create(case=case, part="things", row_number=2, data={})

        with refused("case_row_is_read_once"):
            CaseRow.objects.create(case=case, part="things", row_number=2, data={})

    def test_party_is_named_once(self, cast: Cast, case: Case) -> None:
        who = cast.city.companies[0]
        CaseParty.objects.create(case=case, organisation=who, role=PartyRole.CONCERNED)

        with refused("party_is_named_once"):
            CaseParty.objects.create(case=case, organisation=who, role=PartyRole.CONCERNED)

    def test_counter_of_a_day_exists_once(self, case: Case) -> None:
        with refused("number_is_counted_once_per_day"):
            NumberCounter.objects.create(prefix="YL", day=AT.date(), last=5)

    def test_role_is_a_known_one_and_held_once(self, cast: Cast) -> None:
        clerk, developer = cast.city.users["demo-clerk"], cast.city.users["demo-developer"]

        with refused("user_role_is_known"), transaction.atomic():
            UserRole.objects.create(user=developer, role="KING")
        with refused("user_holds_a_role_once"), transaction.atomic():
            UserRole.objects.create(user=clerk, role="WINDOW_CLERK")


@pytest.mark.commits
class TestTheOwnerOfTheDatabase:
    """The triggers hold also against the role that migrates."""

    @pytest.fixture
    def owner(self, cast: Cast, owner_connection: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
        move(draft(cast), Move.WITHDRAW, cast["demo-developer"])
        yield owner_connection

    @pytest.mark.parametrize(
        ("statement", "sentence"),
        [
            ("update casework_caseevent set note = 'x'", "append-only"),
            ("delete from casework_caseevent", "append-only"),
            ("truncate casework_caseevent", "append-only"),
            ("delete from casework_case", "withdraw it instead"),
            ("update casework_case set state = 'DRAFT', closed_at = null", "closed and cannot change"),
        ],
    )
    def test_cannot_rewrite_what_happened(self, owner: psycopg.Connection[Any], statement: str, sentence: str) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match=sentence):
            owner.execute(statement)
