"""对账单: the bank says what moved on an account on a day, and what it ended with."""

import re
from typing import Any

from upkeep.bank_api import faults
from upkeep.bank_api.calls import Call, Operation
from upkeep.bank_api.faults import CallRefused
from upkeep.bank_api.fields import Choice, Count, Day, Fen, Field, Moment, Rows, Text, Wrong
from upkeep.bank_api.operations import shared
from upkeep.bank_api.operations.accounts import ACCOUNT_IN_PATH, account_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.money import MOST_FEN
from upkeep.reconciliation.models import Channel
from upkeep.reconciliation.receiving import Direction, StatementKept, StatementLine, receive

#: What a message can hold; a day with more comes as a file.
MOST_LINES = 100_000
MOST_BYTES = 32 * 1024 * 1024
_PLACE = re.compile(r"lines:(\d+):(\w+)")


def upload(call: Call) -> dict[str, Any]:
    """Keep the statement of a day; the same one again is the one that is kept."""
    custody = account_of(call)
    try:
        day = Day().read(call.args["day"])
    except Wrong as wrong:
        raise CallRefused(faults.NOT_FOUND, f"对账日期“{call.args['day'][:20]}”不对：{wrong}") from None
    try:
        kept = receive(
            custody_id=custody.pk,
            day=day,
            opening_fen=call.body["opening_fen"],
            closing_fen=call.body["closing_fen"],
            lines=[_line(row) for row in call.body["lines"]],
            channel=Channel.API,
            at=call.at,
            by=call.machine(),
        )
    except HasProblems as wrong:
        raise HasProblems(Problem(_place(one.field), one.text) for one in wrong.problems) from None
    except StatementKept as refusal:
        raise CallRefused(faults.STATEMENT_KEPT, str(refusal)) from refusal
    return {
        "account": custody.number,
        "day": f"{kept.day}",
        "opening_fen": kept.opening_fen,
        "closing_fen": kept.closing_fen,
        "line_count": kept.line_count,
    }


def _line(row: dict[str, Any]) -> StatementLine:
    return StatementLine(
        serial=row["serial"],
        at=row["at"],
        direction=Direction(row["direction"]),
        amount_fen=row["amount_fen"],
        counterparty=row.get("counterparty", ""),
        summary=row.get("summary", ""),
    )


def _place(field: str) -> str:
    """Lines are counted from 1 by people and from 0 in JSON."""
    found = _PLACE.fullmatch(field)
    return f"lines[{int(found[1]) - 1}].{found[2]}" if found else field


OPENING = Field(name="opening_fen", title="期初余额（分）", kind=Fen(least=-MOST_FEN))
CLOSING = Field(name="closing_fen", title="期末余额（分）", kind=Fen(least=-MOST_FEN))
DIRECTION = Choice(choices={"IN": "存入专户", "OUT": "从专户付出；红字冲回按相反方向"}, example="IN")
LINE = (
    shared.SERIAL,
    Field(name="at", title="交易时间，须在对账日期当天", kind=Moment()),
    Field(name="direction", title="收付方向", kind=DIRECTION),
    shared.AMOUNT,
    Field(
        name="counterparty", title="对方户名", kind=Text(most=100, least=0, example="江南置业有限公司"), required=False
    ),
    Field(name="summary", title="摘要", kind=Text(most=200, least=0, example="维修资金交存"), required=False),
)

OPERATIONS = (
    Operation(
        name="upload_statement",
        method="POST",
        path="accounts/{account}/statements/{day}",
        title="上送对账单",
        description="日终后逐专户上送当日全部流水；没有流水的也要上送。期初余额加减各笔流水须等于期末余额，"
        "期初余额须等于上一日的期末余额。内容相同的重复上送不改变什么。",
        act=upload,
        args=(ACCOUNT_IN_PATH, Field(name="day", title="对账日期", kind=Day())),
        body=(
            OPENING,
            CLOSING,
            Field(name="lines", title="流水", kind=Rows(of=LINE, most=MOST_LINES)),
            shared.OPERATOR,
        ),
        answer=(
            shared.ACCOUNT,
            Field(name="day", title="对账日期", kind=Day()),
            OPENING,
            CLOSING,
            Field(name="line_count", title="笔数", kind=Count(example=1)),
        ),
        faults=(faults.NOT_FOUND, faults.STATEMENT_KEPT),
        most_bytes=MOST_BYTES,
    ),
)
