"""结账规则: where other expenses go at the period close, and how old the last full audit of the books may be then.

财会〔2020〕7号 is read both ways for 5901 其他支出: most carry it to 3101 待分配累计收益, some to 3001/3002.
"""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

UNDISTRIBUTED, HOUSES = "3101", "3001"
TARGETS = ((UNDISTRIBUTED, "待分配累计收益（3101）"), (HOUSES, "维修资金（3001、3002），由各户按余额分担"))


@dataclass(frozen=True, kw_only=True)
class ClosingRule:
    """What a city decides about its period close."""

    other_expense_to: str = setting("其他支出（5901）期末结转到", UNDISTRIBUTED, choices=TARGETS)
    audit_days: int = setting(
        "结账前账务全面核查的有效期", 7, least=1, most=60, unit="天", help="超过这个天数没有做过全面核查，结账时提示"
    )


def closing_rule(*, jurisdiction_id: int, on: dt.date) -> ClosingRule:
    """The rule of the city."""
    return in_force(ClosingRule, kind=PolicyKind.CLOSING_RULE, jurisdiction_id=jurisdiction_id, on=on)
