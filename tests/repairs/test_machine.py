"""Any sequence of requesting, deciding, paying, failing, issuing anew, taking back, accepting, clearing, voiding and cancelling
keeps every limit.

# covers: R8 R9 R12 R13
"""

import datetime as dt
from typing import TypeVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.banking.town import AT, person
from tests.repairs import phased
from tests.repairs.going_back import give_notice
from tests.repairs.scene import BALANCE_FEN, Scene, again, make_scene
from upkeep.banking.actions import ask_reversal, confirm_slip, decide_reversal, fail_order, reissue_order
from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.books import sub_accounts
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.states import Move, State
from upkeep.estate.models import HouseClaim
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.repairs import clearing
from upkeep.repairs.cancelling import cancel
from upkeep.repairs.giving_up import ask_voiding, decide_voiding, unpaid_orders
from upkeep.repairs.models import ClearingReason, ProjectHouse, ProjectPhase, RepairProject
from upkeep.repairs.queries import orders_of
from upkeep.repairs.requests import requests_of
from upkeep.repairs.stages import Stage

pytestmark = pytest.mark.django_db
#: The notice of a cancellation is over.
OVER = AT + dt.timedelta(days=8)
BUDGET = 1_000_003
Found = TypeVar("Found", Case, PaymentOrder)
_PLACE, _PERCENT = st.integers(0, 5), st.integers(1, 120)
STEPS = st.one_of(
    st.tuples(st.just("ask"), st.integers(1, 3), _PERCENT),
    st.tuples(st.sampled_from(["approve", "back", "pay", "fail", "anew", "reverse"]), _PLACE, st.just(0)),
    st.tuples(st.sampled_from(["accept", "publish", "clear"]), _PLACE, _PERCENT),
    st.tuples(st.sampled_from(["announce", "void", "cancel"]), _PLACE, st.just(0)),
)


class Rewind(Exception):
    """The end of an example: everything it did is undone."""


