"""售房单位交存规则 (165号令 第八、十二条): which part of the sale proceeds a unit that sells public housing pays in, once.

At least 20 % of the proceeds (售房款) for 多层, at least 30 % for 高层 houses, within 30 days of receiving them. Below these
the decree lets no city go; how many storeys make a building high is the city's own matter.
"""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

#: What 165号令 第八条 asks at least, in percent.
LEAST_LOW_RISE, LEAST_HIGH_RISE = 20, 30


@dataclass(frozen=True, kw_only=True)
class UnitDepositRule:
    """Percent of the proceeds, whole. A building counts as high from `high_rise_storeys` storeys on, or by its kind."""

    low_rise_percent: int = setting(
        "多层住宅售房款提取比例", LEAST_LOW_RISE, least=LEAST_LOW_RISE, most=100, unit="%", help="不低于售房款的 20%"
    )
    high_rise_percent: int = setting(
        "高层住宅售房款提取比例", LEAST_HIGH_RISE, least=LEAST_HIGH_RISE, most=100, unit="%", help="不低于售房款的 30%"
    )
    high_rise_storeys: int = setting(
        "高层起算层数", 10, least=2, most=100, unit="层", help="地上层数达到该数的楼栋按高层；未登记层数的按楼栋类型"
    )
    days: int = setting("交存期限", 30, least=1, most=365, unit="天", help="自收到售房款之日起算")


def unit_deposit_rule(*, jurisdiction_id: int, on: dt.date) -> UnitDepositRule:
    """The rule in force on a day, or the decree's where the city has set none."""
    return in_force(UnitDepositRule, kind=PolicyKind.UNIT_DEPOSIT_RULE, jurisdiction_id=jurisdiction_id, on=on)
