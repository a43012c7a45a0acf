"""Every way a case can go, who may take it there, and what the procedure is asked for on the way."""

import datetime as dt

import pytest

from tests.casework.rehearsal import REVIEW, WINDOW, Rehearsal, draft, set_chain
from tests.cast import AT, LATER, TODAY, Cast, move
from upkeep.casework import engine
from upkeep.casework.engine import NotNow, NotYours
from upkeep.casework.models import Case, CaseEvent, CaseParty
from upkeep.casework.procedure import register
from upkeep.casework.states import TRANSITIONS, Move, State
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.actor import ANONYMOUS, Actor
from upkeep.parties.models import UserRole
from upkeep.parties.roles import Role
from upkeep.policy.review_chain import ChainStep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rehearsal")]


def submitted(cast: Cast, *, at: dt.datetime = AT) -> Case:
    return move(draft(cast), Move.SUBMIT, cast["demo-developer"], at=at)


def accepted(cast: Cast) -> Case:
    return move(submitted(cast), Move.ACCEPT, cast["demo-clerk"], at=LATER)


class TestStarting:
    def test_makes_a_numbered_draft_of_the_organisation(self, cast: Cast) -> None:
        case = draft(cast)

        assert (case.state, case.subject, case.applicant_organisation) == ("DRAFT", "排练", cast.city.developers[0])
        assert case.number.startswith("YL20261120")
        assert (case.contact_name, case.jurisdiction) == ("陈立甲", cast.city.jurisdiction)

    def test_is_refused_to_a_role_that_does_not_start_it(self, cast: Cast) -> None:
        with pytest.raises(NotYours, match="您没有办理“演练”的权限"):
            draft(cast, by="demo-company")

    def test_is_open_to_the_roles_that_the_city_names(self, cast: Cast) -> None:
        set_chain(cast, WINDOW, starters=(Role.PROPERTY_COMPANY,))

        assert draft(cast, by="demo-company").state == State.DRAFT
        with pytest.raises(NotYours):
            draft(cast)

    def test_by_a_visitor_is_refused_until_he_has_named_a_city(self, cast: Cast) -> None:
        with pytest.raises(Refusal, match="请先选择所在城市"):
            engine.start(register["organisation_registration"], by=ANONYMOUS, at=AT)


class TestADraft:
    def test_keeps_what_is_typed_right_or_wrong(self, cast: Cast) -> None:
        case = engine.save_draft(draft(cast).pk, {"topic": "甲" * 300}, by=cast["demo-developer"], at=AT)

        kept = Case.objects.get(pk=case.pk)
        assert kept.data["topic"] == "甲" * 300
        assert len(kept.subject) == 200
        assert kept.version == 1

    def test_keeps_a_contact_that_is_too_long_without_falling_over(self, cast: Cast) -> None:
        engine.save_draft(draft(cast).pk, {"contact_name": "王" * 80}, by=cast["demo-developer"], at=AT)

        assert len(Case.objects.get().contact_name) == 50

    def test_may_be_changed_by_a_colleague_and_by_nobody_else(self, cast: Cast) -> None:
        case = draft(cast)

        engine.save_draft(case.pk, {"topic": "改过"}, by=cast["colleague"], at=AT)

        for stranger in ("more-developer2", "demo-clerk"):
            with pytest.raises(NotYours):
                engine.save_draft(case.pk, {"topic": "篡改"}, by=cast[stranger], at=AT)
        assert Case.objects.get().data == {"topic": "改过"}

    def test_cannot_be_changed_once_handed_in(self, cast: Cast) -> None:
        with pytest.raises(NotNow, match="待受理，不能再修改"):
            engine.save_draft(submitted(cast).pk, {"topic": "晚了"}, by=cast["demo-developer"], at=AT)

    def test_is_refused_with_everything_that_is_wrong(self, cast: Cast) -> None:
        case = draft(cast, topic="")
        engine.save_draft(case.pk, {"contact_name": "", "contact_phone": "12"}, by=cast["demo-developer"], at=AT)

        with pytest.raises(HasProblems) as refused:
            move(case, Move.SUBMIT, cast["demo-developer"])

        assert {problem.field for problem in refused.value.problems} == {"topic", "contact_name"}
        assert Case.objects.get().state == State.DRAFT
        assert not CaseEvent.objects.exists()

    def test_is_refused_with_a_phone_that_is_none(self, cast: Cast) -> None:
        case = draft(cast)
        engine.save_draft(case.pk, {"contact_phone": "12"}, by=cast["demo-developer"], at=AT)

        with pytest.raises(HasProblems, match="电话号码不正确"):
            move(case, Move.SUBMIT, cast["demo-developer"])

    def test_withdrawn_engaged_nothing_and_releases_nothing(self, cast: Cast, rehearsal: Rehearsal) -> None:
        case = move(draft(cast), Move.WITHDRAW, cast["demo-developer"])

        assert (case.state, case.closed_at) == (State.WITHDRAWN, AT)
        assert rehearsal.log == []


