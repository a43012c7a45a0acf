"""撤销项目: announced at any stage, done when nothing is under way and nothing stays paid; overdue projects.

# covers: R13
"""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from tests.banking.town import AT, person
from tests.cast import at_once
from tests.procedures.test_simple_disbursement import approve, draft, submitted
from tests.repairs import scene as scenes
from tests.repairs.going_back import ask, balances, come_back, give_notice, paid
from tests.repairs.owning import owner_of
from tests.repairs.scene import BALANCE_FEN, BUDGET_FEN, TODAY, Scene, again, make_scene
from upkeep.banking.actions import confirm_order, fail_order
from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.banking.orders import reissue_order
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.casework import engine
from upkeep.casework.states import Move
from upkeep.estate.models import HouseClaim
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.messaging.models import Message
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.notice_rule import NoticeRule
from upkeep.publishing.models import NoticeKind, PublicNotice
from upkeep.repairs import announcing
from upkeep.repairs.cancelling import blockers, cancel, tell_cancelled, tell_overdue
from upkeep.repairs.giving_up import NeedsAnother, NotToGiveUp, ask_voiding, decide_voiding, unpaid_orders
from upkeep.repairs.history import NotNow, NotYours
from upkeep.repairs.models import OrderVoiding, RepairProject
from upkeep.repairs.queries import Narrowed, orders_of, project_list
from upkeep.repairs.stages import Stage
from upkeep.voting.models import Vote, VoteState

pytestmark = pytest.mark.django_db
OVER = AT + dt.timedelta(days=8)


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


@pytest.fixture
def accountant(scene: Scene) -> Actor:
    return person(username="k1", name="会计", role=Role.ACCOUNTANT, city=scene.town.city)


def ordered(scene: Scene) -> RepairProject:
    """A project whose payments are ordered and not paid."""
    project, case = submitted(scene)
    approve(case, scene)
    return again(project)


class TestTheNotice:
    @pytest.mark.parametrize("reach", [scenes.published, scenes.voting, scenes.passed, scenes.accepted, ordered])
    def test_is_possible_at_every_stage_and_says_period_and_reason(
        self, scene: Scene, reach: Callable[[Scene], RepairProject]
    ) -> None:
        project = give_notice(scene, reach(scene))

        notice = PublicNotice.objects.get(kind=NoticeKind.CANCELLATION)
        assert project.stage == Stage.CANCELLATION
        assert "施工单位破产" in notice.body["text"][0] and "houses" not in notice.body
        assert notice.open_until == TODAY + dt.timedelta(days=7)

    def test_is_not_for_a_draft_a_finished_project_or_somebody_else(self, scene: Scene) -> None:
        project = scenes.new_project(scene)
        with pytest.raises(NotNow):
            give_notice(scene, project)
        other = scenes.published(scene)
        with pytest.raises(NotYours):
            announcing.publish_cancellation(
                other.pk, open_until=TODAY + dt.timedelta(days=7), reason="不做了", by=scene.stranger, at=AT
            )

    def test_asks_for_a_reason_and_the_citys_days(self, scene: Scene) -> None:
        project = scenes.published(scene)
        for reason, days, words in (("", 7, "撤销原因"), ("不做了", 6, "不少于 7 天")):
            with pytest.raises(HasProblems, match=words):
                announcing.publish_cancellation(
                    project.pk, open_until=TODAY + dt.timedelta(days=days), reason=reason, by=scene.chair, at=AT
                )

    def test_stops_what_is_under_way(self, scene: Scene) -> None:
        project, case = submitted(scene)
        give_notice(scene, project)
        engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
        engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)

        with pytest.raises(Refusal):
            engine.move(case.pk, Move.PASS, by=scene.approver, at=AT)


