"""公示管理: acts that publish."""

from upkeep.repairs.acts.act import Act, ActCode
from upkeep.repairs.models import RepairProject
from upkeep.repairs.shares import shortfall_sentence, shortfalls
from upkeep.repairs.stages import ProjectKind, Stage


def acts(project: RepairProject, *, thoroughly: bool) -> list[Act]:
    """立项公示 once the houses are chosen and can pay, 验收公示 after the acceptance."""
    if project.stage_now is Stage.ACCEPTED:
        return [Act(ActCode.PUBLISH_ACCEPTANCE, "发布验收公示", is_next=True)]
    if project.stage_now is not Stage.NEW or project.kind_now is ProjectKind.ORDER:
        return []
    blocked = ""
    if not project.house_count:
        blocked = "请先选择分摊房屋"
    elif thoroughly and (short := shortfalls(project)):
        blocked = shortfall_sentence(short)
    return [Act(ActCode.PUBLISH, "发布立项公示", blocked=blocked, is_next=not blocked)]
