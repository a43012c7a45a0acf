"""项目验收 with its settlement, facility by facility."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.kernel.money import fen_from_text, yuan
from upkeep.repairs import acceptance
from upkeep.repairs.history import moves_of
from upkeep.repairs.models import ProjectFacility, RepairProject, WorkSettlement
from upkeep.repairs.queries import STARTERS
from upkeep.repairs.settling import needs_supplement
from upkeep.repairs.stages import ProjectKind, ProjectMove
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.reach import own_project_or_404, project_url, put_on_form


class SettledField(forms.CharField):
    """Yuan with at most two places as typed; int fen once cleaned. A work that was left out settles at 0."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}), **kwargs)

    def clean(self, value: Any) -> int:
        text = super().clean(value)
        try:
            fen = fen_from_text(str(text))
        except ValueError:
            fen = -1
        if fen < 0:
            raise ValidationError("请填写金额，单位元，最多两位小数；没有实施的填 0")
        return fen


class AcceptanceForm(forms.Form):
    """验收信息, with the settlement of each facility."""

    accepted_on = DayField(label="验收日期")
    works_from = DayField(label="施工开始日期")
    works_to = DayField(label="施工结束日期")
    content = forms.CharField(label="验收内容", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    acceptance = forms.CharField(label="验收意见", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, project: RepairProject, data: Any = None) -> None:
        works = list(ProjectFacility.objects.filter(project=project).select_related("facility").order_by("pk"))
        kept = dict(WorkSettlement.objects.filter(work__in=works).values_list("work_id", "settled_fen"))
        initial = {
            "accepted_on": project.accepted_on or timezone.localdate(),
            "works_from": project.works_from or min(project.starts_on, timezone.localdate()),
            "works_to": project.works_to or min(project.ends_on, timezone.localdate()),
            "content": project.accepted_content,
            "acceptance": project.acceptance,
            **{f"settled_{work.pk}": yuan(kept.get(work.pk, work.budget_fen)) for work in works},
        }
        super().__init__(data, initial=initial)
        self.works = [work.pk for work in works]
        for work in works:
            label = "结算金额（元）" if len(works) == 1 else f"{work.facility.name}结算金额（元）"
            self.fields[f"settled_{work.pk}"] = SettledField(label=label, help_text=f"预算 {yuan(work.budget_fen)} 元")
        self.use_required_attribute = False

    def settled(self) -> dict[int, int]:
        """What each facility came to, in fen by work id."""
        return {pk: self.cleaned_data[f"settled_{pk}"] for pk in self.works}

    def sums_and_days(self) -> dict[str, Any]:
        """The arguments of `accept_work`."""
        settled = self.settled()
        plain = ("accepted_on", "works_from", "works_to", "content", "acceptance")
        return {name: self.cleaned_data[name] for name in plain} | {
            "settled": settled,
            "settlement_fen": sum(settled.values()),
        }


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def accept(request: ActorRequest, number: str) -> HttpResponse:
    """项目验收; until its notice is published it may be handed in anew."""
    project = own_project_or_404(request, number)
    if (project.stage_now, ProjectMove.ACCEPT) not in moves_of(project):
        raise Http404
    form = AcceptanceForm(project, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            done = acceptance.accept_work(project.pk, by=request.actor, at=timezone.now(), **form.sums_and_days())
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _next(request, done)
    simple = project.kind_now is ProjectKind.SIMPLE
    return render(request, "projects/accept.html", {"project": project, "form": form, "is_simple": simple})


def _next(request: ActorRequest, project: RepairProject) -> HttpResponse:
    if needs_supplement(project):
        messages.warning(request, "项目验收已提交。结算金额超过预算，请就超出部分发起补充表决，通过后再发布验收公示")
        return redirect(project_url(project))
    messages.success(request, "项目验收已提交，请发布验收公示")
    return redirect("projects:publish", project.number, "acceptance")
