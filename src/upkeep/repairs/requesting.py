"""The moves of a request for money: opened, handed in, given back, approved, its 拨款通知单 handed in.

A request engages its amount on two locked rows, the project's and the phase's, whose CHECKs hold every limit whoever asks
at the same time. Manual 004 §1.3.1 第五步, 注 1-6; the 拨款通知单 of the applicant: manual 000, 物业用户 2.5.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.procedure import Procedure
from upkeep.casework.states import State
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.repairs.application import project_id_of
from upkeep.repairs.history import NotNow, advance, locked
from upkeep.repairs.models import FundRequest, ProjectCase, ProjectPhase, RepairProject, RequestState
from upkeep.repairs.ordering import hold_for, issue_orders, release_for
from upkeep.repairs.payees import Payee, total_of
from upkeep.repairs.requests import (
    notices_come_from_applicant,
    plan_of,
    problems_of,
    request_of,
    requests_of,
    room_now,
    title_of,
)
from upkeep.repairs.stages import ProjectMove


class NoSuchPhase(NotNow):
    """The plan has no such phase."""


@transaction.atomic
def open_request(
    project_id: int, *, phase_number: int | None, procedure: Procedure, by: Actor, at: dt.datetime
) -> Case:
    """The draft of a request, its amount filled in with what the phase has left; a draft begun before is the answer.

    Raises: NotYours, NotNow with what is missing, NoSuchPhase, and what `engine.start` raises.
    """
    project = locked(project_id, moves=(ProjectMove.REQUEST,), by=by)
    phase = _phase(plan_of(project), phase_number)
    free = room_now(project, phase, on=day_of(at))
    if not free.most_fen:
        raise NotNow(f"暂不能申请拨付{title_of(phase)}：{free.why}")
    wanted = phase.pk if phase else None
    for kept in requests_of(project).filter(case__state=State.DRAFT):
        if kept.case.data.get("phase") == wanted:
            return kept.case
    contractors = set(project.facilities.values_list("contractor", flat=True))
    data = {
        "project": project.pk,
        "phase": wanted,
        "area": project.area_id,
        "payee_1_name": contractors.pop() if len(contractors) == 1 else "",
        "payee_1_amount": yuan(free.most_fen),
    }
    case = engine.start(procedure, by=by, at=at, data=data)
    ProjectCase.objects.create(project=project, case=case)
    return case


def _phase(phases: Sequence[ProjectPhase], number: int | None) -> ProjectPhase | None:
    if number is None and not phases:
        return None
    found = next((one for one in phases if one.number == number), None)
    if found is None:
        raise NoSuchPhase("拨付计划中没有这一期，请从项目页面选择期次")
    return found


def submit(case: Case, payees: Sequence[Payee], *, by: Actor, at: dt.datetime) -> None:
    """Engage the amount on project and phase. Raises: NotYours, NotNow; HasProblems where a condition does not hold."""
    project = locked(project_id_of(case), moves=(ProjectMove.REQUEST,), by=by)
    if problems := list(problems_of(case, project, payees, on=day_of(at))):
        raise HasProblems(problems)
    phase, amount = _locked_phase(case.data.get("phase")), total_of(payees)
    FundRequest.objects.update_or_create(
        case=case,
        defaults={
            "project": project,
            "phase": phase,
            "amount_fen": amount,
            "state": RequestState.REVIEW,
            "asked_at": at,
        },
    )
    _engage(project, phase, amount)
    note = f"{title_of(phase)} {yuan(amount)} 元，业务单 {case.number}"
    advance(project, ProjectMove.REQUEST, by=by, at=at, note=note)


def take_back(case: Case, *, by: Actor, at: dt.datetime) -> None:
    """The request was returned, rejected or withdrawn: the phase has its amount again."""
    request = request_of(case)
    if request is None or request.state_now is not RequestState.REVIEW:
        return
    project = locked(request.project_id, moves=(ProjectMove.REQUEST_BACK,), by=None)
    phase = _locked_phase(case.data.get("phase"))
    _engage(project, phase, -request.amount_fen)
    request.state = RequestState.BACK
    request.save(update_fields=["state"])
    note = f"{title_of(phase)} {yuan(request.amount_fen)} 元，业务单 {case.number}"
    advance(project, ProjectMove.REQUEST_BACK, by=by, at=at, note=note)


def approve(case: Case, payees: Sequence[Payee], *, by: Actor, at: dt.datetime) -> None:
    """Hold every house's part, and order the payments; where the applicant hands in the 拨款通知单 himself, they wait for it.

    Raises: NotNow; NotEnoughOnSubAccounts when money has gone since; then nothing is held or ordered.
    """
    project = locked(project_id_of(case), moves=(ProjectMove.ORDER,), by=None)
    request, phase = request_of(case), _locked_phase(case.data.get("phase"))
    if request is None or request.state_now is not RequestState.REVIEW or request.amount_fen != total_of(payees):
        raise NotNow("这份拨付申请没有占用额度，请退回申请单位重新提交")
    hold_for(project, case, payees, phase=phase, at=at)
    if phase is not None:
        phase.ordered_fen += request.amount_fen
        phase.save(update_fields=["ordered_fen"])
    project.ordered_fen += request.amount_fen
    waits = notices_come_from_applicant(project, on=day_of(at))
    request.state, request.approved_at = RequestState.HELD if waits else RequestState.ORDERED, at
    request.save(update_fields=["state", "approved_at"])
    note = f"{title_of(phase)} {yuan(request.amount_fen)} 元"
    if not waits:
        note += f"，付款通知 {issue_orders(project, case, by=by, at=at)} 份"
    advance(project, ProjectMove.ORDER, by=by, at=at, note=note)


@transaction.atomic
def hand_in_notice(case_id: int, *, by: Actor, at: dt.datetime) -> int:
    """提交拨款通知单: the payments of an approved request are ordered; answers with how many. Handed in once.

    Raises: NotYours, NotNow.
    """
    request = FundRequest.objects.select_related("case").filter(case_id=case_id).first()
    if request is None:
        raise NotNow("请从项目页面选择已审核通过的拨付申请")
    project = locked(request.project_id, moves=(ProjectMove.ORDER,), by=by)
    request.refresh_from_db(fields=["state"])
    if request.state_now is not RequestState.HELD:
        raise NotNow(f"该拨付申请{request.get_state_display()}，不需要提交拨款通知单")
    orders = issue_orders(project, request.case, by=by, at=at)
    request.state = RequestState.ORDERED
    request.save(update_fields=["state"])
    advance(project, ProjectMove.ORDER, by=by, at=at, note=f"提交拨款通知单，付款通知 {orders} 份")
    return orders


@transaction.atomic
def drop_held(case_id: int, *, by: Actor, at: dt.datetime) -> None:
    """撤销项目: an approved request whose 拨款通知单 was never handed in gives its money back to the houses.

    Raises: NotYours, NotNow at every other time.
    """
    request = FundRequest.objects.select_related("case").filter(case_id=case_id).first()
    if request is None:
        raise NotNow("请从项目页面选择已审核通过的拨付申请")
    project = locked(request.project_id, moves=(ProjectMove.VOID_ORDER,), by=by)
    request.refresh_from_db(fields=["state"])
    if request.state_now is not RequestState.HELD:
        raise NotNow(f"该拨付申请{request.get_state_display()}，不能放弃")
    phase = _locked_phase(request.phase_id)
    release_for(project, request.case, at=at)
    if phase is not None:
        phase.ordered_fen -= request.amount_fen
        phase.save(update_fields=["ordered_fen"])
    project.ordered_fen -= request.amount_fen
    _engage(project, phase, -request.amount_fen)
    request.state, request.approved_at = RequestState.BACK, None
    request.save(update_fields=["state", "approved_at"])
    note = f"{title_of(phase)} {yuan(request.amount_fen)} 元，未提交拨款通知单"
    advance(project, ProjectMove.VOID_ORDER, by=by, at=at, note=note)


def _engage(project: RepairProject, phase: ProjectPhase | None, fen: int) -> None:
    """The project's row is saved by `advance`."""
    project.requested_fen += fen
    if phase is not None:
        phase.requested_fen += fen
        phase.save(update_fields=["requested_fen"])


def _locked_phase(pk: int | None) -> ProjectPhase | None:
    return ProjectPhase.objects.select_for_update(of=("self",)).filter(pk=pk).first() if pk else None