class TestCancelling:
    def test_frees_the_houses_and_ends_the_vote_without_a_result(self, scene: Scene) -> None:
        project = give_notice(scene, scenes.voting(scene))

        cancel(project.pk, by=scene.chair, at=OVER)

        project = again(project)
        assert (project.stage, project.cancelled_at) == (Stage.CANCELLED, OVER)
        assert Vote.objects.get().state == VoteState.ABANDONED
        assert not HouseClaim.objects.filter(source=project.source).exists()

    def test_waits_for_the_end_of_its_notice_where_the_city_does(self, scene: Scene) -> None:
        project = give_notice(scene, scenes.published(scene))

        with pytest.raises(NotNow, match="期满，期满后才能撤销"):
            cancel(project.pk, by=scene.chair, at=AT + dt.timedelta(days=7))
        set_policy(
            kind=PolicyKind.NOTICE_RULE,
            jurisdiction_id=scene.town.city.pk,
            value=NoticeRule(cancel_after_end=False),
            valid_from=dt.date(2026, 1, 1),
        )
        cancel(project.pk, by=scene.chair, at=AT)
        assert again(project).stage == Stage.CANCELLED

    def test_names_the_form_that_must_be_withdrawn_first_and_lets_it_be(self, scene: Scene) -> None:
        project, case = submitted(scene)
        give_notice(scene, project)

        with pytest.raises(NotNow, match=f"业务单 {case.number} .*请先撤回"):
            cancel(project.pk, by=scene.chair, at=OVER)
        engine.move(case.pk, Move.WITHDRAW, by=scene.chair, at=OVER)
        cancel(project.pk, by=scene.chair, at=OVER)
        assert again(project).stage == Stage.CANCELLED

    def test_waits_for_a_draft_form_too(self, scene: Scene) -> None:
        project, case = draft(scene)
        give_notice(scene, project)

        assert any(case.number in one for one in blockers(again(project), on=OVER.date()))

    def test_after_payment_asks_to_clear_back_first(self, scene: Scene) -> None:
        project = ordered(scene)
        orders = orders_of(project)
        teller = scene.town.people["teller" if orders[0].custody.bank == scene.town.banks[0] else "other_teller"]
        confirm_order(number=orders[0].number, amount_fen=orders[0].amount_fen, serial="P1", by=teller, at=AT)
        project = give_notice(scene, project)
        found = "；".join(blockers(project, on=OVER.date()))
        assert "请先办理清退" in found and "付款通知共" in found

        come_back(scene, ask(scene, orders[0]), "Q1")
        for one in unpaid_orders(again(project)):
            voided(scene, one)
        cancel(project.pk, by=scene.chair, at=OVER)

        project = again(project)
        assert (project.requested_fen, project.paid_fen, project.stage) == (0, 0, Stage.CANCELLED)
        assert set(balances(scene).values()) == {BALANCE_FEN}
        assert sum(one.held_fen for one in sub_accounts.balances(scene.house_ids).values()) == 0
        assert audit() == []

    def test_once_it_is_done_is_not_done_again(self, scene: Scene) -> None:
        project = give_notice(scene, scenes.published(scene))
        cancel(project.pk, by=scene.chair, at=OVER)

        with pytest.raises(NotNow, match="已撤销"):
            cancel(project.pk, by=scene.chair, at=OVER)

    def test_is_the_starters_own(self, scene: Scene) -> None:
        project = give_notice(scene, scenes.published(scene))
        for other in (scene.stranger, scene.clerk):
            with pytest.raises(NotYours):
                cancel(project.pk, by=other, at=OVER)

    def test_is_told_to_the_owners_once(self, scene: Scene) -> None:
        owner = owner_of(scene, scene.houses[0])
        project = give_notice(scene, scenes.published(scene))
        cancel(project.pk, by=scene.chair, at=OVER)

        assert tell_cancelled(project.pk, happened_at=OVER) == 1
        tell_cancelled(project.pk, happened_at=OVER)

        told = Message.objects.get(event="project_cancelled")
        assert told.user_id == owner.user_id and "施工单位破产" in told.text

    def test_of_a_finished_project_follows_its_clearing(self, scene: Scene) -> None:
        project, orders = paid(scene)
        for place, one in enumerate(orders):
            come_back(scene, ask(scene, one), f"Q{place}")
        project = give_notice(scene, again(project))

        cancel(project.pk, by=scene.chair, at=OVER)

        assert (again(project).stage, again(project).cleared_fen) == (Stage.CANCELLED, BUDGET_FEN)