class TestAnEmptyChain:
    def test_submitted_is_approved_at_once(self, cast: Cast, rehearsal: Rehearsal) -> None:
        set_chain(cast)

        case = submitted(cast)

        assert (case.state, case.closed_at, case.waits_for, case.due_on) == (State.APPROVED, AT, "", None)
        assert rehearsal.log == ["validate", "claim", "apply"]

    def test_whose_effect_is_refused_stays_a_draft(self, cast: Cast, rehearsal: Rehearsal) -> None:
        set_chain(cast)
        rehearsal.refusal = "来不及了"

        with pytest.raises(Refusal, match="来不及了"):
            submitted(cast)

        assert Case.objects.get().state == State.DRAFT
        assert not CaseEvent.objects.exists()


class TestTheDevelopersOwnChain:
    """Another organisation decides, the office never sees a step."""

    @pytest.fixture
    def case(self, cast: Cast, rehearsal: Rehearsal) -> Case:
        set_chain(cast, ChainStep(Role.DEVELOPER, 2, party="developer"), starters=(Role.PROPERTY_COMPANY,))
        rehearsal.deciders = (cast.city.developers[0].pk,)
        return move(draft(cast, by="demo-company"), Move.SUBMIT, cast["demo-company"])

    def test_is_decided_by_the_organisation_named(self, cast: Cast, case: Case, rehearsal: Rehearsal) -> None:
        decided = move(case, Move.PASS, cast["demo-developer"])

        assert (decided.state, rehearsal.log[-1]) == (State.APPROVED, "apply")

    def test_is_not_decided_by_another_developer(self, cast: Cast, case: Case) -> None:
        with pytest.raises(NotYours, match="不由本单位决定"):
            move(case, Move.PASS, cast["more-developer2"])

    def test_is_not_decided_by_the_office(self, cast: Cast, case: Case) -> None:
        with pytest.raises(NotYours, match="当前环节由“开发建设单位”办理"):
            move(case, Move.PASS, cast["all-rounder"])

    def test_may_be_sent_back_by_it(self, cast: Cast, case: Case) -> None:
        assert move(case, Move.RETURN, cast["demo-developer"], note="请补充").state == State.RETURNED

    def test_is_not_decided_by_an_organisation_that_only_sees_it(self, cast: Cast, rehearsal: Rehearsal) -> None:
        set_chain(cast, ChainStep(Role.DEVELOPER, 2), starters=(Role.PROPERTY_COMPANY,))
        rehearsal.concerned = (cast.city.developers[0].pk,)
        case = move(draft(cast, by="demo-company"), Move.SUBMIT, cast["demo-company"])

        with pytest.raises(NotYours):
            move(case, Move.PASS, cast["demo-developer"])


class TestTheOfficesChain:
    def test_of_one_reviewer_passes_without_a_window(self, cast: Cast, rehearsal: Rehearsal) -> None:
        set_chain(cast, REVIEW)
        case = submitted(cast)

        assert engine.deciding_move(case) is Move.PASS
        assert move(case, Move.PASS, cast["demo-reviewer"]).state == State.APPROVED
        assert rehearsal.log == ["validate", "claim", "validate", "apply"]


