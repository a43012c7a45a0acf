"""What a bank's system does: asks about a slip, confirms and takes back, pays orders, reports interest — each once.

# covers: F3
"""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest
import time_machine

from tests.bank_api.bank import ROOT, Bank, Connected, connect, told
from tests.banking.town import AT, confirm, issue
from tests.staging import staged
from upkeep.bank_api.models import BankMessage
from upkeep.banking.actions import ask_reversal, decide_reversal, void_slip
from upkeep.banking.models import BankReversal, BankSerial, PaySlip, ReversalState, SlipState
from upkeep.banking.reversals import NotTheSecond
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.deposits.models import Receipt
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role

pytestmark = pytest.mark.django_db
stage = staged(connect)
LATER = AT + dt.timedelta(minutes=5)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(AT, tick=False) as moving:
        yield moving


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def confirmation(slip: PaySlip, **other: Any) -> dict[str, Any]:
    return {"serial": "S1", "amount_fen": slip.total_fen, "operator": "8801"} | other


def reversal(slip: PaySlip, **other: Any) -> dict[str, Any]:
    return {
        "paid_serial": "S1",
        "serial": "CZ1",
        "amount_fen": slip.total_fen,
        "reason": "录入了别户的通知单",
        "operator": "8801",
        "reviewer": "8809",
    } | other


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, told(answer).get("code", "")


def balances(stage: Connected) -> int:
    return sum(one.balance_fen for one in sub_accounts.balances([h.pk for h in stage.town.houses]).values())


class TestAskingAboutASlip:
    def test_says_what_the_counter_has_to_know(self, stage: Connected) -> None:
        slip = issue(stage.town)

        answer = stage.bank.get(f"slips/{slip.number}")

        assert told(answer) == {
            "number": slip.number,
            "title": "交款通知单",
            "state": "WAITING",
            "amount_fen": 5_311_980,
            "account": "62170001",
            "fund_kind": "COMMODITY",
            "purpose": "首期交存",
            "payer_name": "江南置业有限公司",
            "area": "江南名邸",
            "house_count": 6,
            "valid_until": f"{slip.expires_on}",
            "payable": True,
            "why_not": "",
            "serial": None,
            "booked_on": None,
        }

    def test_says_why_it_cannot_be_paid(self, stage: Connected, clock: Any) -> None:
        slip, void = issue(stage.town, count=1), issue(stage.town, houses=stage.town.houses[1:])
        void_slip(number=void.number, reason="面积有误", by=stage.town.people["developer"], at=AT)
        clock.move_to(AT + dt.timedelta(days=400))
        stage.bank.now = AT + dt.timedelta(days=400)

        expired, gone = told(stage.bank.get(f"slips/{slip.number}")), told(stage.bank.get(f"slips/{void.number}"))

        assert (expired["state"], expired["payable"]) == ("EXPIRED", False) and "已过期" in expired["why_not"]
        assert (gone["state"], gone["payable"]) == ("VOID", False) and "面积有误" in gone["why_not"]

    def test_finds_nothing_under_a_number_that_is_none(self, stage: Connected) -> None:
        for number in ("JK202611200000999", "FK202611200000018", "x", "JK' OR 1=1"):
            assert code(stage.bank.get(f"slips/{number}")) == (404, "not_found"), number

    def test_costs_few_queries(self, stage: Connected, django_assert_max_num_queries: Any) -> None:
        slip = issue(stage.town)
        with django_assert_max_num_queries(5):
            assert stage.bank.get(f"slips/{slip.number}").status_code == 200


