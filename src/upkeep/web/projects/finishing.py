"""项目验收, and the way to the application."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from upkeep.casework.procedure import register
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField, MoneyField
from upkeep.kernel.money import yuan
from upkeep.repairs import acceptance, application
from upkeep.repairs.queries import STARTERS
from upkeep.repairs.stages import Stage
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.reach import own_project_or_404, project_url, put_on_form

APPLICATION = "simple_disbursement"


class AcceptanceForm(forms.Form):
    """验收信息 and settlement."""

    accepted_on = DayField(label="验收日期")
    settlement = MoneyField(label="结算金额（元）", help_text="简单拨付项目的结算金额须等于预算金额")
    acceptance = forms.CharField(label="验收意见", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def accept(request: ActorRequest, number: str) -> HttpResponse:
    """项目验收."""
    project = own_project_or_404(request, number)
    if project.stage_now is not Stage.PASSED:
        raise Http404
    initial = {"accepted_on": timezone.localdate(), "settlement": yuan(project.budget_fen)}
    form = AcceptanceForm(request.POST or None, initial=initial)
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            acceptance.accept_work(
                project.pk,
                accepted_on=data["accepted_on"],
                settlement_fen=data["settlement"],
                acceptance=data["acceptance"],
                by=request.actor,
                at=timezone.now(),
            )
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(project_url(project))
        else:
            messages.success(request, "项目验收已提交，请发布验收公示")
            return redirect("projects:publish", project.number, "acceptance")
    return render(request, "projects/accept.html", {"project": project, "form": form})


@access(*STARTERS)
@require_POST
def apply(request: ActorRequest, number: str) -> HttpResponse:
    """立项与拨付申请: opens the draft, or the one under way."""
    project = own_project_or_404(request, number)
    try:
        case = application.open_application(
            project.pk, procedure=register[APPLICATION], by=request.actor, at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(project_url(project))
    return redirect(reverse("cases:edit", args=[case.number, 1]))
