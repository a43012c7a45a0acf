"""完结: a project of which all is paid is finished, and its houses are free again."""

import datetime as dt

from upkeep.estate import claims
from upkeep.kernel.dates import day_of
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.policy.payout_gate import payout_gate
from upkeep.repairs.history import advance, moves_of
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import ProjectMove, Stage

WHOLE = 100


def finish_if_paid(project: RepairProject, *, by: Actor, at: dt.datetime) -> bool:
    """Finish the locked project where all of its limit is paid and its stage allows it; answers whether it is finished.

    Before its acceptance a project is finished by its last payment only in a city that asks for none (manual 000); then
    what was paid is its settlement.
    """
    if project.paid_fen != project.limit_fen or (project.stage_now, ProjectMove.FINISH) not in moves_of(project):
        return False
    if project.stage_now is Stage.DISBURSING:
        if asks_acceptance(project, on=day_of(at)):
            return False
        project.settlement_fen, project.accepted_on = project.budget_fen, day_of(at)
        project.acceptance = "按预算拨付完毕"
    project.finished_at = at
    advance(project, ProjectMove.FINISH, by=by, at=at, note=f"共拨付 {yuan(project.paid_fen)} 元")
    claims.release(source=project.source)
    return True


def asks_acceptance(project: RepairProject, *, on: dt.date) -> bool:
    """Whether the city lets nobody be paid in full without an acceptance."""
    gate = payout_gate(jurisdiction_id=project.jurisdiction_id, on=on)
    return gate.last_phase_needs_acceptance or gate.accepted_beyond_percent < WHOLE
