"""维修项目规则: who starts projects of which kinds, and how owners' decisions are brought in."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

STARTERS = (("PROPERTY_COMPANY", "物业服务企业"), ("OWNERS_COMMITTEE", "业主委员会"))
FORMS = (("PROJECT", "维修项目"), ("ORDER", "维修支取任务单"))
VOTES = (
    ("HOUSES", "逐户录入表决结果"),
    ("TOTALS", "录入汇总结果并上传签字表"),
    ("SIGNED_AFTER", "提交后业主签字确认"),
)
DEVELOPER_OUTSIDE, SUB_ACCOUNT = "DEVELOPER_OUTSIDE", "SUB_ACCOUNT"
UNSOLD = ((DEVELOPER_OUTSIDE, "开发建设单位在维修资金之外承担"), (SUB_ACCOUNT, "按分户账承担"))
NOTICES = (("OFFICE", "审核通过即由管理部门开具"), ("APPLICANT", "审核通过后由申请单位提交"))


@dataclass(frozen=True, kw_only=True)
class ProjectRule:
    """The order of a city's repairs."""

    starters: tuple[str, ...] = setting("可发起维修项目", ("PROPERTY_COMPANY", "OWNERS_COMMITTEE"), choices=STARTERS)
    form: str = setting("办理形式", "PROJECT", choices=FORMS)
    vote: str = setting("业主表决录入方式", "HOUSES", choices=VOTES)
    due_days: int = setting(
        "办结期限为计划完工后", 90, least=1, most=1_000, unit="天", help="超过期限未办结的项目向申报单位和管理部门提示"
    )
    #: 165号令 第二十一条: 尚未售出的, 由开发建设单位按未售出部分的建筑面积分摊.
    unsold_bears: str = setting("尚未售出房屋的分摊费用", DEVELOPER_OUTSIDE, choices=UNSOLD)
    emergency_confirmed: bool = setting("紧急维修立项须街道或居（村）委会书面确认", True)
    payment_notice: str = setting("拨款通知单", "OFFICE", choices=NOTICES)


def project_rule(*, jurisdiction_id: int, on: dt.date) -> ProjectRule:
    """The rule of the city."""
    return in_force(ProjectRule, kind=PolicyKind.PROJECT_RULE, jurisdiction_id=jurisdiction_id, on=on)