class Play:
    """One project, and whatever somebody tries with it; what the product refuses changes nothing."""

    def __init__(self, scene: Scene, project: RepairProject) -> None:
        self.scene, self.project, self.done = scene, project, 0

    def go(self, step: tuple[str, int, int]) -> None:
        name, place, percent = step
        before = self.sums()
        try:
            with transaction.atomic():
                getattr(self, name)(place, percent)
            self.done += 1
        except Refusal:
            assert self.sums() == before
        self.check()

    def ask(self, number: int, percent: int) -> None:
        phase = ProjectPhase.objects.get(project=self.project, number=number)
        phased.request(self.scene, self.project, number, max(phase.amount_fen * percent // 100, 1))

    def approve(self, place: int, _: int) -> None:
        if case := self.pick(self.cases(State.SUBMITTED), place):
            phased.approve(case, self.scene)

    def back(self, place: int, _: int) -> None:
        if case := self.pick(self.cases(State.SUBMITTED), place):
            engine.move(case.pk, Move.REJECT, by=self.scene.clerk, at=AT, note="不符合要求")

    def pay(self, place: int, _: int) -> None:
        if order := self.pick(self.orders(OrderState.WAITING), place):
            phased.pay(self.scene, order)

    def fail(self, place: int, _: int) -> None:
        if order := self.pick(self.orders(OrderState.WAITING), place):
            fail_order(number=order.number, reason="账号有误", by=self.teller(order), at=AT)

    def anew(self, place: int, _: int) -> None:
        if order := self.pick(self.orders(OrderState.FAILED), place):
            reissue_order(
                order_id=order.pk,
                payee_name=order.payee_name,
                payee_bank=order.payee_bank,
                payee_account="6222020200099990000",
                reason="账号已更正",
                by=self.scene.town.people["accountant"],
                at=AT,
            )

    def reverse(self, place: int, _: int) -> None:
        if order := self.pick(self.orders(OrderState.PAID), place):
            asked = ask_reversal(number=order.number, reason="尚未划款", by=self.teller(order), at=AT)
            second = "supervisor" if order.custody.bank == self.scene.town.banks[0] else "other_supervisor"
            decide_reversal(
                reversal_id=asked.pk,
                approve=True,
                serial=f"R{order.number}{order.payment_no}",
                by=self.scene.town.people[second],
                at=AT,
            )

    def accept(self, _: int, percent: int) -> None:
        phased.accept(self.scene, self.project, min(BUDGET * percent // 100, BUDGET))

    def publish(self, _: int, __: int) -> None:
        phased.publish(self.scene, self.project)

    def clear(self, place: int, percent: int) -> None:
        if order := self.pick(self.orders(OrderState.PAID), place):
            asked = clearing.ask_back(
                self.project.pk,
                order_id=order.pk,
                amount_fen=max(order.amount_fen * percent // 100, 1),
                reason=ClearingReason.values[0],  # type: ignore[arg-type]
                reason_text="质量不符合要求",
                by=self.scene.chair,
                at=AT,
            )
            slip = asked.slip
            teller = "teller" if slip.custody.bank == self.scene.town.banks[0] else "other_teller"
            confirm_slip(
                number=slip.number,
                amount_fen=slip.total_fen,
                serial=f"C{slip.number}",
                by=self.scene.town.people[teller],
                at=AT,
            )

    def announce(self, _: int, __: int) -> None:
        give_notice(self.scene, again(self.project))

    def void(self, place: int, _: int) -> None:
        if order := self.pick(unpaid_orders(again(self.project)), place):
            asked = ask_voiding(order.pk, reason="项目不再实施", by=self.scene.town.people["accountant"], at=AT)
            decide_voiding(asked.pk, approve=True, by=self.scene.approver, at=AT)

    def cancel(self, _: int, __: int) -> None:
        cancel(self.project.pk, by=self.scene.chair, at=OVER)
        now = again(self.project)
        assert now.stage == Stage.CANCELLED and not now.requested_fen
        assert not HouseClaim.objects.filter(source=now.source).exists()

    def cases(self, state: State) -> list[Case]:
        return [one.case for one in requests_of(self.project) if one.case.state_now is state]

    def orders(self, state: OrderState) -> list[PaymentOrder]:
        return [one for one in orders_of(self.project) if one.state_now is state]

    @staticmethod
    def pick(found: list[Found], place: int) -> Found | None:
        return found[place % len(found)] if found else None

    def teller(self, order: PaymentOrder) -> Actor:
        ours = order.custody.bank == self.scene.town.banks[0]
        return self.scene.town.people["teller" if ours else "other_teller"]

    def sums(self) -> tuple[int, ...]:
        now = again(self.project)
        return (now.requested_fen, now.ordered_fen, now.paid_fen, now.cleared_fen, now.limit_fen, now.version)

    def check(self) -> None:
        """Everything that must hold after every step, counted from the rows by hand."""
        now = again(self.project)
        phases = list(ProjectPhase.objects.filter(project=now))
        houses = list(ProjectHouse.objects.filter(project=now))
        assert 0 <= now.paid_fen <= now.ordered_fen <= now.requested_fen <= now.limit_fen <= BUDGET
        for name in ("requested_fen", "ordered_fen", "paid_fen", "limit_fen"):
            assert sum(getattr(one, name) for one in phases) == getattr(now, name), name
        assert sum(one.ordered_fen for one in houses) == now.ordered_fen
        assert sum(one.paid_fen for one in houses) == now.paid_fen
        under_review = sum(one.case.fund_request.amount_fen for one in requests_of(now) if self.engages(one.case))
        assert now.requested_fen == now.ordered_fen + under_review
        balances = sub_accounts.balances([one.house_id for one in houses])
        for one in houses:
            assert BALANCE_FEN - balances[one.house_id].balance_fen == one.paid_fen
            assert balances[one.house_id].held_fen == one.ordered_fen - one.paid_fen
        if now.stage_now in (Stage.DISBURSING, Stage.ACCEPTED):
            assert now.requested_fen * 100 <= 70 * BUDGET
        assert (now.stage_now is Stage.FINISHED) is (
            now.paid_fen == now.limit_fen and now.stage_now in (Stage.FINISHED, Stage.ACCEPTANCE_NOTICE)
        )

    @staticmethod
    def engages(case: Case) -> bool:
        return case.state_now in (State.SUBMITTED, State.IN_REVIEW)


@pytest.fixture
def scene(db: None) -> Scene:
    made = make_scene()
    made.town.people["other_supervisor"] = person(
        username="s9", name="他复核", role=Role.TELLER_SUPERVISOR, city=made.town.city, organisation=made.town.banks[1]
    )
    return made


class TestAnySequence:
    def test_keeps_every_limit(self, scene: Scene) -> None:
        project = phased.disbursing(scene, budget_fen=BUDGET)
        moved = []

        @settings(
            max_examples=25,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(steps=st.lists(STEPS, min_size=6, max_size=18))
        def play(steps: list[tuple[str, int, int]]) -> None:
            try:
                with transaction.atomic():
                    one = Play(scene, project)
                    for step in steps:
                        one.go(step)
                    moved.append(one.done)
                    raise Rewind
            except Rewind:
                pass

        play()
        assert sum(moved) > 60
        assert again(project).requested_fen == 0

    def test_of_the_straight_way_comes_to_the_end_and_back(self, scene: Scene) -> None:
        one = Play(scene, phased.disbursing(scene, budget_fen=BUDGET))
        straight = [("ask", 1, 100), ("approve", 0, 0), ("fail", 0, 0), ("anew", 0, 0), ("pay", 0, 0), ("pay", 0, 0)]
        rest = [
            ("ask", 2, 100),
            ("approve", 0, 0),
            ("pay", 0, 0),
            ("pay", 0, 0),
            ("accept", 0, 100),
            ("publish", 0, 0),
        ]
        last = [("ask", 3, 100), ("approve", 0, 0), ("pay", 0, 0), ("pay", 0, 0)]
        for step in (*straight, *rest, *last):
            one.go(step)
        assert again(one.project).stage == Stage.FINISHED

        one.go(("clear", 1, 50))
        assert again(one.project).stage == Stage.ACCEPTANCE_NOTICE
        back = again(one.project)
        open_phase = next(p for p in ProjectPhase.objects.filter(project=back) if p.requested_fen < p.limit_fen)
        one.go(("ask", open_phase.number, 1))
        assert again(one.project).requested_fen > back.requested_fen

    def test_of_a_project_given_up_halfway_ends_with_all_money_back(self, scene: Scene) -> None:
        one = Play(scene, phased.disbursing(scene, budget_fen=BUDGET))
        for step in (("ask", 1, 100), ("approve", 0, 0), ("pay", 0, 0), ("announce", 0, 0)):
            one.go(step)
        for step in (("cancel", 0, 0), ("clear", 0, 100), ("cancel", 0, 0), ("void", 0, 0), ("cancel", 0, 0)):
            assert again(one.project).stage == Stage.CANCELLATION
            one.go(step)
        assert again(one.project).stage == Stage.CANCELLED
        balances = sub_accounts.balances(list(ProjectHouse.objects.values_list("house_id", flat=True)))
        assert {(one.balance_fen, one.held_fen) for one in balances.values()} == {(BALANCE_FEN, 0)}
