"""项目立项 and 资金拨付: from a project's page to the forms that apply for them, and the 拨款通知单 handed in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.kernel.errors import Refusal
from upkeep.repairs import application, requesting
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import FUND_REQUEST, STARTERS
from upkeep.repairs.requests import next_line, plan_lines, requests_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.reach import own_project_or_404, project_url


def _to_form(case: Case) -> HttpResponse:
    return redirect(reverse("cases:edit", args=[case.number, 1]))


def _refused(request: ActorRequest, project: RepairProject, why: Refusal) -> HttpResponse:
    messages.error(request, str(why))
    return redirect(project_url(project))


@access(*STARTERS)
@require_POST
def apply(request: ActorRequest, number: str) -> HttpResponse:
    """项目立项 (of a simple project 立项与拨付): opens the draft, or the one under way."""
    project = own_project_or_404(request, number)
    code = application.PROCEDURE_OF.get(project.kind_now)
    if code is None:
        return _refused(request, project, Refusal(f"{project.kind_now.label}不从这里申请"))
    try:
        case = application.open_application(project.pk, procedure=register[code], by=request.actor, at=timezone.now())
    except Refusal as why:
        return _refused(request, project, why)
    if case.state_now.value in ("DRAFT", "RETURNED"):
        return _to_form(case)
    return redirect("cases:show", case.number)


@access(*STARTERS)
@require_POST
def request_money(request: ActorRequest, number: str) -> HttpResponse:
    """资金拨付: opens the draft of a request for the phase that was pressed, else for the one whose turn it is."""
    project = own_project_or_404(request, number)
    pressed = request.POST.get("phase", "")
    line = next_line(plan_lines(project, on=timezone.localdate()))
    phase = line.phase.number if line and line.phase else None
    if pressed.isascii() and pressed.isdigit() and len(pressed) < 4:
        phase = int(pressed)
    try:
        case = requesting.open_request(
            project.pk, phase_number=phase, procedure=register[FUND_REQUEST], by=request.actor, at=timezone.now()
        )
    except Refusal as why:
        return _refused(request, project, why)
    return _to_form(case)


@access(*STARTERS)
@require_POST
def payment_notice(request: ActorRequest, number: str) -> HttpResponse:
    """提交拨款通知单 of an approved request; while the project is being cancelled, give its money back instead."""
    project = own_project_or_404(request, number)
    asked = requests_of(project).filter(case__number=request.POST.get("case", "")).first()
    if asked is None:
        return _refused(request, project, Refusal("请选择已审核通过的拨付申请"))
    try:
        if request.POST.get("action") == "drop":
            requesting.drop_held(asked.case_id, by=request.actor, at=timezone.now())
            messages.success(request, "已放弃该笔拨付，资金已解除冻结")
        else:
            orders = requesting.hand_in_notice(asked.case_id, by=request.actor, at=timezone.now())
            messages.success(request, f"拨款通知单已提交，已向专户银行开具付款通知 {orders} 份")
    except Refusal as why:
        return _refused(request, project, why)
    return redirect(project_url(project))
