"""公示管理: acts that publish."""

from upkeep.repairs.acts.act import Act, ActCode
from upkeep.repairs.models import RepairProject
from upkeep.repairs.readiness import lacks
from upkeep.repairs.settling import needs_supplement
from upkeep.repairs.stages import ProjectKind, Stage


def acts(project: RepairProject, *, thoroughly: bool) -> list[Act]:
    """立项公示 once the houses are chosen and can pay, 验收公示 after the acceptance."""
    if project.stage_now is Stage.ACCEPTED:
        blocked = "结算金额超过预算，须先由业主补充表决通过" if needs_supplement(project) else ""
        return [Act(ActCode.PUBLISH_ACCEPTANCE, "发布验收公示", blocked=blocked, is_next=not blocked)]
    if project.stage_now is not Stage.NEW or project.kind_now is ProjectKind.ORDER:
        return []
    found = lacks(project, thoroughly=thoroughly)
    more = f"（共 {len(found)} 项待完善）" if len(found) > 1 else ""
    blocked = f"{found[0].text}{more}" if found else ""
    return [Act(ActCode.PUBLISH, "发布立项公示", blocked=blocked, is_next=not blocked)]