def voided(scene: Scene, order: PaymentOrder) -> None:
    """Given up by two persons of the office."""
    second = person(username=f"k{order.number[-4:]}", name="会计", role=Role.ACCOUNTANT, city=scene.town.city)
    asked = ask_voiding(order.pk, reason="项目撤销", by=scene.approver, at=OVER)
    decide_voiding(asked.pk, approve=True, by=second, at=OVER)


class TestUnpaidOrders:
    def test_are_given_up_by_two_persons_and_free_the_money(self, scene: Scene, accountant: Actor) -> None:
        project = give_notice(scene, ordered(scene))
        first, *rest = unpaid_orders(project)

        asked = ask_voiding(first.pk, reason="项目撤销", by=accountant, at=AT)
        with pytest.raises(NeedsAnother, match="由您申请"):
            decide_voiding(asked.pk, approve=True, by=accountant, at=AT)
        assert PaymentOrder.objects.get(pk=first.pk).state == OrderState.WAITING
        decide_voiding(asked.pk, approve=True, by=scene.approver, at=AT)

        project = again(project)
        assert PaymentOrder.objects.get(pk=first.pk).state == OrderState.VOID
        assert project.ordered_fen == BUDGET_FEN - first.amount_fen
        held = sum(one.held_fen for one in sub_accounts.balances(scene.house_ids).values())
        assert held == sum(one.amount_fen for one in rest)

    def test_that_failed_are_never_issued_anew(self, scene: Scene, accountant: Actor) -> None:
        project = ordered(scene)
        first = orders_of(project)[0]
        teller = scene.town.people["teller" if first.custody.bank == scene.town.banks[0] else "other_teller"]
        fail_order(number=first.number, reason="账号错误", by=teller, at=AT)
        project = give_notice(scene, project)

        asked = ask_voiding(first.pk, reason="项目撤销", by=accountant, at=AT)
        decide_voiding(asked.pk, approve=True, by=scene.approver, at=AT)

        assert again(project).ordered_fen == BUDGET_FEN - first.amount_fen
        assert first.pk not in {one.pk for one in unpaid_orders(again(project))}
        with pytest.raises(Refusal, match="正在撤销"):
            reissue_order(
                order_id=first.pk,
                payee_name=first.payee_name,
                payee_bank="农业银行",
                payee_account="6222020000000000000",
                reason="再付",
                by=accountant,
                at=AT,
            )

    def test_of_a_project_that_goes_on_are_not(self, scene: Scene, accountant: Actor) -> None:
        project = ordered(scene)
        with pytest.raises(NotNow):
            ask_voiding(orders_of(project)[0].pk, reason="不付了", by=accountant, at=AT)

    def test_stay_when_the_second_person_declines(self, scene: Scene, accountant: Actor) -> None:
        project = give_notice(scene, ordered(scene))
        first = unpaid_orders(project)[0]

        asked = ask_voiding(first.pk, reason="项目撤销", by=accountant, at=AT)
        with pytest.raises(NotToGiveUp, match="正在等待复核"):
            ask_voiding(first.pk, reason="再来", by=scene.approver, at=AT)
        decide_voiding(asked.pk, approve=False, by=scene.approver, at=AT)

        assert again(project).ordered_fen == BUDGET_FEN
        assert ask_voiding(first.pk, reason="再来", by=scene.approver, at=AT)

    def test_are_no_business_of_the_starter(self, scene: Scene) -> None:
        project = give_notice(scene, ordered(scene))
        for other in (scene.chair, scene.clerk):
            with pytest.raises(NotYours):
                ask_voiding(unpaid_orders(project)[0].pk, reason="作废", by=other, at=AT)

    def test_are_voided_by_nobody_alone_even_in_the_database(self, scene: Scene, accountant: Actor) -> None:
        project = give_notice(scene, ordered(scene))
        first = unpaid_orders(project)[0]
        with pytest.raises(DatabaseError, match="two persons"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "update banking_paymentorder set state = 'VOID', closed_at = now(), failure_reason = 'x' where id = %s",
                [first.pk],
            )
        asked = ask_voiding(first.pk, reason="项目撤销", by=accountant, at=AT)
        with pytest.raises(DatabaseError), transaction.atomic():
            OrderVoiding.objects.filter(pk=asked.pk).update(
                decided_by_id=accountant.user_id, decided_at=AT, is_approved=True
            )


