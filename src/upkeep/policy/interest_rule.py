"""计息规则: how interest comes to the sub-accounts (agreed rate by tiers, or a pool shared by 积数)."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

MODES = (("AGREED", "按约定利率（存期分档）"), ("POOL", "专户收益按积数分摊"))
DAYS = (("0630", "每年 6 月 30 日"), ("1231", "每年 12 月 31 日"))
BASES = (("360", "360 天"), ("365", "365 天"))


@dataclass(frozen=True, kw_only=True)
class InterestRule:
    """Mode, settlement day and day basis; rate tables have their own history with the banks."""

    mode: str = setting("计息方式", "POOL", choices=MODES)
    settled_on: str = setting("结息日", "0630", choices=DAYS)
    day_basis: str = setting("年计息天数", "360", choices=BASES)


def interest_rule(*, jurisdiction_id: int, on: dt.date) -> InterestRule:
    """The rule of the city."""
    return in_force(InterestRule, kind=PolicyKind.INTEREST_RULE, jurisdiction_id=jurisdiction_id, on=on)