class TestWindowAndOffice:
    """The default: the window accepts, the first reviewer approves."""

    def test_waits_for_the_window_with_its_term(self, cast: Cast) -> None:
        case = submitted(cast)

        assert (case.state, case.waits_for, case.accepted_at) == (State.SUBMITTED, Role.WINDOW_CLERK, None)
        assert case.due_on == dt.date(2026, 11, 23)  # Friday and one working day

    def test_accepted_is_in_review_with_the_next_term(self, cast: Cast, rehearsal: Rehearsal) -> None:
        case = accepted(cast)

        assert (case.state, case.waits_for, case.accepted_at) == (State.IN_REVIEW, Role.FIRST_REVIEWER, LATER)
        assert case.due_on == dt.date(2026, 11, 25)
        assert "apply" not in rehearsal.log

    def test_passed_by_the_last_step_is_approved_and_checked_again(self, cast: Cast, rehearsal: Rehearsal) -> None:
        case = move(accepted(cast), Move.PASS, cast["demo-reviewer"], note="同意", at=LATER)

        assert (case.state, case.closed_at, case.waits_for) == (State.APPROVED, LATER, "")
        assert rehearsal.log == ["validate", "claim", "validate", "apply"]

    def test_writes_who_did_what_in_which_role(self, cast: Cast) -> None:
        case = move(accepted(cast), Move.PASS, cast["demo-reviewer"], note=" 同意 ", at=LATER)

        told = list(
            case.events.order_by("pk").values_list("move", "from_state", "to_state", "step", "by_name", "note")
        )
        assert told == [
            ("SUBMIT", "DRAFT", "SUBMITTED", 0, "陈立甲", ""),
            ("ACCEPT", "SUBMITTED", "IN_REVIEW", 0, "李窗", ""),
            ("PASS", "IN_REVIEW", "APPROVED", 1, "王审", "同意"),
        ]

    def test_is_refused_at_approval_when_a_rule_has_come_to_forbid_it(self, cast: Cast, rehearsal: Rehearsal) -> None:
        case = accepted(cast)
        rehearsal.problem = "房屋已注销"

        with pytest.raises(HasProblems, match="房屋已注销"):
            move(case, Move.PASS, cast["demo-reviewer"])

        assert Case.objects.get().state == State.IN_REVIEW
        assert "apply" not in rehearsal.log

    def test_stays_in_review_when_the_effect_is_refused(self, cast: Cast, rehearsal: Rehearsal) -> None:
        case = accepted(cast)
        rehearsal.refusal = "分户余额不足"

        with pytest.raises(Refusal, match="分户余额不足"):
            move(case, Move.PASS, cast["demo-reviewer"])

        kept = Case.objects.get()
        assert (kept.state, kept.step, kept.events.count()) == (State.IN_REVIEW, 1, 2)

    @pytest.mark.parametrize(("step", "state"), [(Move.RETURN, State.RETURNED), (Move.REJECT, State.REJECTED)])
    def test_sent_back_or_rejected_by_the_reviewer_gives_everything_back(
        self, cast: Cast, rehearsal: Rehearsal, step: Move, state: State
    ) -> None:
        case = move(accepted(cast), step, cast["demo-reviewer"], note="材料不符")

        assert (case.state, case.waits_for, case.step) == (state, "", 0)
        assert rehearsal.log == ["validate", "claim", "release"]

    @pytest.mark.parametrize("step", [Move.RETURN, Move.REJECT])
    @pytest.mark.parametrize("note", ["", "  \n"])
    def test_is_not_sent_back_or_rejected_without_a_reason(self, cast: Cast, step: Move, note: str) -> None:
        with pytest.raises(HasProblems, match="须写明理由"):
            move(submitted(cast), step, cast["demo-clerk"], note=note)

    def test_may_be_returned_and_rejected_by_the_window_too(self, cast: Cast) -> None:
        assert move(submitted(cast), Move.RETURN, cast["demo-clerk"], note="缺页").state == State.RETURNED
        assert move(submitted(cast), Move.REJECT, cast["demo-clerk"], note="不受理").state == State.REJECTED

    def test_withdrawn_before_the_window_accepts_gives_everything_back(self, cast: Cast, rehearsal: Rehearsal) -> None:
        case = move(submitted(cast), Move.WITHDRAW, cast["colleague"])

        assert (case.state, rehearsal.log) == (State.WITHDRAWN, ["validate", "claim", "release"])

    def test_handed_in_again_after_a_return_begins_the_chain_anew(self, cast: Cast, rehearsal: Rehearsal) -> None:
        case = move(accepted(cast), Move.RETURN, cast["demo-reviewer"], note="请补正", at=LATER)
        engine.save_draft(case.pk, {"topic": "补正"}, by=cast["demo-developer"], at=LATER)
        again = move(case, Move.SUBMIT, cast["demo-developer"], at=LATER + dt.timedelta(hours=1))

        assert (again.state, again.step, again.waits_for) == (State.SUBMITTED, 0, Role.WINDOW_CLERK)
        assert (again.accepted_at, again.subject) == (None, "补正")
        third = move(again, Move.ACCEPT, cast["demo-clerk"], at=LATER + dt.timedelta(hours=2))
        assert third.waits_for == Role.FIRST_REVIEWER
        assert rehearsal.log.count("claim") == 2


