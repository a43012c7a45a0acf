"""What is taken away of a case that came to nothing, when, and that nothing else of a closed case can change."""

import datetime as dt

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from tests.casework.rehearsal import REVIEW, WINDOW, Things, draft, set_chain
from tests.casework.test_files import picture
from tests.cast import AT, Cast, move
from upkeep.casework import files, forgetting, parts, prints
from upkeep.casework.models import Case, CaseEvent
from upkeep.casework.states import Move, State
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.retention_rule import RetentionRule
from upkeep.printing.models import KeptPrint
from upkeep.tasks.night_cleaning import clean

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rehearsal")]
DAY = dt.timedelta(days=1)


def filled(cast: Cast) -> Case:
    """A draft with a row, a paper, and words about somebody."""
    set_chain(cast, WINDOW, REVIEW)
    case, by = draft(cast, topic="赵明的房屋"), cast["demo-developer"]
    parts.import_rows(case.pk, part="things", content=Things().export([{"name": "赵明"}]), by=by, at=AT)
    files.attach(case.pk, paper="sketch", name="1.jpg", content=picture(), by=by, at=AT)
    return Case.objects.get(pk=case.pk)


def withdrawn(cast: Cast, *, handed_in: bool = True) -> Case:
    case, by = filled(cast), cast["demo-developer"]
    if handed_in:
        move(case, Move.SUBMIT, by)
    return move(case, Move.WITHDRAW, by)


def held(case: Case) -> tuple[bool, int, int]:
    """Whether the form says anything, how many rows and papers."""
    found = Case.objects.get(pk=case.pk)
    return bool(found.data), found.rows.count(), found.files.count()


class TestADroppedDraft:
    def test_is_emptied_at_once_and_keeps_its_number_and_history(
        self, cast: Cast, django_capture_on_commit_callbacks: object
    ) -> None:
        path = filled(cast).files.get().path
        assert default_storage.exists(path)
        case = Case.objects.get()

        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            move(case, Move.WITHDRAW, cast["demo-developer"])

        case = Case.objects.get()
        assert held(case) == (False, 0, 0)
        assert (case.state, case.forgotten_at, case.contact_phone) == (State.WITHDRAWN, AT, "")
        assert CaseEvent.objects.filter(case=case).count() == 1
        assert not default_storage.exists(path)

    def test_that_was_returned_before_is_kept_as_one_that_was_handed_in(self, cast: Cast) -> None:
        case = move(filled(cast), Move.SUBMIT, cast["demo-developer"])
        move(case, Move.RETURN, cast["demo-clerk"], note="缺图")

        move(case, Move.WITHDRAW, cast["demo-developer"])

        assert held(case) == (True, 1, 1)


class TestAWithdrawnCase:
    @pytest.mark.parametrize(("days", "left"), [(90, (True, 1, 1)), (91, (False, 0, 0))])
    def test_is_emptied_by_the_night_after_its_citys_days(
        self, cast: Cast, days: int, left: tuple[bool, int, int]
    ) -> None:
        case = withdrawn(cast)

        with time_machine.travel(AT + days * DAY, tick=False):
            clean(0)

        assert held(case) == left

    def test_waits_as_many_days_as_the_city_says(self, cast: Cast) -> None:
        case = withdrawn(cast)
        set_policy(
            kind=PolicyKind.RETENTION_RULE,
            jurisdiction_id=cast.city.jurisdiction.pk,
            value=RetentionRule(withdrawn_days=3),
            valid_from=dt.date(2020, 1, 1),
        )

        assert forgetting.forget_withdrawn(at=AT + 3 * DAY) == 0
        assert forgetting.forget_withdrawn(at=AT + 4 * DAY) == 1
        assert forgetting.forget_withdrawn(at=AT + 5 * DAY) == 0
        assert held(case) == (False, 0, 0)

    def test_loses_its_kept_prints_too(self, cast: Cast) -> None:
        kept = KeptPrint(form="application", title="申请表", number="1", path="p", sha256="0", pages=1, printed_at=AT)
        case = withdrawn(cast)
        kept.subject = prints.subject_of(case)
        kept.save(force_insert=True)

        forgetting.forget_withdrawn(at=AT + 91 * DAY)

        assert not KeptPrint.objects.exists()

    def test_is_the_only_closed_case_that_is_emptied(self, cast: Cast) -> None:
        set_chain(cast)
        approved = move(draft(cast), Move.SUBMIT, cast["demo-developer"])
        set_chain(cast, WINDOW, REVIEW, since=dt.date(2026, 11, 21))
        returned = draft(cast, topic="以后")

        assert forgetting.forget_withdrawn(at=AT + 4_000 * DAY) == 0

        assert Case.objects.get(pk=approved.pk).data and Case.objects.get(pk=returned.pk).data


class TestTheDatabase:
    @pytest.mark.parametrize(
        "change",
        [
            "subject = 'x', forgotten_at = now()",
            "data = ''",
            "state = 'APPROVED', forgotten_at = now()",
            "contact_phone = ''",
        ],
    )
    def test_lets_nothing_of_a_withdrawn_case_change_but_what_is_taken_away(self, cast: Cast, change: str) -> None:
        case = withdrawn(cast)

        with pytest.raises(DatabaseError, match="closed and cannot change"), transaction.atomic():
            _update(case, change)

    def test_lets_it_be_taken_away_once(self, cast: Cast) -> None:
        case = withdrawn(cast)
        forgetting.forget_withdrawn(at=AT + 91 * DAY)

        with pytest.raises(DatabaseError, match="closed and cannot change"), transaction.atomic():
            _update(case, "data = 'x', forgotten_at = now()")

    def test_knows_no_forgotten_case_that_is_not_withdrawn(self, cast: Cast) -> None:
        case = filled(cast)

        with pytest.raises(DatabaseError, match="case_is_forgotten_only_when_withdrawn"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(forgotten_at=timezone.now())


def _update(case: Case, change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"update casework_case set {change} where id = %s", [case.pk])
