"""投票表决管理: acts of the vote."""

from upkeep.repairs.acts.act import Act, ActCode
from upkeep.repairs.history import moves_of
from upkeep.repairs.models import RepairProject
from upkeep.repairs.settling import needs_supplement
from upkeep.repairs.stages import ProjectMove, Stage


def acts(project: RepairProject, *, thoroughly: bool) -> list[Act]:
    """Opening a vote after the notice, running it while it is open; a settlement above the budget is voted on once more."""
    stage = project.stage_now
    if stage in (Stage.VOTING, Stage.SUPPLEMENT):
        return [Act(ActCode.ENTER, "投票表决管理", is_next=True)]
    if (stage, ProjectMove.OPEN_VOTE) not in moves_of(project):
        return []
    if stage is Stage.NOTICE:
        return [Act(ActCode.OPEN_VOTE, "发起业主表决", is_next=True)]
    if needs_supplement(project):
        return [Act(ActCode.OPEN_VOTE, "发起补充表决", is_next=True)]
    return []