class TestWhoDecides:
    def test_is_never_the_role_of_another_step(self, cast: Cast) -> None:
        with pytest.raises(NotYours, match="当前环节由“窗口受理”办理，您不能受理"):
            move(submitted(cast), Move.ACCEPT, cast["demo-reviewer"])
        with pytest.raises(NotYours, match="当前环节由“初审”办理"):
            move(accepted(cast), Move.PASS, cast["demo-clerk"])

    @pytest.mark.parametrize("who", ["demo-auditor", "demo-accountant", "demo-teller1", "demo-developer", "colleague"])
    def test_is_nobody_without_the_role(self, cast: Cast, who: str) -> None:
        with pytest.raises(NotYours):
            move(submitted(cast), Move.ACCEPT, cast[who])

    def test_is_nobody_of_another_city(self, cast: Cast) -> None:
        case = submitted(cast)

        with pytest.raises(NotYours, match="不属于受理该业务的管理机构"):
            move(case, Move.ACCEPT, cast["stranger-clerk"])
        assert engine.moves_open_to(case, cast["stranger-clerk"]) == []

    def test_is_not_staff_of_a_district_for_a_case_of_the_city(self, cast: Cast) -> None:
        clerk = cast.hire("district-clerk", [Role.WINDOW_CLERK], at_city=cast.city.districts[0].pk)

        with pytest.raises(NotYours):
            move(submitted(cast), Move.ACCEPT, clerk)

    def test_is_not_who_made_it(self, cast: Cast) -> None:
        set_chain(cast, WINDOW, starters=(Role.WINDOW_CLERK,))
        case = move(draft(cast, by="demo-clerk"), Move.SUBMIT, cast["demo-clerk"])

        with pytest.raises(NotYours, match="本人提交的业务单须由他人审核"):
            move(case, Move.ACCEPT, cast["demo-clerk"])
        assert move(case, Move.ACCEPT, cast["second-clerk"]).state == State.APPROVED

    def test_is_nobody_twice(self, cast: Cast) -> None:
        case = move(submitted(cast), Move.ACCEPT, cast["all-rounder"], at=LATER)

        with pytest.raises(NotYours, match="已办理过这张业务单的前一环节"):
            move(case, Move.PASS, cast["all-rounder"], at=LATER)
        assert engine.moves_open_to(case, cast["all-rounder"]) == []

    def test_may_be_the_same_again_once_it_was_handed_in_anew(self, cast: Cast) -> None:
        case = move(submitted(cast), Move.ACCEPT, cast["all-rounder"], at=LATER)
        move(case, Move.RETURN, cast["demo-reviewer"], note="补正", at=LATER)
        move(case, Move.SUBMIT, cast["demo-developer"], at=LATER + dt.timedelta(minutes=1))

        assert move(case, Move.ACCEPT, cast["all-rounder"], at=LATER + dt.timedelta(minutes=2)).step == 1

    def test_is_never_the_public(self, cast: Cast) -> None:
        case = submitted(cast)

        for step in (Move.SUBMIT, Move.WITHDRAW, Move.ACCEPT):
            with pytest.raises(Refusal):
                move(case, step, ANONYMOUS)

    def test_is_nobody_whose_role_was_taken_away(self, cast: Cast) -> None:
        case = submitted(cast)
        UserRole.objects.filter(user__username="demo-clerk").delete()

        with pytest.raises(NotYours):
            move(case, Move.ACCEPT, cast["demo-clerk"])


class TestEveryOtherMove:
    @pytest.mark.parametrize("state", list(State))
    @pytest.mark.parametrize("step", list(Move))
    def test_is_refused_with_the_state_it_is_in(self, cast: Cast, state: State, step: Move) -> None:
        if (state, step) in TRANSITIONS:
            return
        case = in_state(cast, state)

        with pytest.raises(NotNow, match=f"业务单{state.label}，不能{step.label}"):
            move(case, step, cast["all-rounder"], note="x")

        assert Case.objects.get().state == state

    def test_passing_at_the_window_is_told_that_accepting_is_meant(self, cast: Cast) -> None:
        with pytest.raises(NotNow, match="当前环节应为“受理”"):
            move(submitted(cast), Move.PASS, cast["demo-clerk"])

    def test_of_a_case_that_does_not_exist_is_refused(self, cast: Cast) -> None:
        with pytest.raises(NotNow, match="没有这张业务单"):
            engine.move(1, Move.SUBMIT, by=cast["demo-developer"], at=AT)