class TestAConfirmation:
    def test_books_the_money_and_issues_the_receipts(self, stage: Connected) -> None:
        slip = issue(stage.town)

        answer = stage.bank.post(f"slips/{slip.number}/confirmation", confirmation(slip))

        assert told(answer) == {
            "number": slip.number,
            "state": "PAID",
            "amount_fen": 5_311_980,
            "serial": "S1",
            "booked_on": "2026-11-20",
        }
        paid = PaySlip.objects.get(pk=slip.pk)
        assert (paid.closed_by_id, paid.closed_by_name) == (None, "银行接口（柜员 8801）")
        assert balances(stage) == 5_311_980 and Receipt.objects.filter(slip=slip).exists()
        assert audit() == []

    def test_gets_its_first_answer_again_under_the_same_key(self, stage: Connected) -> None:
        slip = issue(stage.town)
        path, body = f"slips/{slip.number}/confirmation", confirmation(slip)
        first = stage.bank.post(path, body, key="one-business")
        stage.bank.post(f"slips/{slip.number}/reversal", reversal(slip))

        again = stage.bank.post(path, dict(reversed(body.items())), key="one-business")

        assert (again.status_code, again.content) == (200, first.content)
        assert again["Idempotent-Replayed"] == "true" and not first.has_header("Idempotent-Replayed")
        assert PaySlip.objects.get(pk=slip.pk).state_now is SlipState.WAITING

    def test_under_another_key_with_the_same_serial_books_once(self, stage: Connected) -> None:
        slip = issue(stage.town)
        path, body = f"slips/{slip.number}/confirmation", confirmation(slip)

        answers = [stage.bank.post(path, body) for _ in range(2)]

        assert answers[0].content == answers[1].content
        assert balances(stage) == 5_311_980 and BankSerial.objects.count() == 1

    def test_under_the_same_key_with_another_content_is_refused(self, stage: Connected) -> None:
        one, two = issue(stage.town, count=1), issue(stage.town, houses=stage.town.houses[1:])
        stage.bank.post(f"slips/{one.number}/confirmation", confirmation(one), key="one-business")

        other_slip = stage.bank.post(f"slips/{two.number}/confirmation", confirmation(two), key="one-business")
        other_body = stage.bank.post(
            f"slips/{one.number}/confirmation", confirmation(one, operator="8802"), key="one-business"
        )

        assert code(other_slip) == code(other_body) == (409, "idempotency_key_reused")

    def test_that_was_refused_stays_refused_under_its_key(self, stage: Connected) -> None:
        slip = issue(stage.town)
        path = f"slips/{slip.number}/confirmation"
        short = confirmation(slip, amount_fen=slip.total_fen - 1)

        answers = [stage.bank.post(path, short, key="one-business") for _ in range(2)]

        assert [code(one) for one in answers] == [(422, "wrong_amount")] * 2
        assert "金额不符" in told(answers[0])["message"] and told(answers[0])["problems"][0]["field"] == "amount_fen"
        assert answers[1]["Idempotent-Replayed"] == "true" and balances(stage) == 0
        assert BankMessage.objects.get().fault == "wrong_amount"

    def test_of_a_closed_slip_or_with_a_used_serial_is_refused(self, stage: Connected) -> None:
        one, two = issue(stage.town, count=1), issue(stage.town, houses=stage.town.houses[1:])
        confirm(stage.town, one, serial="S1")

        closed = stage.bank.post(f"slips/{one.number}/confirmation", confirmation(one, serial="S2"))
        used = stage.bank.post(f"slips/{two.number}/confirmation", confirmation(two, serial="s1"))

        assert code(closed) == (409, "paper_closed") and "钱柜员" in told(closed)["message"]
        assert code(used) == (409, "serial_used") and one.number in told(used)["message"]
        assert PaySlip.objects.get(pk=two.pk).state_now is SlipState.WAITING


