"""服务关系规则: how an organisation comes to serve an area: 入驻 (manual 000), 区域关联 (manual 003) or by its registration."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

WAYS = (("MOVE_IN", "入驻申请"), ("ASSOCIATION", "物业区域关联"))
APPROVERS = (("DEVELOPER", "开发建设单位审批"), ("OFFICE", "管理部门审核"))


@dataclass(frozen=True, kw_only=True)
class ServiceRule:
    """Which ways are open in the city. A company that the developer names is proposed by itself (manual 000 §2.1)."""

    ways: tuple[str, ...] = setting("取得服务区域的方式", ("ASSOCIATION",), choices=WAYS)
    move_in_decided_by: str = setting("入驻申请由谁审批", "DEVELOPER", choices=APPROVERS)
    proposed_when_named: bool = setting("开发建设单位登记物业服务企业时自动生成入驻申请", True)
    association_days: int = setting("区域关联审核期限", 3, least=1, most=30, unit="个工作日")
    papers_may_be_brought: bool = setting("区域关联要件可改为到窗口提交", True)


def service_rule(*, jurisdiction_id: int, on: dt.date) -> ServiceRule:
    """The rule of the city."""
    return in_force(ServiceRule, kind=PolicyKind.SERVICE_RULE, jurisdiction_id=jurisdiction_id, on=on)
