"""Two people at one case at once: one effect, and the other is told."""

import pytest

from tests.casework.rehearsal import REVIEW, Rehearsal, draft, set_chain
from tests.cast import Cast, at_once, move
from upkeep.casework import engine
from upkeep.casework.engine import NotNow, NotYours
from upkeep.casework.models import Case, CaseEvent
from upkeep.casework.states import Move, State
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import Role

pytestmark = pytest.mark.commits


class TestTwoApproversAtOnce:
    def test_bring_about_one_effect_and_the_loser_reads_why(self, cast: Cast, rehearsal: Rehearsal) -> None:
        set_chain(cast, REVIEW)
        cast.hire("second-reviewer", [Role.FIRST_REVIEWER])
        case = move(draft(cast), Move.SUBMIT, cast["demo-developer"])
        first, second = cast["demo-reviewer"], cast["second-reviewer"]

        answers = at_once(
            lambda: move(case, Move.PASS, first, seen=case.version),
            lambda: move(case, Move.PASS, second, seen=case.version),
        )

        (lost,) = (answer for answer in answers if isinstance(answer, Refusal))
        assert str(lost) == "这张业务单刚刚由他人办理过，请刷新后再看"
        assert rehearsal.log.count("apply") == 1
        assert Case.objects.get().state == State.APPROVED
        assert CaseEvent.objects.filter(move=Move.PASS).count() == 1

    def test_one_approving_one_returning_do_one_of_the_two(self, cast: Cast, rehearsal: Rehearsal) -> None:
        set_chain(cast, REVIEW)
        cast.hire("second-reviewer", [Role.FIRST_REVIEWER])
        case = move(draft(cast), Move.SUBMIT, cast["demo-developer"])
        first, second = cast["demo-reviewer"], cast["second-reviewer"]

        answers = at_once(lambda: move(case, Move.PASS, first), lambda: move(case, Move.RETURN, second, note="补正"))

        assert len([answer for answer in answers if isinstance(answer, NotNow)]) == 1
        assert rehearsal.log.count("apply") + rehearsal.log.count("release") == 1

    def test_in_two_roles_one_person_passes_one_step(self, cast: Cast, rehearsal: Rehearsal) -> None:
        case = move(draft(cast), Move.SUBMIT, cast["demo-developer"])
        who = cast["all-rounder"]

        answers = at_once(lambda: move(case, Move.ACCEPT, who), lambda: move(case, Move.ACCEPT, who))

        refused = [answer for answer in answers if isinstance(answer, Refusal)]
        assert len(refused) == 1
        assert isinstance(refused[0], NotNow | NotYours)
        assert Case.objects.get().step == 1


class TestTheApplicantAndTheWindowAtOnce:
    def test_withdraw_or_accept_but_not_both(self, cast: Cast, rehearsal: Rehearsal) -> None:
        case = move(draft(cast), Move.SUBMIT, cast["demo-developer"])
        applicant, clerk = cast["demo-developer"], cast["demo-clerk"]

        answers = at_once(lambda: move(case, Move.WITHDRAW, applicant), lambda: move(case, Move.ACCEPT, clerk))

        assert len([answer for answer in answers if isinstance(answer, NotNow)]) == 1
        assert CaseEvent.objects.count() == 2

    def test_saving_twice_keep_both_changes_apart(self, cast: Cast, rehearsal: Rehearsal) -> None:
        case, by, colleague = draft(cast), cast["demo-developer"], cast["colleague"]

        at_once(
            lambda: engine.save_draft(case.pk, {"topic": "甲"}, by=by, at=case.created_at),
            lambda: engine.save_draft(case.pk, {"other": "乙"}, by=colleague, at=case.created_at),
        )

        assert Case.objects.get().data == {"topic": "甲", "other": "乙"}
        assert Case.objects.get().version == 2
