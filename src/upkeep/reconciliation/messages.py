"""Whom the reconciliation tells: the bank whose line is wrong, and the office where a statement has not come."""

import datetime as dt
from collections.abc import Sequence

from upkeep.banking.models import CustodyAccount
from upkeep.kernel.dates import in_letters
from upkeep.kernel.money import yuan
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, event
from upkeep.parties.queries import members_holding, staff_holding
from upkeep.parties.roles import Role
from upkeep.reconciliation.models import DifferenceAct

ASK_BANK = event(
    "difference_ask_bank",
    "请银行更正流水",
    [IN_SITE],
    "专户 {account} {day} 流水 {serial}（{amount} 元）与账面不符：{reason}。请核对后更正，更正流水请列入以后日期的对账单。",
    "请更正流水：{serial}",
)
STATEMENT_MISSING = event(
    "statement_missing",
    "对账单未收到",
    [IN_SITE],
    "专户 {account}（{bank}）缺少 {days} 的对账单，请向银行索取后上传。",
    "缺少对账单：{account}",
)


def tell_bank(act: DifferenceAct, *, at: dt.datetime) -> None:
    """Those of the bank who supervise its tellers."""
    item = act.bank_line or act.movement
    assert item is not None
    custody = act.custody
    notify(
        event=ASK_BANK.code,
        jurisdiction_id=custody.jurisdiction_id,
        values={
            "account": custody.number,
            "day": in_letters(item.day),
            "serial": item.serial or "（无流水号）",
            "amount": yuan(abs(item.fen)),
            "reason": act.reason,
        },
        at=at,
        key=f"difference:{act.pk}:bank",
        user_ids=members_holding(Role.TELLER_SUPERVISOR, organisation_id=custody.bank_id),
    )


def tell_missing(custody: CustodyAccount, days: Sequence[dt.date], *, at: dt.datetime, on: dt.date) -> None:
    """The office's accountants and cashiers, once a day while it lasts."""
    shown = "、".join(in_letters(day) for day in days[:5])
    notify(
        event=STATEMENT_MISSING.code,
        jurisdiction_id=custody.jurisdiction_id,
        values={
            "account": custody.number,
            "bank": custody.bank.name,
            "days": shown + (f"等 {len(days)} 天" if len(days) > 5 else ""),
        },
        at=at,
        key=f"statement:{custody.pk}:missing:{on}",
        user_ids=[
            one
            for role in (Role.ACCOUNTANT, Role.CASHIER)
            for one in staff_holding(role, jurisdiction_id=custody.jurisdiction_id)
        ],
        url="/reconciliation/",
    )
