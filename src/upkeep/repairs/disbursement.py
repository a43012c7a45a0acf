"""立项与拨付 of a simple project, decided by one application: submitted, given back, approved. Approval holds and orders."""

import datetime as dt
from collections.abc import Iterable, Sequence

from upkeep.casework.models import Case
from upkeep.kernel.errors import Problem
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.repairs.application import project_id_of, submit, take_back
from upkeep.repairs.history import advance, locked
from upkeep.repairs.models import RepairProject
from upkeep.repairs.ordering import hold_for, issue_orders
from upkeep.repairs.payees import Payee, repeated, total_of
from upkeep.repairs.shares import shortfall_sentence, shortfalls
from upkeep.repairs.stages import ProjectMove, Stage

__all__ = ["Payee", "approve", "problems_of", "submit", "take_back"]


def problems_of(project: RepairProject, payees: Sequence[Payee]) -> Iterable[Problem]:
    """What forbids the application now: stage, sums, sub-accounts. Asked at submit and again at approval.

    004 §1.3.3 注 2, 4: acceptance first; the payees come to all that the fund pays of the budget.
    """
    if project.stage_now not in (Stage.ACCEPTANCE_NOTICE, Stage.REVIEW):
        yield Problem("", f"项目现为“{project.stage_now.label}”，须先完成验收并发布验收公示")
        return
    total = total_of(payees)
    if total != project.limit_fen:
        wanted = f"应拨付金额 {yuan(project.limit_fen)} 元"
        if outside := project.budget_fen - project.limit_fen:
            wanted += f"（结算金额扣除维修资金以外承担的 {yuan(outside)} 元）"
        yield Problem("payee_1_amount", f"各收款账户金额合计 {yuan(total)} 元，须等于{wanted}")
    yield from repeated(payees)
    if short := shortfalls(project):
        yield Problem("", shortfall_sentence(short))


def approve(case: Case, payees: Sequence[Payee], *, by: Actor, at: dt.datetime) -> None:
    """Hold each house's share and order the payments: one per payee and custody account.

    Raises: NotNow; NotEnoughOnSubAccounts when money has gone since; then nothing is held or ordered.
    """
    project = locked(project_id_of(case), moves=(ProjectMove.APPROVE,), by=None)
    hold_for(project, case, payees, phase=None, at=at)
    orders = issue_orders(project, case, by=by, at=at)
    project.requested_fen = project.ordered_fen = project.limit_fen
    note = f"{yuan(project.ordered_fen)} 元，付款通知 {orders} 份"
    advance(project, ProjectMove.APPROVE, by=by, at=at, note=note)
