"""项目验收 with its settlement."""

import datetime as dt

from django.db import transaction

from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.repairs.history import advance, locked
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import ProjectMove


@transaction.atomic
def accept_work(
    project_id: int, *, accepted_on: dt.date, settlement_fen: int, acceptance: str, by: Actor, at: dt.datetime
) -> RepairProject:
    """项目验收 with its settlement, which for a simple project is the budget.

    Raises: NotYours, NotNow, HasProblems.
    """
    project = locked(project_id, moves=(ProjectMove.ACCEPT,), by=by)
    problems = []
    if accepted_on > day_of(at):
        problems.append(Problem("accepted_on", "验收日期不能晚于今天"))
    if settlement_fen != project.budget_fen:
        text = f"简单拨付项目的结算金额须等于预算金额 {yuan(project.budget_fen)} 元"
        problems.append(Problem("settlement", text))
    if not acceptance.strip():
        problems.append(Problem("acceptance", "请填写验收意见"))
    if problems:
        raise HasProblems(problems)
    project.accepted_on, project.acceptance, project.settlement_fen = accepted_on, acceptance.strip(), settlement_fen
    advance(project, ProjectMove.ACCEPT, by=by, at=at, note=f"结算 {yuan(settlement_fen)} 元")
    return project
