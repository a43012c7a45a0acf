"""清退: what was paid, order by order; the notice with which a payee pays back; its print; giving it up."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.banking.prints import keep_paper
from upkeep.banking.prints import subject_of as paper_subject
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import MoneyField
from upkeep.kernel.money import yuan
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.repairs.clearing import VOIDERS, PaidItem, ask_back, give_up, paid_items
from upkeep.repairs.history import moves_of
from upkeep.repairs.models import Clearing, ClearingReason, RepairProject
from upkeep.repairs.queries import STARTERS
from upkeep.repairs.stages import ProjectMove
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.projects.reach import READERS, own_project_or_404, project_or_404, project_url, put_on_form


class ClearForm(forms.Form):
    """清退 of one payment: how much of it, and why (004 §1.3.4)."""

    amount = MoneyField(label="清退金额（元）", help_text="可以只清退一部分；按各户原列支金额退回，精确到分")
    reason = forms.ChoiceField(label="清退原因", choices=ClearingReason.choices)
    reason_text = forms.CharField(label="原因说明", required=False, max_length=200, help_text="选“其他原因”时必填")


def _item_or_404(project: RepairProject, number: str) -> PaidItem:
    found = next((one for one in paid_items(project) if one.order.number == number), None)
    if found is None:
        raise Http404
    return found


def _clearing_or_404(project: RepairProject, number: str) -> Clearing:
    found = Clearing.objects.filter(paid_order__project=project, slip__number=number).select_related("slip").first()
    if found is None:
        raise Http404
    return found


@access(*STARTERS)
@require_safe
def clear(request: ActorRequest, number: str) -> HttpResponse:
    """资金清退: what was paid, what came back, and the way to the notice of each payment."""
    project = own_project_or_404(request, number)
    may = (project.stage_now, ProjectMove.CLEAR) in moves_of(project)
    items = paid_items(project)
    clearings = [(item, one) for item in items for one in item.clearings]
    context = {"project": project, "items": items, "clearings": clearings, "may_ask": may}
    return render(request, "projects/clear.html", context)


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def ask(request: ActorRequest, number: str, order_number: str) -> HttpResponse:
    """清退通知单 of one payment or a part of it."""
    project = own_project_or_404(request, number)
    item = _item_or_404(project, order_number)
    if (project.stage_now, ProjectMove.CLEAR) not in moves_of(project):
        raise Http404
    initial = {"amount": yuan(item.left_fen).replace(",", ""), "reason": ClearingReason.NOT_POSSIBLE}
    form = ClearForm(request.POST or None, initial=initial)
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        values: dict[str, Any] = form.cleaned_data
        try:
            clearing = ask_back(
                project.pk,
                order_id=item.order.pk,
                amount_fen=values["amount"],
                reason=ClearingReason(values["reason"]),
                reason_text=values["reason_text"],
                by=request.actor,
                at=timezone.now(),
            )
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("projects:clear", project.number)
        else:
            done = f"清退通知单 {clearing.slip.number} 已生成，请打印后由收款单位到专户银行退款"
            messages.success(request, done)
            return redirect("projects:clear", project.number)
    return render(request, "projects/ask_back.html", {"project": project, "item": item, "form": form})


@access(*READERS)
@require_POST
def print_clearing(request: ActorRequest, number: str, slip_number: str) -> HttpResponse:
    """打印通知单: printed once, then handed out as it was."""
    project = project_or_404(request, number)
    clearing = _clearing_or_404(project, slip_number)
    try:
        kept = keep_paper(clearing.slip, by_id=request.actor.user_id, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(project_url(project))
    return redirect("projects:clearing_print", project.number, clearing.slip.number, kept.pk)


@access(*READERS)
@require_safe
def clearing_print(request: ActorRequest, number: str, slip_number: str, print_id: int) -> HttpResponse:
    """A kept 清退通知单."""
    clearing = _clearing_or_404(project_or_404(request, number), slip_number)
    kept = prints_of(subject=paper_subject(clearing.slip)).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{kept.number}")


@access(*STARTERS, *VOIDERS)
@require_http_methods(["GET", "POST"])
def void_clearing(request: ActorRequest, number: str, slip_number: str) -> HttpResponse:
    """作废 of a 清退通知单 that is not paid yet, by its starter or the office."""
    project = project_or_404(request, number)
    clearing = _clearing_or_404(project, slip_number)
    if project.organisation_id != request.actor.organisation_id and not request.actor.has(*VOIDERS):
        raise Http404
    if request.method == "POST":
        try:
            give_up(clearing.pk, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"清退通知单 {clearing.slip.number} 已作废，可以重新办理清退")
        return redirect(project_url(project))
    return render(request, "projects/void_clearing.html", {"project": project, "clearing": clearing})
