"""续交规则 (165号令 第十七条): below which part of its first deposit a house is in arrears, and how it may pay again.

The assembly of owners decides the plan; what holds without one differs by city: up to the first deposit's level, or once
more by the standard of first deposits (海口). 上海 allowed instalments over three years.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

TO_FIRST_LEVEL, FIRST_STANDARD = "TO_FIRST_LEVEL", "FIRST_STANDARD"
_WITHOUT_PLAN = ((TO_FIRST_LEVEL, "补足至首期应交金额"), (FIRST_STANDARD, "按现行首期交存标准再交一次"))


@dataclass(frozen=True, kw_only=True)
class FurtherRule:
    """`percent` of the first deposit: whoever lies strictly below it is in arrears. Months and days are whole."""

    percent: int = setting(
        "续交界线", 30, least=1, most=100, unit="%", help="分户账余额低于首期应交金额的这一比例，即为欠交"
    )
    without_plan: str = setting("没有续交方案时", TO_FIRST_LEVEL, choices=_WITHOUT_PLAN)
    most_months: int = setting("分期最长", 36, least=1, most=120, unit="个月", help="自第一期至最后一期")
    ask_days_ahead: int = setting(
        "提前开具天数", 30, least=1, most=180, unit="天", help="分期交存的，在每期期限前多少天开具通知单"
    )
    letter_days: int = setting(
        "催缴期限", 30, least=1, most=365, unit="天", help="催缴通知单上的补交期限，自开具次日起算"
    )


def further_rule(*, jurisdiction_id: int, on: dt.date) -> FurtherRule:
    """The city's rule, or 30 % where it has set none."""
    return in_force(FurtherRule, kind=PolicyKind.FURTHER_RULE, jurisdiction_id=jurisdiction_id, on=on)


def further_rules(jurisdiction_ids: Collection[int], *, on: dt.date) -> dict[int, FurtherRule]:
    """The rule of each jurisdiction."""
    return {one: further_rule(jurisdiction_id=one, on=on) for one in set(jurisdiction_ids)}
