"""Payment orders by the interface: fetched, paid or not, taken back, with whatever follows each kind of payment.

# covers: F3
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine

from tests.bank_api.bank import Bank, connected, give_key, told
from tests.banking.town import AT
from tests.staging import staged
from tests.treasury import refund_scene as r
from tests.treasury import scene as s
from tests.treasury.scene import Scene
from upkeep.banking.actions import fail_order
from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.treasury.models import Refund, RefundState

pytestmark = pytest.mark.django_db


@dataclass
class Stage:
    scene: Scene
    bank: Bank
    refund: Refund
    number: str


def make_stage() -> Stage:
    """The refund of a house, approved and ordered; the bank that is to pay it is connected."""
    scene = s.make_scene()
    r.hire(scene)
    bank = connected(scene.town).bank
    refund = r.approved(scene, "101")
    return Stage(scene, bank, refund, r.order_of(refund).number)


stage = staged(make_stage)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(AT, tick=False) as moving:
        yield moving


def paid(stage: Stage, **other: Any) -> Any:
    body = {"serial": "OUT1", "amount_fen": 8_020_80, "operator": "8801"} | other
    return stage.bank.post(f"orders/{stage.number}/payment", body)


def reversed_(stage: Stage, **other: Any) -> Any:
    body = {
        "paid_serial": "OUT1",
        "serial": "CZ1",
        "amount_fen": 8_020_80,
        "reason": "付错了账户",
        "operator": "8801",
        "reviewer": "8809",
    }
    return stage.bank.post(f"orders/{stage.number}/reversal", body | other)


def state(stage: Stage) -> tuple[str, str, int]:
    refund, house = Refund.objects.get(pk=stage.refund.pk), stage.scene["101"]
    return (
        PaymentOrder.objects.get(number=stage.number).state,
        refund.state,
        sub_accounts.balances([house.pk])[house.pk].held_fen,
    )


class TestFetchingOrders:
    def test_lists_what_waits_with_all_that_is_needed_to_pay(self, stage: Stage) -> None:
        answer = told(stage.bank.get("orders"))

        (order,) = answer["orders"]
        whole = PaymentOrder.objects.get(number=stage.number)
        assert (order["number"], order["state"], order["amount_fen"]) == (stage.number, "WAITING", 8_020_80)
        assert order["payee_account"] == whole.payee_account and order["payee_name"] == whole.payee_name
        assert (order["account"], order["purpose"], answer["next"]) == ("62170001", "退款", None)
        assert order["issued_at"] == "2026-11-20T10:30:00+08:00"

    def test_masks_the_account_of_what_is_done_and_lists_it_on_demand(self, stage: Stage) -> None:
        whole = PaymentOrder.objects.get(number=stage.number).payee_account
        paid(stage)

        assert told(stage.bank.get("orders"))["orders"] == []
        (order,) = told(stage.bank.get("orders", query="state=PAID&account=62170001"))["orders"]
        assert whole not in order["payee_account"] and "*" in order["payee_account"]
        assert told(stage.bank.get("orders", query="state=PAID&account=62170002"))["orders"] == []

    def test_shows_another_bank_nothing(self, stage: Stage) -> None:
        key, secret = give_key(stage.scene.town, stage.scene.town.banks[1], at=AT)
        other = Bank(key.code, secret, AT)

        assert told(other.get("orders"))["orders"] == []
        assert told(other.get(f"orders/{stage.number}"))["code"] == "other_bank"

    def test_goes_on_where_the_page_before_ended(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("upkeep.bank_api.operations.orders.PER_PAGE", 1)
        second = r.order_of(r.approved(stage.scene, "G2")).number

        first = told(stage.bank.get("orders"))
        rest = told(stage.bank.get("orders", query=f"after={first['next']}"))

        assert [one["number"] for one in first["orders"]] == [stage.number] and first["next"] == stage.number
        assert [one["number"] for one in rest["orders"]] == [second] and rest["next"] is None

    @pytest.mark.parametrize(
        "query", ["state=OPEN", "state=PAID&state=PAID", "page=2", "after=1", "account=%27", "account=", "state"]
    )
    def test_refuses_parameters_that_mean_nothing(self, stage: Stage, query: str) -> None:
        answer = stage.bank.get("orders", query=query)

        assert (answer.status_code, told(answer)["code"]) == (422, "invalid")

    def test_costs_the_same_queries_however_many_there_are(
        self, stage: Stage, django_assert_max_num_queries: Any
    ) -> None:
        for room in ("G2", "G3"):
            r.approved(stage.scene, room)
        with django_assert_max_num_queries(3):
            assert len(told(stage.bank.get("orders"))["orders"]) == 3


class TestAPayment:
    def test_is_booked_with_all_that_follows_from_it(self, stage: Stage) -> None:
        answer = paid(stage)

        assert (answer.status_code, told(answer)["state"], told(answer)["booked_on"]) == (200, "PAID", "2026-11-20")
        assert state(stage) == (OrderState.PAID, RefundState.PAID, 0)
        assert stage.scene.balance(stage.scene["101"]) == 0 and audit() == []
        assert Refund.objects.get(pk=stage.refund.pk).paid_by_id is None

    def test_reported_twice_is_booked_once(self, stage: Stage) -> None:
        assert paid(stage).content == paid(stage).content
        assert told(paid(stage, serial="OUT2"))["code"] == "paper_closed"

    def test_of_another_amount_is_refused(self, stage: Stage) -> None:
        assert told(paid(stage, amount_fen=8_020_81))["code"] == "wrong_amount"
        assert state(stage) == (OrderState.WAITING, RefundState.ORDERED, 8_020_80)

    def test_taken_back_waits_again_and_is_paid_under_another_serial(self, stage: Stage) -> None:
        paid(stage)

        assert told(reversed_(stage))["state"] == "WAITING"
        assert state(stage) == (OrderState.WAITING, RefundState.ORDERED, 8_020_80)
        assert told(paid(stage, serial="OUT2"))["state"] == "PAID"
        assert audit() == []

    def test_is_not_taken_back_by_one_person_nor_the_next_day(self, stage: Stage, clock: Any) -> None:
        paid(stage)

        assert told(reversed_(stage, reviewer="8801"))["code"] == "second_person"
        clock.move_to(AT + dt.timedelta(days=1))
        stage.bank.now = AT + dt.timedelta(days=1)
        assert told(reversed_(stage))["code"] == "not_reversible"
        assert state(stage)[0] == OrderState.PAID

    def test_that_failed_leaves_the_money_held_and_says_why(self, stage: Stage) -> None:
        body = {"reason": "户名账号不符", "operator": "8801"}

        answer = stage.bank.post(f"orders/{stage.number}/failure", body)

        assert told(answer)["state"] == "FAILED"
        assert state(stage) == (OrderState.FAILED, RefundState.ORDERED, 8_020_80)
        assert told(stage.bank.get(f"orders/{stage.number}"))["failure_reason"] == "户名账号不符"
        assert told(paid(stage))["code"] == "paper_closed"

    def test_of_an_order_that_failed_at_the_counter_is_refused(self, stage: Stage) -> None:
        fail_order(number=stage.number, reason="销户", by=stage.scene.town.people["teller"], at=AT)

        assert told(paid(stage))["code"] == "paper_closed"
        assert told(stage.bank.post(f"orders/{stage.number}/failure", {"reason": "x", "operator": "1"}))["code"] == (
            "paper_closed"
        )
