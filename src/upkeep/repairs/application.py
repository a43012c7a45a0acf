"""立项申请: the way from a project to the case that applies for it, and what the decision brings about.

Manual 004 §1.3.1 第四步 (after the passed vote), §1.3.2 第三步 (emergency: after the notice), §1.3.3 第六步 (simple: after the
acceptance and its notice, together with the payment).
"""

import datetime as dt
from collections.abc import Iterator

from django.db import transaction

from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.procedure import Procedure
from upkeep.casework.states import CLOSED
from upkeep.kernel.errors import Problem, Refusal
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.publishing.models import NoticeKind
from upkeep.repairs.announcing import check_notice_is_over
from upkeep.repairs.history import NotNow, advance, locked
from upkeep.repairs.models import ProjectCase, RepairProject
from upkeep.repairs.papers import carry_to_case
from upkeep.repairs.shares import shortfall_sentence, shortfalls
from upkeep.repairs.stages import ProjectKind, ProjectMove, Stage
from upkeep.voting.models import VoteState
from upkeep.voting.queries import latest_vote

#: By which procedure a kind of project is applied for.
PROCEDURE_OF = {
    ProjectKind.GENERAL: "project_application",
    ProjectKind.EMERGENCY: "project_application",
    ProjectKind.SIMPLE: "simple_disbursement",
}

#: The paper (要件) of an emergency's application to which the proof of its basic data goes.
PROOF = "emergency"


@transaction.atomic
def open_application(project_id: int, *, procedure: Procedure, by: Actor, at: dt.datetime) -> Case:
    """The draft of the application, begun once: asked again, the one under way is the answer.

    Raises: NotYours, NotNow, and what `engine.start` raises.
    """
    project = locked(project_id, moves=(ProjectMove.APPLY,), by=by)
    if PROCEDURE_OF.get(project.kind_now) != procedure.code:
        raise NotNow(f"{project.kind_now.label}项目不能办理“{procedure.title}”")
    if project.kind_now is ProjectKind.SIMPLE:
        check_notice_is_over(project, NoticeKind.ACCEPTANCE, at=at)
    elif project.kind_now is ProjectKind.EMERGENCY:
        check_notice_is_over(project, NoticeKind.PROJECT, at=at)
    cases = ProjectCase.objects.filter(project=project, case__procedure=procedure.code)
    under_way = cases.exclude(case__state__in=sorted(CLOSED)).first()
    if under_way is not None:
        return under_way.case
    data: dict[str, int | str] = {"project": project.pk, "area": project.area_id}
    if project.kind_now is ProjectKind.SIMPLE:
        data |= _payee_proposed(project)
    case = engine.start(procedure, by=by, at=at, data=data)
    ProjectCase.objects.create(project=project, case=case)
    if project.kind_now is ProjectKind.EMERGENCY:
        carry_to_case(project, case_id=case.pk, paper=PROOF, by=by, at=at)
    return case


def _payee_proposed(project: RepairProject) -> dict[str, str]:
    """The one contractor with all that is to be paid; with several the applicant fills them in."""
    if project.settlement_fen is None:
        raise Refusal("项目尚未验收结算")
    contractors = set(project.facilities.values_list("contractor", flat=True))
    if len(contractors) != 1:
        return {}
    return {"payee_1_name": contractors.pop(), "payee_1_amount": yuan(project.limit_fen)}


def problems_of(project: RepairProject) -> Iterator[Problem]:
    """What forbids the application of a general or an emergency project now. Asked at submit and at the approval."""
    if project.kind_now is ProjectKind.GENERAL and not has_passed_vote(project):
        yield Problem("", "业主表决未通过，不能申请立项。请先完成业主表决")
    before = Stage.NOTICE if project.kind_now is ProjectKind.EMERGENCY else Stage.PASSED
    if project.stage_now not in (before, Stage.APPLICATION):
        yield Problem("", f"项目现为“{project.stage_now.label}”，不能申请立项")
    if short := shortfalls(project):
        yield Problem("", shortfall_sentence(short))


def has_passed_vote(project: RepairProject) -> bool:
    """Whether the owners have agreed; nothing goes on without it but an emergency (004 §1.3.1 第三步注)."""
    vote = latest_vote(project.source)
    return vote is not None and vote.state == VoteState.PASSED


def submit(case: Case, *, by: Actor, at: dt.datetime) -> None:
    """The application is handed in. Raises: NotNow when the project is not ready or another application runs."""
    project = locked(project_id_of(case), moves=(ProjectMove.APPLY,), by=by)
    advance(project, ProjectMove.APPLY, by=by, at=at, note=f"业务单 {case.number}")


def take_back(case: Case, *, by: Actor, at: dt.datetime) -> None:
    """The application was returned, rejected or withdrawn: the project waits for the next one."""
    project = _of(case)
    if project.stage_now in (Stage.APPLICATION, Stage.REVIEW):
        locked_project = locked(project.pk, moves=(ProjectMove.TAKE_BACK,), by=None)
        advance(locked_project, ProjectMove.TAKE_BACK, by=by, at=at, note=f"业务单 {case.number}")


def approve(case: Case, *, by: Actor, at: dt.datetime) -> None:
    """立项: from now on money may be requested phase by phase. Nothing is held yet. Raises: NotNow."""
    project = locked(project_id_of(case), moves=(ProjectMove.APPROVE,), by=None)
    advance(project, ProjectMove.APPROVE, by=by, at=at, note=f"业务单 {case.number}")


def project_id_of(case: Case) -> int:
    """The project that the case was opened for. Raises: NotNow when it was begun without one."""
    return _of(case).pk


def _of(case: Case) -> RepairProject:
    found = ProjectCase.objects.select_related("project").filter(case_id=case.pk).first()
    if found is None:
        raise NotNow("这张业务单没有对应的维修项目，请从“维修项目列表”进入办理")
    return found.project
