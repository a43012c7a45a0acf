"""The applicant hears of his case, an organisation that must decide is asked, and the office is left in peace."""

import pytest
from django.db import transaction

from tests.casework.rehearsal import REVIEW, WINDOW, Rehearsal, draft, set_chain
from tests.cast import AT, LATER, Cast, move
from upkeep.casework.models import Case
from upkeep.casework.states import Move
from upkeep.kernel.errors import Refusal
from upkeep.messaging.events import SMS
from upkeep.messaging.models import Message, Outbox
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.policy.review_chain import ChainStep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rehearsal")]


def submitted(cast: Cast) -> Case:
    Case.objects.filter(pk=(case := draft(cast)).pk).update(contact_phone="13912345678")
    return move(case, Move.SUBMIT, cast["demo-developer"])


def told() -> list[tuple[str, str]]:
    """Who was told of which event, and by SMS to whom, oldest first."""
    inside = [(one.pk, one.user.username, one.event) for one in Message.objects.select_related("user")]
    outside = [(one.pk, one.address, one.event) for one in Outbox.objects.filter(channel=SMS)]
    return [(whom, event) for _, whom, event in sorted(inside + outside)]


def forget() -> None:
    Message.objects.all().delete()


class TestHandingIn:
    def test_is_told_to_the_colleagues_and_not_to_who_did_it(self, cast: Cast) -> None:
        case = submitted(cast)

        assert told() == [("colleague", "case_submitted")]
        [message] = Message.objects.all()
        assert message.title == f"已提交：演练 {case.number}"
        assert message.text.startswith("陈立甲提交了")
        assert message.url == f"/cases/{case.number}/"

    def test_is_not_told_to_a_colleague_who_has_left(self, cast: Cast) -> None:
        User.objects.filter(username="colleague").update(is_active=False)

        submitted(cast)

        assert told() == []

    def test_that_is_rolled_back_tells_nobody(self, cast: Cast) -> None:
        case = draft(cast)

        with pytest.raises(RuntimeError), transaction.atomic():
            move(case, Move.SUBMIT, cast["demo-developer"])
            raise RuntimeError

        assert told() == []

    def test_that_decides_at_once_says_so_to_the_colleagues(self, cast: Cast) -> None:
        set_chain(cast)

        submitted(cast)

        assert told() == [("colleague", "case_done_at_once")]


class TestDeciding:
    def test_by_acceptance_is_told_in_the_pages_to_every_user_of_the_organisation(self, cast: Cast) -> None:
        case = submitted(cast)
        forget()

        move(case, Move.ACCEPT, cast["demo-clerk"], at=LATER)

        assert sorted(told()) == [("colleague", "case_accepted"), ("demo-developer", "case_accepted")]

    def test_in_the_middle_is_the_offices_own_affair(self, cast: Cast) -> None:
        set_chain(cast, WINDOW, REVIEW, ChainStep(Role.APPROVER, 3))
        case = submitted(cast)
        move(case, Move.ACCEPT, cast["demo-clerk"], at=LATER)
        forget()

        move(case, Move.PASS, cast["demo-reviewer"], at=LATER)

        assert told() == []

    @pytest.mark.parametrize(
        ("step", "event", "words"),
        [
            (Move.RETURN, "case_returned", "被退回补正：缺平面图。请登录"),
            (Move.REJECT, "case_rejected", "不予办理：缺平面图。"),
        ],
    )
    def test_against_him_is_told_with_the_reason_and_by_sms(
        self, cast: Cast, step: Move, event: str, words: str
    ) -> None:
        case = submitted(cast)
        forget()

        move(case, step, cast["demo-clerk"], note="缺平面图。", at=LATER)

        assert sorted(told()) == [("13912345678", event), ("colleague", event), ("demo-developer", event)]
        assert words in Message.objects.all()[0].text
        assert words in Outbox.objects.get().body

    def test_for_him_is_told_by_sms_too(self, cast: Cast) -> None:
        case = submitted(cast)
        move(case, Move.ACCEPT, cast["demo-clerk"], at=LATER)
        forget()

        move(case, Move.PASS, cast["demo-reviewer"], at=LATER)

        assert ("13912345678", "case_approved") in told()
        assert ("demo-developer", "case_approved") in told()

    def test_that_the_effect_refuses_tells_nobody(self, cast: Cast, rehearsal: Rehearsal) -> None:
        case = submitted(cast)
        move(case, Move.ACCEPT, cast["demo-clerk"], at=LATER)
        forget()
        rehearsal.refusal = "房屋已被占用"

        with pytest.raises(Refusal), transaction.atomic():
            move(case, Move.PASS, cast["demo-reviewer"], at=LATER)

        assert told() == []

    def test_again_after_a_return_is_told_again(self, cast: Cast) -> None:
        case = submitted(cast)
        for _ in range(2):
            move(case, Move.RETURN, cast["demo-clerk"], note="缺平面图", at=LATER)
            move(case, Move.SUBMIT, cast["demo-developer"], at=LATER)

        assert told().count(("demo-developer", "case_returned")) == 2
        assert told().count(("13912345678", "case_returned")) == 2

    def test_with_an_endless_reason_tells_its_beginning(self, cast: Cast) -> None:
        case = submitted(cast)

        move(case, Move.RETURN, cast["demo-clerk"], note="长" * 500, at=LATER)

        assert "长" * 79 + "…。请登录" in Outbox.objects.get().body

    def test_never_fills_the_offices_own_messages(self, cast: Cast) -> None:
        case = submitted(cast)
        move(case, Move.ACCEPT, cast["demo-clerk"], at=LATER)
        move(case, Move.PASS, cast["demo-reviewer"], at=LATER)

        assert not Message.objects.filter(user__organisation=None).exists()


class TestAnOrganisationThatDecides:
    def test_is_asked_in_the_pages_and_by_sms(self, cast: Cast, rehearsal: Rehearsal) -> None:
        set_chain(cast, ChainStep(Role.PROPERTY_COMPANY, 3), REVIEW)
        company = cast["demo-company"].organisation_id
        assert company is not None
        rehearsal.deciders = (company,)

        case = submitted(cast)

        assert ("demo-company", "case_to_decide") in told()
        assert Outbox.objects.get().event == "case_to_decide"
        forget()
        move(case, Move.PASS, cast["demo-company"], at=LATER)
        assert sorted(told())[1:] == [("colleague", "case_accepted"), ("demo-developer", "case_accepted")]


class TestTakingBack:
    def test_is_told_to_the_colleagues(self, cast: Cast) -> None:
        case = submitted(cast)
        forget()

        move(case, Move.WITHDRAW, cast["demo-developer"], at=LATER)

        assert told() == [("colleague", "case_withdrawn")]

    def test_of_a_draft_concerns_nobody(self, cast: Cast) -> None:
        move(draft(cast), Move.WITHDRAW, cast["demo-developer"], at=AT)

        assert told() == []
