"""资料保存规则: how long what was filled in is kept once nothing can come of it any more (个人信息保护法 第十九条)."""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting


@dataclass(frozen=True, kw_only=True)
class RetentionRule:
    """A draft that was never handed in is emptied when it is dropped, whatever stands here."""

    withdrawn_days: int = setting(
        "撤回的业务单保留填报内容",
        90,
        most=3_660,
        unit="天",
        help="自撤回次日起算；期满后删除填报内容、要件和打印存档，只留编号、事项和办理过程。没有提交过的草稿撤销时立即删除",
    )


def retention_rule(*, jurisdiction_id: int, on: dt.date) -> RetentionRule:
    """The city's rule, or 90 days where it has set none."""
    return in_force(RetentionRule, kind=PolicyKind.RETENTION_RULE, jurisdiction_id=jurisdiction_id, on=on)
