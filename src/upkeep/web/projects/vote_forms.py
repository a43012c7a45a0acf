"""投票表决管理, the smaller pages: sums of the signed sheet, proxies named on paper, answers to objections."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from upkeep.casework.files import MOST_UPLOADED
from upkeep.kernel.areas import dm2_from_text, square_metres
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.repairs import deciding
from upkeep.repairs.queries import STARTERS
from upkeep.voting.models import Vote, VoteHouse, VoteState, VoteTotals
from upkeep.voting.proxies import RELATIONS, NewProxy
from upkeep.voting.totals import Totals
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.reach import own_project_or_404, put_on_form

_SIDES = (("agreed", "同意"), ("against", "反对"), ("abstained", "弃权"))


class SumField(forms.CharField):
    """Square metres with at most two places; int of 0.01 m² once cleaned, nothing typed is 0."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False, widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}), **kwargs
        )

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value) or "").strip()
        try:
            return dm2_from_text(text) if text else 0
        except ValueError:
            raise forms.ValidationError("请填写面积，单位平方米，最多两位小数") from None


class TotalsForm(forms.Form):
    """录入汇总结果: area and heads of each opinion."""

    def __init__(self, before: VoteTotals | None, vote: Vote, data: Any = None) -> None:
        super().__init__(data)
        for side, label in _SIDES:
            area, people = getattr(before, f"{side}_dm2", None), getattr(before, f"{side}_people", None)
            self.fields[f"{side}_dm2"] = SumField(
                label=f"{label}面积（㎡）", initial=square_metres(area).replace(",", "") if area is not None else ""
            )
            self.fields[f"{side}_people"] = forms.IntegerField(
                label=f"{label}人数", min_value=0, required=False, initial=people
            )
        if vote.state == VoteState.OBJECTION:
            self.fields["note"] = forms.CharField(label="更正说明", max_length=200, required=False)
        self.use_required_attribute = False

    def totals(self) -> Totals:
        """The typed sums once the form is valid."""
        data = self.cleaned_data
        return Totals(
            **{f"{side}_{what}": data[f"{side}_{what}"] or 0 for side, _ in _SIDES for what in ("dm2", "people")}
        )


class PaperProxyForm(forms.Form):
    """登记委托: whom the paper names, and the paper."""

    name = forms.CharField(label="受托人姓名", max_length=50)
    id_number = forms.CharField(
        label="受托人身份证号码", max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    relation = forms.ChoiceField(label="与业主关系", choices=[(one, one) for one in RELATIONS])
    scan = forms.FileField(label="委托书扫描件", error_messages={"required": "请上传业主签名的委托书"})


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def totals(request: ActorRequest, number: str) -> HttpResponse:
    """录入投票表决结果 as sums of the signed sheet."""
    project = own_project_or_404(request, number)
    vote = deciding.present_vote(project)
    if vote is None or vote.entry != "TOTALS" or vote.is_decided:
        raise Http404
    form = TotalsForm(vote.totals.order_by("-revision").first(), vote, request.POST or None)
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data.get("note", "")
        try:
            deciding.enter_totals(project.pk, form.totals(), by=request.actor, at=timezone.now(), note=note)
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "汇总结果已录入，请核对统计后公布表决结果")
            return redirect("projects:results", project.number)
    return render(request, "projects/vote_totals.html", {"project": project, "vote": vote, "form": form})


@access(*STARTERS)
@sensitive_post_parameters("id_number")
@require_http_methods(["GET", "POST"])
def proxy(request: ActorRequest, number: str, house_id: int) -> HttpResponse:
    """登记委托 for a house, from the paper."""
    project = own_project_or_404(request, number)
    vote = deciding.present_vote(project)
    place = (
        VoteHouse.objects.filter(vote=vote, house_id=house_id).select_related("house__building").first()
        if vote
        else None
    )
    if vote is None or place is None or not vote.is_open:
        raise Http404
    form = PaperProxyForm(request.POST or None, request.FILES or None, initial={"relation": "亲属"})
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        scan = data["scan"]
        new = NewProxy(
            name=data["name"], id_number="".join(data["id_number"].split()).upper(), relation=data["relation"]
        )
        try:
            if scan.size > MOST_UPLOADED:
                raise HasProblems([])
            deciding.name_proxy(
                project.pk,
                house_id,
                new,
                scan=scan.read(),
                scan_name=f"委托书-{scan.name}",
                by=request.actor,
                at=timezone.now(),
            )
        except HasProblems as problems:
            put_on_form(form, problems)
            if not problems.problems:
                form.add_error("scan", "图片超过 15 MB，请压缩后再上传")
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "委托已登记，录入该户意见时会注明由受托人代投")
            return redirect("projects:results", project.number)
    return render(request, "projects/vote_proxy.html", {"project": project, "place": place, "form": form})


@access(*STARTERS)
@require_POST
def answer(request: ActorRequest, number: str, objection_id: int) -> HttpResponse:
    """答复结果异议."""
    project = own_project_or_404(request, number)
    try:
        deciding.answer_objection(
            project.pk, objection_id, text=request.POST.get("answer", ""), by=request.actor, at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已答复")
    return redirect(f"{reverse('projects:results', args=[project.number])}#objections")