class TestAMessage:
    @pytest.mark.parametrize(
        ("body", "status", "fault"),
        [
            (b" ", 400, "malformed"),
            (b"{", 400, "malformed"),
            (b"\xff\xfe{}", 400, "malformed"),
            (b'{"serial":"S1","serial":"S2","amount_fen":1,"operator":"1"}', 400, "malformed"),
            (b'{"serial":"S1","amount_fen":5311980.0,"operator":"1"}', 400, "malformed"),
            (b'{"serial":"S1","amount_fen":NaN,"operator":"1"}', 400, "malformed"),
            (b'{"serial":"S1","amount_fen":5e3,"operator":"1"}', 400, "malformed"),
            (b'{"serial":"\\ud800","amount_fen":1,"operator":"1"}', 400, "malformed"),
            (b"[" * 100_00, 400, "malformed"),
            (b'{"serial":"S1","amount_fen":' + b"9" * 5_000 + b',"operator":"1"}', 400, "malformed"),
            (b"[]", 422, "invalid"),
            (b"null", 422, "invalid"),
            (b'{"serial":"S1","amount_fen":"5311980","operator":"1"}', 422, "invalid"),
            (b'{"serial":"S1","amount_fen":true,"operator":"1"}', 422, "invalid"),
            (b'{"serial":"S1","amount_fen":0,"operator":"1"}', 422, "invalid"),
            (b'{"serial":"S1","amount_fen":-1,"operator":"1"}', 422, "invalid"),
            (b'{"serial":"S1","amount_fen":10000000000001,"operator":"1"}', 422, "invalid"),
            (b'{"serial":"S\\u00001","amount_fen":1,"operator":"1"}', 422, "invalid"),
            (b'{"serial":"S|1","amount_fen":1,"operator":"1"}', 422, "invalid"),
            (b'{"serial":"","amount_fen":1,"operator":"1"}', 422, "invalid"),
            (b'{"amount_fen":1,"operator":"1"}', 422, "invalid"),
            (b'{"serial":"S1","amount_fen":1,"operator":"1","state":"PAID"}', 422, "invalid"),
            (b'{"serial":"S1","amount_fen":1,"operator":"' + b"1" * 70_000 + b'"}', 413, "too_large"),
        ],
    )
    def test_that_is_not_as_it_has_to_be_is_refused(
        self, stage: Connected, body: bytes, status: int, fault: str
    ) -> None:
        slip = issue(stage.town)
        path = f"slips/{slip.number}/confirmation"
        headers = stage.bank.headers("POST", f"/api/bank/v1/{path}", body, idempotency_key="key-00000")

        answer = stage.bank.send("POST", path, body, headers)

        assert code(answer) == (status, fault)
        assert not BankMessage.objects.exists() and balances(stage) == 0

    def test_names_everything_that_is_wrong_at_once(self, stage: Connected) -> None:
        answer = stage.bank.post("slips/JK202611200000015/confirmation", {"amount_fen": "1", "more": 1})

        assert {one["field"]: one["message"] for one in told(answer)["problems"]} == {
            "more": "没有这个项目",
            "serial": "缺少“银行流水号，在本行内永远只用一次”",
            "amount_fen": "“金额（分）”金额以分为单位，应为整数",
            "operator": "缺少“办理柜员号；系统自动办理的，为银行给该系统的柜员号”",
        }

    def test_with_a_nul_byte_in_its_address_is_answered_like_any_other(self, stage: Connected) -> None:
        body = json.dumps({"serial": "S1", "amount_fen": 1, "value_date": "2026-11-20", "operator": "1"}).encode()
        headers = stage.bank.headers("POST", f"{ROOT}accounts/1\0/interest", body, idempotency_key="key-00000")

        posted = stage.bank.send("POST", "accounts/1%00/interest", body, headers)

        assert code(posted) == (404, "not_found")
        assert code(stage.bank.get("orders", query="account=%00")) == (422, "invalid")

    def test_of_another_kind_or_by_another_method_is_refused(self, stage: Connected) -> None:
        client, path = stage.bank.client, "/api/bank/v1/slips/JK1/confirmation"

        assert code(client.post(path, {"serial": "S1"})) == (415, "wrong_content_type")
        assert code(client.get(path)) == (405, "wrong_method") and client.get(path)["Allow"] == "POST"
        assert code(client.put("/api/bank/v1/ping")) == (405, "wrong_method")
        assert code(client.get("/api/bank/v1/nothing/here")) == (404, "not_found")


