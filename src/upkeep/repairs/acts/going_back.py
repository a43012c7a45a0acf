"""清退 and 撤销: acts that go back, at whatever stage the project is."""

from upkeep.repairs.acts.act import Act, ActCode
from upkeep.repairs.history import moves_of
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import ProjectMove, Stage


def acts(project: RepairProject, *, thoroughly: bool) -> list[Act]:
    """清退 while anything is paid, 撤销公示 while the project can be given up, 撤销 once that is published.

    What still keeps a cancellation back stands on its page and on the project's (`cancelling.blockers`).
    """
    found = []
    moves = moves_of(project)
    if project.paid_fen and (project.stage_now, ProjectMove.CLEAR) in moves:
        found.append(Act(ActCode.CLEAR, "清退"))
    if (project.stage_now, ProjectMove.PUBLISH_CANCELLATION) in moves:
        found.append(Act(ActCode.PUBLISH_CANCELLATION, "发布撤销公示"))
    if project.stage_now is Stage.CANCELLATION:
        found.append(Act(ActCode.CANCEL, "撤销", is_next=True))
    return found
