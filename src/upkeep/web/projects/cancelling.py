"""撤销: what still keeps the project back, the cancelling itself; 作废 of its unpaid orders by two persons of the office."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from upkeep.banking.models import PaymentOrder
from upkeep.kernel.errors import Refusal
from upkeep.publishing.models import NoticeKind
from upkeep.publishing.queries import notices_on
from upkeep.repairs.cancelling import blockers, cancel
from upkeep.repairs.clearing import VOIDERS, paid_items
from upkeep.repairs.giving_up import ORDERERS, ask_voiding, decide_voiding, unpaid_orders, voidings_of
from upkeep.repairs.models import RepairProject
from upkeep.repairs.objecting import waiting_objections
from upkeep.repairs.queries import STARTERS
from upkeep.repairs.stages import Stage
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.reach import own_project_or_404, project_or_404, project_url


def going_back_of(request: ActorRequest, project: RepairProject) -> dict[str, Any]:
    """What a project's page shows of objections, clearing back and cancelling."""
    today = timezone.localdate()
    cancelling = project.stage_now is Stage.CANCELLATION
    items = paid_items(project) if project.paid_fen or project.cleared_fen else []
    voidings = voidings_of(project) if cancelling else {}
    return {
        "waiting_objections": waiting_objections(project),
        "is_overdue": project.is_overdue(on=today),
        "kept_back": blockers(project, on=today) if cancelling else [],
        "clearings": [(item, one) for item in items for one in item.clearings],
        "may_void_clearing": request.actor.has(*VOIDERS) or project.organisation_id == request.actor.organisation_id,
        "unpaid": [(one, voidings.get(one.pk)) for one in unpaid_orders(project)] if cancelling else [],
        "may_void_orders": request.actor.has(*ORDERERS),
        "actor_id": request.actor.user_id,
        "ended": project.stage_now in (Stage.CANCELLATION, Stage.CANCELLED),
    }


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def cancel_project(request: ActorRequest, number: str) -> HttpResponse:
    """操作 → 撤销: says what keeps it back and what to do about each; does it when nothing does."""
    project = own_project_or_404(request, number)
    if project.stage_now is not Stage.CANCELLATION:
        raise Http404
    if request.method == "POST":
        seen = request.POST.get("version", "")
        try:
            cancel(
                project.pk,
                by=request.actor,
                at=timezone.now(),
                seen_version=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else None,
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("projects:cancel", project.number)
        messages.success(request, "撤销成功，项目撤销完成")
        return redirect(project_url(project))
    context = {
        "project": project,
        "kept_back": blockers(project, on=timezone.localdate()),
        "notice": notices_on(project.source).get(NoticeKind.CANCELLATION),
    }
    return render(request, "projects/cancel.html", context)


def _order_or_404(project: RepairProject, number: str) -> PaymentOrder:
    found = next((one for one in unpaid_orders(project) if one.number == number), None)
    if found is None:
        raise Http404
    return found


@access(*ORDERERS)
@require_POST
def ask_void(request: ActorRequest, number: str, order_number: str) -> HttpResponse:
    """申请作废 an unpaid order of a project that is being cancelled."""
    project = project_or_404(request, number)
    order = _order_or_404(project, order_number)
    try:
        ask_voiding(order.pk, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已申请作废付款通知 {order.number}，请由您以外的审批或会计人员复核")
    return redirect(f"{project_url(project)}#unpaid")


@access(*ORDERERS)
@require_POST
def decide_void(request: ActorRequest, number: str, order_number: str) -> HttpResponse:
    """复核 by a second person: void and the money free again, or not."""
    project = project_or_404(request, number)
    order = _order_or_404(project, order_number)
    voiding = voidings_of(project).get(order.pk)
    if voiding is None:
        messages.error(request, f"付款通知 {order.number} 没有待复核的作废申请，请刷新后再看")
        return redirect(f"{project_url(project)}#unpaid")
    approve = request.POST.get("approve") == "1"
    try:
        decide_voiding(voiding.pk, approve=approve, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        done = "已作废，冻结的资金已解冻" if approve else "不同意作废，仍可付款"
        messages.success(request, f"付款通知 {order.number} {done}")
    return redirect(f"{project_url(project)}#unpaid")