def in_state(cast: Cast, state: State) -> Case:
    """A case brought there by moves."""
    clerk, reviewer, developer = cast["demo-clerk"], cast["demo-reviewer"], cast["demo-developer"]
    if state is State.DRAFT:
        return draft(cast)
    if state is State.WITHDRAWN:
        return move(draft(cast), Move.WITHDRAW, developer)
    if state is State.SUBMITTED:
        return submitted(cast)
    if state is State.APPROVED:
        return move(accepted(cast), Move.PASS, reviewer)
    if state is State.IN_REVIEW:
        return accepted(cast)
    step = Move.RETURN if state is State.RETURNED else Move.REJECT
    return move(submitted(cast), step, clerk, note="理由")


class TestTheVersionSeen:
    def test_older_than_the_case_is_told_and_nothing_happens(self, cast: Cast) -> None:
        case = submitted(cast)
        move(case, Move.ACCEPT, cast["demo-clerk"])

        with pytest.raises(NotNow, match="刚刚由他人办理过，请刷新"):
            move(case, Move.PASS, cast["demo-reviewer"], seen=case.version)

    def test_equal_to_the_case_lets_the_move_through(self, cast: Cast) -> None:
        case = submitted(cast)

        assert move(case, Move.ACCEPT, cast["demo-clerk"], seen=case.version).version == case.version + 1


class TestTheChain:
    def test_of_a_case_stays_as_it_was_handed_in_when_the_policy_changes(self, cast: Cast) -> None:
        case = submitted(cast)
        set_chain(cast, WINDOW, REVIEW, ChainStep(Role.APPROVER, 5), since=TODAY)

        move(case, Move.ACCEPT, cast["demo-clerk"])
        assert move(case, Move.PASS, cast["demo-reviewer"]).state == State.APPROVED

    def test_of_a_case_handed_in_again_is_the_new_one(self, cast: Cast) -> None:
        case = move(submitted(cast), Move.RETURN, cast["demo-clerk"], note="缺页")
        set_chain(cast, REVIEW, since=TODAY)

        again = move(case, Move.SUBMIT, cast["demo-developer"])

        assert [one["role"] for one in again.chain] == [Role.FIRST_REVIEWER]

    def test_is_the_one_in_force_on_the_day(self, cast: Cast) -> None:
        set_chain(cast, REVIEW, since=TODAY + dt.timedelta(days=1))

        assert submitted(cast).waits_for == Role.WINDOW_CLERK


class TestTheParties:
    def test_are_written_when_it_is_handed_in_and_anew_each_time(self, cast: Cast, rehearsal: Rehearsal) -> None:
        first, second = cast.city.companies[0].pk, cast.city.companies[1].pk
        rehearsal.concerned = (first,)
        case = move(submitted(cast), Move.RETURN, cast["demo-clerk"], note="缺页")
        rehearsal.concerned = (second,)
        move(case, Move.SUBMIT, cast["demo-developer"])

        named = set(CaseParty.objects.values_list("organisation_id", "role"))
        assert named == {(cast.city.developers[0].pk, "APPLICANT"), (second, "CONCERNED")}


class TestTheMovesOffered:
    @pytest.mark.parametrize(
        ("who", "moves"),
        [
            ("demo-developer", [Move.WITHDRAW]),
            ("colleague", [Move.WITHDRAW]),
            ("demo-clerk", [Move.ACCEPT, Move.RETURN, Move.REJECT]),
            ("demo-reviewer", []),
            ("demo-auditor", []),
            ("more-developer2", []),
        ],
    )
    def test_are_those_that_would_be_allowed(self, cast: Cast, who: str, moves: list[Move]) -> None:
        assert engine.moves_open_to(submitted(cast), cast[who]) == moves

    def test_of_a_closed_case_are_none(self, cast: Cast) -> None:
        case = move(submitted(cast), Move.WITHDRAW, cast["demo-developer"])

        assert engine.moves_open_to(case, cast["demo-developer"]) == []


class TestAVisitorsCase:
    def test_is_his_by_his_session_alone(self, cast: Cast) -> None:
        city = cast.city.jurisdiction.pk
        case = engine.start(register["organisation_registration"], by=ANONYMOUS, at=AT, jurisdiction_id=city)
        guest = Actor(user_id=0, name="", roles=frozenset({Role.PUBLIC}), guest_cases=frozenset({case.pk}))

        engine.save_draft(case.pk, {"name": "望江置业"}, by=guest, at=AT)

        with pytest.raises(NotYours):
            engine.save_draft(case.pk, {"name": "篡改"}, by=ANONYMOUS, at=AT)
        assert Case.objects.get().subject == "望江置业"
