"""楼盘采集规则: in which ways a house table may be filled (manual 000 §2.1 by hand, manual 001 §2.2 workbook or registry)."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

WORKBOOK, BY_HAND, REGISTRY = "WORKBOOK", "BY_HAND", "REGISTRY"
SOURCES = ((WORKBOOK, "表格导入"), (BY_HAND, "手工录入、批量生成"), (REGISTRY, "接口获取"))


@dataclass(frozen=True, kw_only=True)
class CollectionRule:
    """Which ways are open in the city; an applicant chooses among them, and may use several for one area."""

    sources: tuple[str, ...] = setting("房屋信息的来源", (WORKBOOK, BY_HAND, REGISTRY), choices=SOURCES)


def collection_rule(*, jurisdiction_id: int, on: dt.date) -> CollectionRule:
    """The rule of the city."""
    return in_force(CollectionRule, kind=PolicyKind.COLLECTION_RULE, jurisdiction_id=jurisdiction_id, on=on)
