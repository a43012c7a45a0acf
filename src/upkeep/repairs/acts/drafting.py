"""Acts on a draft."""

from upkeep.repairs.acts.act import Act, ActCode
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import ProjectKind, Stage


def acts(project: RepairProject, *, thoroughly: bool) -> list[Act]:
    """What changes a project that is not published yet."""
    if project.stage_now is not Stage.NEW or project.kind_now is ProjectKind.ORDER:
        return []
    return [
        Act(ActCode.EDIT, "修改基本信息"),
        Act(ActCode.HOUSES, "分摊房屋", is_next=not project.house_count),
    ]
