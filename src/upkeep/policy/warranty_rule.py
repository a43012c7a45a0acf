"""保修规则: whether a part that the builder still answers for may be repaired from the fund, and how long he does.

Source: 建设工程质量管理条例 第四十条 (structure for its design life, water-proofing five years, pipes and equipment two);
165号令 第十八条: the fund pays only after the warranty has ended.
"""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

WARN, BLOCK, OFF = "WARN", "BLOCK", "OFF"
ACTIONS = ((WARN, "提示，可以继续"), (BLOCK, "不得公示立项"), (OFF, "不检查"))


def _years(label: str, default: int) -> int:
    return setting(f"{label}保修", default, least=0, most=100, unit="年")


@dataclass(frozen=True, kw_only=True)
class WarrantyRule:
    """Years of warranty from a building's completion, by type of facility; 0 means that none is checked."""

    within: str = setting("保修期内的设施设备", WARN, choices=ACTIONS)
    structure: int = _years("承重结构", 50)
    roof: int = _years("屋面防水", 5)
    facade: int = _years("外墙", 5)
    lift: int = _years("电梯", 2)
    hall: int = _years("门厅楼道", 2)
    pump: int = _years("供水水泵", 2)
    drain: int = _years("排水设施", 2)
    power: int = _years("供配电设施", 2)
    fire: int = _years("消防设施", 2)
    security: int = _years("安防监控", 2)
    gate: int = _years("大门围墙", 2)
    road: int = _years("道路照明", 2)
    green: int = _years("绿地景观", 2)
    parking: int = _years("公共车场车库", 2)
    leisure: int = _years("文体设施", 2)
    antenna: int = _years("天线避雷", 2)
    other: int = _years("其他设施设备", 2)

    def years_of(self, facility_kind: str) -> int:
        """The years for a type of facility by its code (`estate.kinds.FacilityKind`)."""
        years: int = getattr(self, facility_kind.lower())
        return years


def warranty_rule(*, jurisdiction_id: int, on: dt.date) -> WarrantyRule:
    """The rule of the city."""
    return in_force(WarrantyRule, kind=PolicyKind.WARRANTY_RULE, jurisdiction_id=jurisdiction_id, on=on)
