"""项目立项, 资金拨付, 项目验收: acts on the way to the money."""

from upkeep.repairs.acts.act import Act, ActCode
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import ProjectKind, Stage


def acts(project: RepairProject, *, thoroughly: bool) -> list[Act]:
    """The acceptance and the one application of a simple project."""
    if project.kind_now is not ProjectKind.SIMPLE:
        return []
    if project.stage_now is Stage.PASSED:
        return [Act(ActCode.ACCEPT, "项目验收", is_next=True)]
    if project.stage_now is Stage.ACCEPTANCE_NOTICE:
        return [Act(ActCode.APPLY, "立项与拨付申请", is_next=True, posts=True)]
    return []
