"""票据规则: when the cashier is warned that receipt numbers run out, and how a payer fetches his receipts by a link."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting


@dataclass(frozen=True, kw_only=True)
class ReceiptRule:
    """`warn_below` counts the numbers left in all books; a link holds `link_days` days from when it is sent."""

    warn_below: int = setting(
        "号码不足提醒", 500, least=0, most=1_000_000, unit="个", help="剩余号码少于此数时提醒出纳"
    )
    link_days: int = setting("领票链接有效天数", 30, least=1, most=365, unit="天", help="自发送之日起算")


def receipt_rule(*, jurisdiction_id: int, on: dt.date) -> ReceiptRule:
    """The city's rule, or a warning below 500 numbers and links of 30 days where it has set none."""
    return in_force(ReceiptRule, kind=PolicyKind.RECEIPT_RULE, jurisdiction_id=jurisdiction_id, on=on)
