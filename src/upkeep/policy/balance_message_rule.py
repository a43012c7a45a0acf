"""余额变动通知规则: of which changes of their balance owners are told by SMS (a city of the coast does so for every change).

In the pages an owner is told of every change, whatever the rule says.
"""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

DEPOSIT, REPAIR, REFUND, EARNINGS = "DEPOSIT", "REPAIR", "REFUND", "EARNINGS"
CHANGES = (
    (DEPOSIT, "交存、续交及其冲正"),
    (REPAIR, "维修支出及清退"),
    (REFUND, "退款、返还"),
    (EARNINGS, "收益分配"),
)


@dataclass(frozen=True, kw_only=True)
class BalanceMessageRule:
    """`sms` names the changes of which an SMS is sent to the telephone on record; an empty choice sends none."""

    sms: tuple[str, ...] = setting(
        "发送短信的余额变动", (DEPOSIT, REPAIR, REFUND), choices=CHANGES, help="站内消息每次变动都发送，不受此项影响"
    )


def balance_message_rule(*, jurisdiction_id: int, on: dt.date) -> BalanceMessageRule:
    """The rule of the city."""
    return in_force(BalanceMessageRule, kind=PolicyKind.BALANCE_MESSAGE_RULE, jurisdiction_id=jurisdiction_id, on=on)
