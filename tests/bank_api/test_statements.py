"""The day's statement by the interface: kept once, refused whole with its reasons.

# covers: F3
"""

import datetime as dt
from typing import Any

import pytest
import time_machine

from tests.bank_api.bank import Connected, connect, told
from tests.banking.town import AT
from tests.staging import staged
from upkeep.reconciliation.models import BankLine, BankStatement, Channel

pytestmark = pytest.mark.django_db
stage = staged(connect)
PATH = "accounts/62170001/statements/2026-11-20"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(AT + dt.timedelta(hours=12), tick=False) as moving:
        yield moving


@pytest.fixture(autouse=True)
def in_the_evening(stage: Connected) -> None:
    stage.bank.now = AT + dt.timedelta(hours=12)


def line(serial: str, fen: int, **other: Any) -> dict[str, Any]:
    return {
        "serial": serial,
        "at": "2026-11-20T10:30:00+08:00",
        "direction": "IN" if fen > 0 else "OUT",
        "amount_fen": abs(fen),
        "counterparty": "江南置业有限公司",
        "summary": "维修资金交存",
    } | other


def statement(*lines: dict[str, Any], closing: int = 0, **other: Any) -> dict[str, Any]:
    return {"opening_fen": 100, "closing_fen": closing, "lines": list(lines), "operator": "9001"} | other


class TestAStatement:
    def test_is_kept_with_its_lines(self, stage: Connected) -> None:
        answer = stage.bank.post(PATH, statement(line("S1", 500), line("S2", -200), closing=400))

        assert told(answer) == {
            "account": "62170001",
            "day": "2026-11-20",
            "opening_fen": 100,
            "closing_fen": 400,
            "line_count": 2,
        }
        kept = BankStatement.objects.get()
        assert (kept.channel, kept.received_by_name, kept.in_fen, kept.out_fen) == (
            Channel.API,
            "银行接口（柜员 9001）",
            500,
            200,
        )

    def test_sent_again_is_the_one_that_is_kept(self, stage: Connected) -> None:
        answers = [stage.bank.post(PATH, statement(line("S1", 500), closing=600)) for _ in range(2)]

        assert answers[0].content == answers[1].content and BankStatement.objects.count() == 1

    def test_of_a_day_without_movements_is_one_too(self, stage: Connected) -> None:
        assert told(stage.bank.post(PATH, statement(closing=100)))["line_count"] == 0

    def test_that_does_not_add_up_or_names_a_serial_twice_is_refused_whole(self, stage: Connected) -> None:
        bad = statement(line("S1", 500), line("s1", 300), line("S3", 1, at="2026-11-19T10:00:00+08:00"), closing=600)

        answer = stage.bank.post(PATH, bad)

        fields = {one["field"] for one in told(answer)["problems"]}
        assert (answer.status_code, fields) == (422, {"lines[1].serial", "lines[2].at", "closing_fen"})
        assert not BankLine.objects.exists()

    def test_names_the_place_of_what_is_no_line(self, stage: Connected) -> None:
        bad = statement(line("S1", 500), line("S2", 1, direction="UP", more=1), "S3", closing=600)  # type: ignore[arg-type]

        answer = stage.bank.post(PATH, bad)

        assert {one["field"] for one in told(answer)["problems"]} == {
            "lines[1].direction",
            "lines[1].more",
            "lines[2]",
        }

    @pytest.mark.parametrize(
        "path", ["62170002/statements/2026-11-20", "62170001/statements/2026-13-01", "1/statements/x"]
    )
    def test_of_another_banks_account_or_no_day_is_refused(self, stage: Connected, path: str) -> None:
        assert told(stage.bank.post(f"accounts/{path}", statement(closing=100)))["code"] == "not_found"

    def test_of_tomorrow_is_refused(self, stage: Connected) -> None:
        answer = stage.bank.post("accounts/62170001/statements/2026-11-21", statement(closing=100))

        assert told(answer)["problems"][0]["field"] == "day"

    def test_may_be_larger_than_other_messages(self, stage: Connected) -> None:
        lines = [line(f"S{n}", 1) for n in range(1_000)]

        assert told(stage.bank.post(PATH, statement(*lines, closing=1_100)))["line_count"] == 1_000
