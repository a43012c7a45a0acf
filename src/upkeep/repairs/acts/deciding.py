"""投票表决管理: acts of the vote."""

from upkeep.repairs.acts.act import Act, ActCode
from upkeep.repairs.history import moves_of
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import ProjectMove, Stage


def acts(project: RepairProject, *, thoroughly: bool) -> list[Act]:
    """Opening a vote after the notice, entering what the paper says while it is open."""
    if project.stage_now is Stage.NOTICE and (Stage.NOTICE, ProjectMove.OPEN_VOTE) in moves_of(project):
        return [Act(ActCode.OPEN_VOTE, "发起业主表决", is_next=True)]
    if project.stage_now in (Stage.VOTING, Stage.SUPPLEMENT):
        return [Act(ActCode.ENTER, "录入表决结果", is_next=True)]
    return []
