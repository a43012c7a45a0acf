"""拨付计划: the phases of a project's payments, which decide how it goes on: with one payment it is a simple one.

Source: manual 004 §1.3.1 第一步五 and 注 5 (one payment: 参考简单拨付维修项目), §1.3.2, §1.3.3.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.policy.payout_gate import payout_gate
from upkeep.repairs.history import NotNow, advance, locked
from upkeep.repairs.models import ProjectPhase, RepairProject
from upkeep.repairs.stages import ProjectKind, ProjectMove

MOST_PHASES = 12


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One payment of the contract: when it falls due in words, the planned day, fen."""

    title: str
    amount_fen: int
    planned_on: dt.date | None = None


@transaction.atomic
def set_plan(project_id: int, *, phases: Sequence[Phase], by: Actor, at: dt.datetime) -> RepairProject:
    """Put these phases in the place of those there are; whether they come to what the fund is to pay is asked when the
    project is published.

    A general project with one phase becomes a simple one, which has no plan; with two or more a simple one becomes
    general. An emergency keeps its phases, however many. Raises: NotYours, NotNow, HasProblems.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    if project.kind_now is ProjectKind.ORDER:
        raise NotNow("维修支取任务单一次支取，没有拨付计划")
    if problems := list(_faults(project, phases, on=day_of(at))):
        raise HasProblems(problems)
    project.kind = kind_for(project.kind_now, len(phases))
    kept = () if project.kind_now is ProjectKind.SIMPLE else phases
    ProjectPhase.objects.filter(project=project).delete()
    ProjectPhase.objects.bulk_create(
        ProjectPhase(
            project=project,
            number=number,
            title=phase.title.strip(),
            planned_on=phase.planned_on,
            amount_fen=phase.amount_fen,
            limit_fen=phase.amount_fen,
        )
        for number, phase in enumerate(kept, start=1)
    )
    total = sum(phase.amount_fen for phase in phases)
    note = f"拨付计划 {len(phases)} 期，{yuan(total)} 元" if phases else "拨付计划已清空"
    advance(project, ProjectMove.EDIT, by=by, at=at, note=f"{note}；项目类型：{project.kind_now.label}")
    return project


def kind_for(kind: ProjectKind, phases: int) -> ProjectKind:
    """What a project of that kind is with so many payments."""
    if kind is ProjectKind.GENERAL and phases == 1:
        return ProjectKind.SIMPLE
    if kind is ProjectKind.SIMPLE and phases > 1:
        return ProjectKind.GENERAL
    return kind


def _faults(project: RepairProject, phases: Sequence[Phase], *, on: dt.date) -> Iterator[Problem]:
    if len(phases) > MOST_PHASES:
        yield Problem("", f"拨付计划最多 {MOST_PHASES} 期")
    for number, phase in enumerate(phases, start=1):
        if not phase.title.strip():
            yield Problem(f"title_{number}", f"请填写第 {number} 期的拨付条件")
        if phase.amount_fen <= 0:
            yield Problem(f"amount_{number}", f"请填写第 {number} 期的金额")
        if phase.planned_on is not None and phase.planned_on < project.starts_on - dt.timedelta(days=365):
            yield Problem(f"planned_on_{number}", f"第 {number} 期的计划拨付日早于计划开工日一年以上，请核对")
    days = [phase.planned_on for phase in phases if phase.planned_on is not None]
    if days != sorted(days):
        yield Problem("", "各期的计划拨付日应依次在后，请核对")
    if phases and kind_for(project.kind_now, len(phases)) is not ProjectKind.SIMPLE:
        yield from first_payment_faults(project, phases[0].amount_fen, on=on)


def first_payment_faults(project: RepairProject, amount_fen: int, *, on: dt.date) -> Iterator[Problem]:
    """首次拨付不超过预算的百分之几 (拨付规则), of a plan whose first payment goes out before the acceptance."""
    percent = payout_gate(jurisdiction_id=project.jurisdiction_id, on=on).first_payment_most_percent
    if percent < 100 and project.budget_fen and amount_fen * 100 > project.budget_fen * percent:
        most = project.budget_fen * percent // 100
        text = f"本市规定首期拨付不超过预算金额的 {percent}%，即 {yuan(most)} 元，请调低第 1 期金额，其余放到以后各期"
        yield Problem("amount_1", text)


def planned_fen(project: RepairProject) -> int:
    """What the phases come to."""
    return sum(project.phases.values_list("amount_fen", flat=True))


def plan_problem(project: RepairProject) -> str:
    """Why the plan does not fit what the fund is to pay (C10: 预算应拨付金额), or an empty text."""
    if project.kind_now in (ProjectKind.SIMPLE, ProjectKind.ORDER):
        return ""
    planned = planned_fen(project)
    if not planned:
        return "请填写拨付计划，各期金额之和须等于预算应拨付金额"
    if planned == project.payable_fen:
        return ""
    over = planned > project.payable_fen
    gap = yuan(abs(planned - project.payable_fen))
    return (
        f"拨付计划合计 {yuan(planned)} 元，预算应拨付金额 {yuan(project.payable_fen)} 元，"
        f"{'多出' if over else '还差'} {gap} 元，请调整拨付计划"
    )
