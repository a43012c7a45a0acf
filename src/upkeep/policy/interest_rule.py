"""计息规则: how interest comes to the sub-accounts (agreed rates by how long money has stood, or a pool shared by 积数)."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

AGREED, POOL = "AGREED", "POOL"
MODES = ((POOL, "专户收益按积数分摊"), (AGREED, "按约定利率（存期分档）"))
DAYS = (("0630", "每年 6 月 30 日"), ("1231", "每年 12 月 31 日"))
BASES = (("360", "360 天"), ("365", "365 天"))
#: 存期: of what term the rate is that a tier bears.
DEMAND = "DEMAND"
TERMS = (
    (DEMAND, "活期"),
    ("M3", "三个月定期"),
    ("M6", "六个月定期"),
    ("Y1", "一年定期"),
    ("Y2", "二年定期"),
    ("Y3", "三年定期"),
    ("Y5", "五年定期"),
)
CARRIED, AGE = "CARRIED", "AGE"
TIERS = ((CARRIED, "上一计息年度结转的余额"), (AGE, "存满一年的余额"))


@dataclass(frozen=True, kw_only=True)
class InterestRule:
    """Mode, settlement day, day basis and, for agreed rates, the tiers; the rates are the banks' (`earnings.rates`)."""

    mode: str = setting("计息方式", POOL, choices=MODES)
    settled_on: str = setting("结息日", "0630", choices=DAYS)
    day_basis: str = setting("年计息天数", "360", choices=BASES, help="银行一般按 360 天折算日利率")
    tier_by: str = setting(
        "按定期计息的部分", CARRIED, choices=TIERS, help="仅约定利率方式使用；其余余额和期内支取的部分按活期"
    )
    term: str = setting("该部分的利率档次", "Y1", choices=TERMS)
    long_years: int = setting(
        "长期档次的存满年数", 0, most=10, unit="年", help="存满该年数的部分另按下一项计息；0 为不设"
    )
    long_term: str = setting("长期部分的利率档次", "Y3", choices=TERMS)
    pays_leavers: bool = setting(
        "期内销户按活期结息", True, help="房屋注销、拆分合并时，按活期利率计息到当日，随余额返还或结转"
    )


def interest_rule(*, jurisdiction_id: int, on: dt.date) -> InterestRule:
    """The rule of the city."""
    return in_force(InterestRule, kind=PolicyKind.INTEREST_RULE, jurisdiction_id=jurisdiction_id, on=on)
