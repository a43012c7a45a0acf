"""用语: the words a city's people know for the same thing, and the titles of its printed forms."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The shown word for each thing; the standard term is the default."""

    area: str = setting("物业区域称为", "物业区域")
    building: str = setting("楼栋称为", "楼栋")
    house: str = setting("房屋称为", "房屋")
    developer: str = setting("开发建设单位称为", "开发建设单位")
    property_company: str = setting("物业服务企业称为", "物业服务企业")
    pay_slip: str = setting("交款通知单标题", "交款通知单")
    case_number: str = setting("业务单编号称为", "业务单编号")
    office: str = setting("管理部门称为", "维修资金管理部门")


def wording(*, jurisdiction_id: int, on: dt.date) -> Wording:
    """The words of the city."""
    return in_force(Wording, kind=PolicyKind.WORDING, jurisdiction_id=jurisdiction_id, on=on)