class TestOverdueProjects:
    def late(self, scene: Scene) -> RepairProject:
        project = scenes.new_project(scene)
        RepairProject.objects.filter(pk=project.pk).update(due_on=TODAY)
        announcing.publish_project(project.pk, open_until=TODAY + dt.timedelta(days=10), by=scene.chair, at=AT)
        return again(project)

    def test_are_shown_to_the_office_from_the_day_after(self, scene: Scene) -> None:
        project = self.late(scene)

        assert not project_list(actor=scene.clerk, to=Narrowed(overdue_on=TODAY))
        assert list(project_list(actor=scene.clerk, to=Narrowed(overdue_on=TODAY + dt.timedelta(days=1)))) == [project]

    def test_are_told_to_their_starter_once(self, scene: Scene) -> None:
        self.late(scene)
        for days in (1, 2):
            tell_overdue(on=TODAY + dt.timedelta(days=days), at=AT + dt.timedelta(days=days))

        told = Message.objects.filter(event="project_overdue")
        assert {one.user_id for one in told} == {scene.chair.user_id, scene.deputy.user_id}
        assert len(told) == 2 and "办结期限" in told[0].text

    def test_are_none_once_they_are_being_cancelled(self, scene: Scene) -> None:
        give_notice(scene, self.late(scene))

        assert not project_list(actor=scene.clerk, to=Narrowed(overdue_on=TODAY + dt.timedelta(days=9)))


@pytest.mark.commits
class TestTwoAtOnce:
    def test_cancel_once(self, database_url: str) -> None:
        scene = make_scene()
        project = give_notice(scene, scenes.published(scene))

        answers = at_once(
            lambda: cancel(project.pk, by=scene.chair, at=OVER), lambda: cancel(project.pk, by=scene.deputy, at=OVER)
        )

        assert sum(isinstance(one, NotNow) for one in answers) == 1

    def test_bank_and_office_never_both_win_over_an_order(self, database_url: str) -> None:
        scene = make_scene()
        accountant = person(username="k1", name="会计", role=Role.ACCOUNTANT, city=scene.town.city)
        project = give_notice(scene, ordered(scene))
        first = unpaid_orders(project)[0]
        teller = scene.town.people["teller" if first.custody.bank == scene.town.banks[0] else "other_teller"]
        asked = ask_voiding(first.pk, reason="撤销", by=accountant, at=AT)

        at_once(
            lambda: confirm_order(number=first.number, amount_fen=first.amount_fen, serial="P1", by=teller, at=AT),
            lambda: decide_voiding(asked.pk, approve=True, by=scene.approver, at=AT),
        )

        state = PaymentOrder.objects.get(pk=first.pk).state
        assert again(project).paid_fen == (first.amount_fen if state == OrderState.PAID else 0)
        assert again(project).ordered_fen == BUDGET_FEN - (0 if state == OrderState.PAID else first.amount_fen)
        assert audit() == []


def test_a_draft_is_dropped_not_cancelled(scene: Scene) -> None:
    """Nothing of it was ever public."""
    project = scenes.new_project(scene)
    with pytest.raises(NotNow):
        cancel(project.pk, by=scene.chair, at=OVER)
