"""The sandbox bank and the platform, message by message: what goes right, and what goes wrong on demand.

# covers: F3
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.test import Client

from sandbox_bank.bank import CHINA, Fault, NotOurs, SandboxBank
from sandbox_bank.store import Store
from sandbox_bank.wire import NoAnswer, Reply, Signer
from tests.bank_api.bank import connected
from tests.banking.town import AT, Town, confirm, issue
from tests.staging import staged
from tests.treasury import refund_scene as r
from tests.treasury import scene as s
from upkeep.bank_api.models import BankMessage, RefusedCalls
from upkeep.banking.models import BankSerial, OrderState, PaymentOrder, PaySlip, SlipState
from upkeep.books.audit import audit
from upkeep.reconciliation.models import BankStatement

pytestmark = pytest.mark.django_db
ACCOUNT = "62170001"


@dataclass
class Stage:
    town: Town
    code: str
    secret: str
    slip: str
    order: str


def make_stage() -> Stage:
    """A town with a slip to be paid and an order to pay, and a key for its bank."""
    scene = s.make_scene()
    r.hire(scene)
    bank = connected(scene.town).bank
    order = r.order_of(r.approved(scene, "101"))
    return Stage(scene.town, bank.code, bank.secret, issue(scene.town, houses=[scene["G4"]]).number, order.number)


stage = staged(make_stage)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(AT, tick=False) as moving:
        yield moving


def over_django(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
    """The platform itself, without a network between."""
    client, sent = Client(), {name: value for name, value in headers.items() if name != "Content-Type"}
    answer = (
        client.post(target, body, content_type="application/json", headers=sent)
        if method == "POST"
        else client.get(target, headers=sent)
    )
    return Reply(answer.status_code, answer.content, {name.title(): value for name, value in answer.headers.items()})


@pytest.fixture
def bank(stage: Stage) -> SandboxBank:
    store = Store(":memory:")
    store.open_account(ACCOUNT, opening_fen=100_000_000)
    return SandboxBank(
        store, Signer(stage.code, stage.secret), over_django, now=lambda: dt.datetime.now(tz=CHINA), tries=2
    )


def state(stage: Stage) -> str:
    return PaySlip.objects.get(number=stage.slip).state


def holds(bank: SandboxBank) -> int:
    return bank.store.balance(ACCOUNT, before=dt.date(2027, 1, 1)) - 100_000_000


class TestTheBank:
    def test_takes_money_for_a_slip_once(self, bank: SandboxBank, stage: Stage) -> None:
        message = bank.take_payment(stage.slip)

        paid = PaySlip.objects.get(number=stage.slip)
        assert (message.state, state(stage), holds(bank)) == ("DONE", SlipState.PAID, paid.total_fen)
        with pytest.raises(NotOurs, match="请勿重复收款"):
            bank.take_payment(stage.slip)
        assert holds(bank) == paid.total_fen

    def test_pays_every_order_that_waits(self, bank: SandboxBank, stage: Stage) -> None:
        (message,) = bank.pay_orders()

        order = PaymentOrder.objects.get(number=stage.order)
        assert (message.state, order.state, holds(bank)) == ("DONE", OrderState.PAID, -order.amount_fen)
        assert bank.pay_orders() == []

    def test_says_when_it_cannot_pay(self, bank: SandboxBank, stage: Stage) -> None:
        account = PaymentOrder.objects.get(number=stage.order).payee_account

        bank.pay_orders(unpayable=account)

        order = PaymentOrder.objects.get(number=stage.order)
        assert (order.state, order.failure_reason, holds(bank)) == (OrderState.FAILED, "收款账号不存在", 0)

    def test_takes_back_what_it_confirmed_and_may_confirm_it_again(self, bank: SandboxBank, stage: Stage) -> None:
        bank.take_payment(stage.slip)

        assert bank.take_back(stage.slip).state == "DONE"
        assert (state(stage), holds(bank)) == (SlipState.WAITING, 0)
        assert bank.take_payment(stage.slip).state == "DONE"
        assert audit() == []

    def test_sends_a_statement_that_agrees_with_what_it_told(self, bank: SandboxBank, stage: Stage) -> None:
        bank.take_payment(stage.slip)
        bank.pay_orders()
        bank.credit_interest(ACCOUNT, 12_345)

        bank.send_statement(ACCOUNT, dt.date(2026, 11, 20))

        kept = BankStatement.objects.get()
        told = {one.serial: one.amount_fen for one in BankSerial.objects.all()}
        assert {line.serial: abs(line.fen) for line in kept.lines.all()} == told and len(told) == 3
        assert kept.closing_fen - kept.opening_fen == holds(bank)


class TestAFault:
    @pytest.mark.parametrize("fault", [Fault.TWICE, Fault.LOST_ANSWER, Fault.WRONG_SIGNATURE])
    def test_on_the_line_loses_nothing_and_books_once(self, bank: SandboxBank, stage: Stage, fault: Fault) -> None:
        message = bank.take_payment(stage.slip, fault=fault)

        assert (message.state, state(stage)) == ("DONE", SlipState.PAID)
        assert BankMessage.objects.count() == 1 and audit() == []
        repeated = [one for one in bank.said if "重复的应答" in one]
        assert len(repeated) == (0 if fault is Fault.WRONG_SIGNATURE else 1)
        assert RefusedCalls.objects.exists() == (fault is Fault.WRONG_SIGNATURE)

    def test_in_the_amount_is_refused_before_the_right_one_is_booked(self, bank: SandboxBank, stage: Stage) -> None:
        bank.take_payment(stage.slip, fault=Fault.WRONG_AMOUNT)

        assert state(stage) == SlipState.PAID
        assert list(BankMessage.objects.order_by("pk").values_list("fault", flat=True)) == ["wrong_amount", ""]

    def test_that_keeps_a_message_back_is_made_good_later(self, bank: SandboxBank, stage: Stage, clock: Any) -> None:
        late = bank.take_payment(stage.slip, fault=Fault.LATE)
        assert (late.state, state(stage)) == ("WAITING", SlipState.WAITING) and holds(bank) > 0
        clock.move_to(AT + dt.timedelta(days=1))

        (done,) = bank.send_waiting()

        assert (done.state, state(stage), bank.send_waiting()) == ("DONE", SlipState.PAID, [])

    def test_that_comes_too_late_gives_the_money_back(self, bank: SandboxBank, stage: Stage) -> None:
        bank.take_payment(stage.slip, fault=Fault.LATE)
        confirm(stage.town, PaySlip.objects.get(number=stage.slip), serial="COUNTER1")

        (refused,) = bank.send_waiting()

        assert refused.state == "REFUSED" and refused.answer is not None
        assert (refused.answer["code"], holds(bank), bank.store.payment_of(stage.slip)) == ("paper_closed", 0, None)

    def test_of_the_network_is_tried_again_under_the_same_key(self, bank: SandboxBank, stage: Stage) -> None:
        calls = 0

        def dropping(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
            nonlocal calls
            calls += 1
            reply = over_django(method, target, headers, body)
            if method == "POST" and calls == 2:
                raise NoAnswer("连接中断")
            return reply

        bank.send = dropping
        assert bank.take_payment(stage.slip).state == "DONE"
        assert any("重复的应答" in one for one in bank.said) and BankMessage.objects.count() == 1

    def test_of_somebody_between_is_noticed(self, bank: SandboxBank, stage: Stage) -> None:
        def lying(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
            reply = over_django(method, target, headers, body)
            told = json.loads(reply.body)
            if "amount_fen" in told:
                told["amount_fen"] = 1
            return Reply(reply.status, json.dumps(told).encode(), reply.headers)

        bank.send = lying
        with pytest.raises(NoAnswer, match="没有平台的签名"):
            bank.take_payment(stage.slip)
        assert holds(bank) == 0
