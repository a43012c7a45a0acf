"""项目验收 with its settlement (结算): the works are done, and this is what they came to.

Manual 004 §1.3.1 第七步, §1.3.2 第六步, §1.3.3 第四步. A settlement below the budget lowers every house's share and what may
still be paid; one above it needs the owners' second vote first, but in an emergency.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction

from upkeep.kernel.allocation import allocate
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.repairs import settling
from upkeep.repairs.history import NotNow, advance, locked
from upkeep.repairs.models import ProjectFacility, RepairProject
from upkeep.repairs.stages import ProjectKind, ProjectMove, Stage

#: Whose settlement is divided anew; the others settle exactly their budget, or have none.
_BY_PHASE = (ProjectKind.GENERAL, ProjectKind.EMERGENCY)


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """验收信息: when it was accepted, when the works were done, what was found and thought of it."""

    accepted_on: dt.date
    opinion: str
    content: str = ""
    works_from: dt.date | None = None
    works_to: dt.date | None = None


@transaction.atomic
def accept_work(
    project_id: int,
    *,
    accepted_on: dt.date,
    settlement_fen: int,
    acceptance: str,
    by: Actor,
    at: dt.datetime,
    content: str = "",
    works_from: dt.date | None = None,
    works_to: dt.date | None = None,
    settled: Mapping[int, int] | None = None,
) -> RepairProject:
    """项目验收. `settled` is what each facility came to, in fen by work id; without it the settlement is divided among
    them in proportion to their budgets. Until its notice is published the acceptance may be handed in anew.

    Raises: NotYours, NotNow, HasProblems; BelowWhatIsPaid where more has been paid than the settlement leaves.
    """
    project = locked(project_id, moves=(ProjectMove.ACCEPT,), by=by)
    entered = Acceptance(
        accepted_on=accepted_on,
        opinion=acceptance.strip(),
        content=content.strip(),
        works_from=works_from,
        works_to=works_to,
    )
    by_work = settled if settled is not None else _by_budget(project, settlement_fen)
    if problems := list(_faults(project, entered, settlement_fen, by_work, on=day_of(at))):
        raise HasProblems(problems)
    project.accepted_on, project.acceptance = entered.accepted_on, entered.opinion
    project.accepted_content = entered.content
    project.works_from, project.works_to = entered.works_from, entered.works_to
    agreed = project.stage_now is Stage.ACCEPTED and settling.is_in_effect(project)
    if project.kind_now in _BY_PHASE:
        _settle(project, settlement_fen, by_work, agreed=agreed)
    project.settlement_fen = settlement_fen
    advance(project, ProjectMove.ACCEPT, by=by, at=at, note=f"结算 {yuan(settlement_fen)} 元")
    return project


def _by_budget(project: RepairProject, settlement_fen: int) -> dict[int, int]:
    budgets = dict(ProjectFacility.objects.filter(project=project).values_list("pk", "budget_fen"))
    return allocate(settlement_fen, budgets) if settlement_fen > 0 else dict.fromkeys(budgets, 0)


def _faults(
    project: RepairProject, entered: Acceptance, settlement_fen: int, by_work: Mapping[int, int], *, on: dt.date
) -> Iterator[Problem]:
    if entered.accepted_on > on:
        yield Problem("accepted_on", "验收日期不能晚于今天")
    if not entered.opinion:
        yield Problem("acceptance", "请填写验收意见")
    begin, end = entered.works_from, entered.works_to
    if (begin is None) is not (end is None):
        yield Problem("works_to" if begin else "works_from", "请填写施工开始和结束日期")
    if begin and end and end < begin:
        yield Problem("works_to", "施工结束日期不能早于开始日期")
    if end and end > entered.accepted_on:
        yield Problem("works_to", "施工结束日期不能晚于验收日期")
    if settlement_fen <= 0:
        yield Problem("settlement", "请填写大于 0 的结算金额")
    if project.kind_now is ProjectKind.SIMPLE and settlement_fen != project.budget_fen:
        text = f"简单拨付项目的结算金额须等于预算金额 {yuan(project.budget_fen)} 元"
        yield Problem("settlement", text)
    if sum(by_work.values()) != settlement_fen:
        yield Problem("settlement", f"各设施设备的结算金额合计 {yuan(sum(by_work.values()))} 元，与结算金额不一致")


def _settle(project: RepairProject, settlement_fen: int, by_work: Mapping[int, int], *, agreed: bool) -> None:
    """Divide the settlement anew and let the limits follow it as far as it is in effect."""
    if agreed and project.settlement_fen is not None and project.settlement_fen > project.budget_fen:
        _check_voted(project, settlement_fen)
    found = settling.settle(project, by_work)
    above = settlement_fen > project.budget_fen and project.kind_now is ProjectKind.GENERAL
    limit = project.payable_fen if above else found.payable_fen
    phases = settling.phases_after(project, limit)
    settling.check_houses(project, found)
    settling.keep(project, found, phases)
    project.limit_fen = limit


def _check_voted(project: RepairProject, settlement_fen: int) -> None:
    """What the owners have agreed to in their second vote is not changed afterwards. Raises: NotNow."""
    if project.kind_now is ProjectKind.GENERAL and settlement_fen != project.settlement_fen:
        assert project.settlement_fen is not None
        raise NotNow(
            f"业主已通过补充表决同意结算 {yuan(project.settlement_fen)} 元，结算金额不能再修改，请发布验收公示"
        )