class TestAReversal:
    def test_takes_the_confirmation_back_and_lets_the_slip_be_paid_again(self, stage: Connected) -> None:
        slip = issue(stage.town)
        stage.bank.post(f"slips/{slip.number}/confirmation", confirmation(slip))

        back = stage.bank.post(f"slips/{slip.number}/reversal", reversal(slip))
        assert (told(back)["state"], told(back)["serial"], balances(stage)) == ("WAITING", None, 0)
        again = stage.bank.post(f"slips/{slip.number}/confirmation", confirmation(slip, serial="S2"))

        assert (told(again)["state"], balances(stage)) == ("PAID", 5_311_980)
        kept = BankReversal.objects.get()
        assert (kept.state_now, kept.asked_by_name, kept.decided_by_name) == (
            ReversalState.APPROVED,
            "银行接口（柜员 8801）",
            "银行接口（柜员 8809）",
        )
        assert audit() == []

    def test_under_another_key_with_the_same_serials_changes_nothing(self, stage: Connected) -> None:
        slip = issue(stage.town)
        stage.bank.post(f"slips/{slip.number}/confirmation", confirmation(slip))

        answers = [stage.bank.post(f"slips/{slip.number}/reversal", reversal(slip)) for _ in range(2)]

        assert answers[0].content == answers[1].content and BankReversal.objects.count() == 1

    @pytest.mark.parametrize(
        ("changed", "fault"),
        [
            ({"reviewer": "8801"}, "second_person"),
            ({"reviewer": "8802", "operator": "８８０２"}, "invalid"),
            ({"operator": "8809", "reviewer": "8801"}, "second_person"),
            ({"paid_serial": "S9"}, "not_reversible"),
            ({"amount_fen": 1}, "not_reversible"),
            ({"serial": "S1"}, "serial_used"),
            ({"reason": " "}, "invalid"),
        ],
    )
    def test_needs_two_people_and_the_payment_it_means(
        self, stage: Connected, changed: dict[str, Any], fault: str
    ) -> None:
        slip = issue(stage.town)
        stage.bank.post(f"slips/{slip.number}/confirmation", confirmation(slip))

        answer = stage.bank.post(f"slips/{slip.number}/reversal", reversal(slip, **changed))

        assert told(answer)["code"] == fault
        assert balances(stage) == 5_311_980 and not BankReversal.objects.exists()

    def test_is_only_of_the_same_day(self, stage: Connected, clock: Any) -> None:
        slip = issue(stage.town)
        stage.bank.post(f"slips/{slip.number}/confirmation", confirmation(slip))
        clock.move_to(AT + dt.timedelta(days=1))
        stage.bank.now = AT + dt.timedelta(days=1)

        answer = stage.bank.post(f"slips/{slip.number}/reversal", reversal(slip))

        assert code(answer) == (409, "not_reversible") and "当日" in told(answer)["message"]

    def test_waits_for_the_counter_where_it_was_asked_there(self, stage: Connected) -> None:
        slip = issue(stage.town)
        stage.bank.post(f"slips/{slip.number}/confirmation", confirmation(slip))
        people = stage.town.people
        asked = ask_reversal(number=slip.number, reason="录错", by=people["teller"], at=LATER)

        answer = stage.bank.post(f"slips/{slip.number}/reversal", reversal(slip))
        with pytest.raises(NotTheSecond):
            decide_reversal(reversal_id=asked.pk, approve=True, serial="CZ1", by=_both(people["teller"]), at=LATER)
        decide_reversal(reversal_id=asked.pk, approve=True, serial="CZ1", by=people["supervisor"], at=LATER)

        assert code(answer) == (409, "not_reversible") and "在柜台复核" in told(answer)["message"]
        assert balances(stage) == 0


def _both(actor: Actor) -> Actor:
    """The teller, were he a supervisor as well."""
    return replace(actor, roles=frozenset({Role.TELLER, Role.TELLER_SUPERVISOR}))


class TestInterest:
    def credit(self, bank: Bank, **other: Any) -> Any:
        body = {"serial": "LX1", "amount_fen": 123_456, "value_date": "2026-11-20", "operator": "9001"} | other
        return bank.post("accounts/62170001/interest", body)

    def test_is_booked_in_the_accounts_own_book_once(self, stage: Connected) -> None:
        first, again = self.credit(stage.bank), self.credit(stage.bank)

        assert told(first) == {
            "account": "62170001",
            "amount_fen": 123_456,
            "serial": "LX1",
            "booked_on": "2026-11-20",
        }
        assert again.content == first.content
        assert [one.amount_fen for one in BankSerial.objects.all()] == [123_456]
        assert audit() == []

    def test_with_the_same_serial_and_another_amount_is_refused(self, stage: Connected) -> None:
        self.credit(stage.bank)

        assert code(self.credit(stage.bank, amount_fen=123_457)) == (409, "serial_used")

    def test_is_refused_for_tomorrow_and_for_another_banks_account(self, stage: Connected) -> None:
        body = {"serial": "LX1", "amount_fen": 1, "value_date": "2026-11-20", "operator": "9001"}

        tomorrow = self.credit(stage.bank, value_date="2026-11-21")
        elsewhere = stage.bank.post("accounts/62170002/interest", body)
        nowhere = stage.bank.post("accounts/1/interest", body)

        assert code(tomorrow) == (422, "invalid") and told(tomorrow)["problems"][0]["field"] == "value_date"
        assert code(elsewhere) == code(nowhere) == (404, "not_found")
        assert not BankSerial.objects.exists()
