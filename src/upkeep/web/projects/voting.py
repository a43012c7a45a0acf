"""投票表决管理: opening a vote, printing its sheet, entering the paper house by house, the result."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.casework.files import MOST_UPLOADED
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.policy.voting_rule import voting_rule
from upkeep.printing.actions import keep
from upkeep.repairs import deciding
from upkeep.repairs.documents import signature_document
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import STARTERS
from upkeep.repairs.stages import Stage
from upkeep.voting.models import BallotChoice, Vote, VoteState
from upkeep.voting.queries import evidence_content, houses_with_choice, latest_vote, result_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.reach import READERS, own_project_or_404, project_or_404, project_url, put_on_form

PER_PAGE = 100
_FIELD = "choice_"


class VoteForm(forms.Form):
    """表决截止日."""

    closes_on = DayField(label="表决截止日")


def _vote_or_404(project: RepairProject) -> Vote:
    vote = latest_vote(project.source)
    if vote is None:
        raise Http404
    return vote


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def open_vote(request: ActorRequest, number: str) -> HttpResponse:
    """发起业主表决: by when, under which rule."""
    project = own_project_or_404(request, number)
    if project.stage_now is not Stage.NOTICE:
        raise Http404
    today = timezone.localdate()
    form = VoteForm(request.POST or None, initial={"closes_on": today + dt.timedelta(days=15)})
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        try:
            deciding.open_vote(
                project.pk, closes_on=form.cleaned_data["closes_on"], by=request.actor, at=timezone.now()
            )
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(project_url(project))
        else:
            messages.success(request, "业主表决已发起，请打印投票表决签字表组织业主签字")
            return redirect("projects:results", project.number)
    rule = voting_rule(jurisdiction_id=project.jurisdiction_id, on=today)
    return render(request, "projects/open_vote.html", {"project": project, "form": form, "rule": rule})


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def results(request: ActorRequest, number: str) -> HttpResponse:
    """录入投票表决结果: a page of houses with their choices, the tally as it stands beside it."""
    project = own_project_or_404(request, number)
    vote = _vote_or_404(project)
    text = request.GET.get("q", "").strip()
    rows = houses_with_choice(vote)
    if text:
        rows = rows.filter(house__room__startswith=text)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    if request.method == "POST":
        return _enter(request, project, page)
    context = {
        "project": project,
        "vote": vote,
        "result": result_of(vote),
        "page": page,
        "q": text,
        "rows": [(row, f"{_FIELD}{row.house_id}") for row in page],
        "choices": BallotChoice.choices,
        "evidence": vote.evidence.order_by("at"),
    }
    return render(request, "projects/results.html", context)


def _enter(request: ActorRequest, project: RepairProject, page: Any) -> HttpResponse:
    """Take the choices of the page; `all_agree` fills in the houses that nothing was entered for."""
    choices: dict[int, BallotChoice] = {}
    fill = request.POST.get("action") == "all_agree"
    for row in page:
        sent = request.POST.get(f"{_FIELD}{row.house_id}", "")
        if sent in BallotChoice.values:
            choices[row.house_id] = BallotChoice(sent)
        elif fill and row.choice is None:
            choices[row.house_id] = BallotChoice.AGREE
    try:
        entered = deciding.enter_results(project.pk, choices, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(project_url(project))
    messages.success(request, f"已录入 {entered.total():,} 户" if entered else "没有新的表决意见")
    return redirect(request.get_full_path())


@access(*STARTERS)
@require_POST
def print_sheet(request: ActorRequest, number: str) -> HttpResponse:
    """投票表决签字表."""
    project = own_project_or_404(request, number)
    document = signature_document(project, _vote_or_404(project), city=request.city.slug)
    kept = keep(document, by_id=request.actor.user_id, at=timezone.now())
    return redirect("projects:print", project.number, kept.pk)


@access(*STARTERS)
@require_POST
def evidence(request: ActorRequest, number: str) -> HttpResponse:
    """Scanned pages of the signed sheet."""
    project = own_project_or_404(request, number)
    taken = 0
    for uploaded in request.FILES.getlist("pages"):
        assert isinstance(uploaded, UploadedFile)
        if (uploaded.size or 0) > MOST_UPLOADED:
            messages.error(request, f"{uploaded.name}：图片超过 15 MB，请压缩后再上传")
            continue
        try:
            deciding.attach_signature_page(
                project.pk,
                name=uploaded.name or "",
                content=uploaded.read(),
                by=request.actor,
                at=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            taken += 1
    if taken:
        messages.success(request, f"已上传 {taken} 张签字表")
    return redirect("projects:results", project.number)


@access(*READERS)
@require_safe
def show_evidence(request: ActorRequest, number: str, evidence_id: int) -> HttpResponse:
    """A scanned page of the signed sheet, for the starter and the office that reviews the application."""
    project = project_or_404(request, number)
    found = _vote_or_404(project).evidence.filter(pk=evidence_id).first()
    if found is None:
        raise Http404
    response = HttpResponse(evidence_content(found), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    return response


@access(*STARTERS)
@require_POST
def close(request: ActorRequest, number: str) -> HttpResponse:
    """公布表决结果."""
    project = own_project_or_404(request, number)
    try:
        vote = deciding.close_vote(project.pk, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:results", project.number)
    if vote.state == VoteState.PASSED:
        messages.success(request, "表决通过，施工完成后请办理项目验收")
    else:
        messages.warning(request, "表决未通过，项目不能继续；可重新发起业主表决")
    return redirect(f"{reverse('projects:show', args=[project.number])}#vote")
