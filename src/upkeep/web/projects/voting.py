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
from upkeep.kernel.dates import SHANGHAI
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.policy.voting_conduct import CHANNELS, PRECEDENCES, SILENT_METHODS, VotingConduct
from upkeep.printing.actions import keep
from upkeep.repairs import deciding
from upkeep.repairs.history import moves_of
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import STARTERS
from upkeep.repairs.stages import ProjectMove
from upkeep.repairs.vote_documents import result_document, signature_document
from upkeep.voting.models import BallotChoice, Channel, Vote, VoteEntry, VoteState
from upkeep.voting.objections import objections_to
from upkeep.voting.proxies import proxies_of
from upkeep.voting.queries import (
    evidence_content,
    latest_totals,
    part_of,
    part_of_totals,
    participation,
    result_of,
    rows_of,
    scope_of,
    standings,
    tally_of,
    tally_of_standings,
)
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.reach import READERS, own_project_or_404, project_or_404, project_url, put_on_form
from upkeep.web.projects.vote_forms import TotalsForm

PER_PAGE = 100
_FIELD = "choice_"
_LAST_MINUTE = dt.time(23, 59)


class VoteForm(forms.Form):
    """表决截止时间, by which way, and by which method where the city allows more than one."""

    channel = forms.ChoiceField(label="表决方式", widget=forms.RadioSelect, required=False)
    closes_on = DayField(label="表决截止日")
    closes_time = forms.TimeField(
        label="截止时刻",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="精确到分钟；不填为 23:59",
    )
    method = forms.ChoiceField(label="表决方法", widget=forms.RadioSelect, required=False)
    agreement = forms.CharField(
        label="业主规约条款", max_length=100, required=False, help_text="选择默认表决、异议表决时填写"
    )

    def __init__(self, conduct: VotingConduct, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = [pair for pair in CHANNELS if pair[0] in conduct.ways]
        self._first = allowed[0][0]
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)
        channel.choices = allowed
        self.initial.setdefault("channel", self._first)
        methods = [pair for pair in SILENT_METHODS if pair[0] in conduct.silent_methods]
        if methods:
            method = self.fields["method"]
            assert isinstance(method, forms.ChoiceField)
            method.choices = [("EXPLICIT", "一般表决：按业主明确表示的意见计票"), *methods]
            self.initial.setdefault("method", "EXPLICIT")
        else:
            del self.fields["method"], self.fields["agreement"]

    def opening(self) -> dict[str, Any]:
        """What `deciding.open_vote` takes."""
        data = self.cleaned_data
        last = data.get("closes_time") or _LAST_MINUTE
        return {
            "closes_at": dt.datetime.combine(data["closes_on"], last, SHANGHAI),
            "channel": Channel(data["channel"] or self._first),
            "method": data.get("method") or "EXPLICIT",
            "agreement": data.get("agreement", ""),
        }


def vote_or_404(project: RepairProject) -> Vote:
    """The vote that the project's page shows. Raises: Http404."""
    vote = deciding.present_vote(project)
    if vote is None:
        raise Http404
    return vote


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def open_vote(request: ActorRequest, number: str) -> HttpResponse:
    """发起业主表决: by when, by which way, under which rule."""
    project = own_project_or_404(request, number)
    if (project.stage_now, ProjectMove.OPEN_VOTE) not in moves_of(project):
        raise Http404
    now = timezone.now()
    conduct = deciding.conduct_of(project, at=now)
    initial = {"closes_on": timezone.localdate() + dt.timedelta(days=15), "closes_time": dt.time(18, 0)}
    form = VoteForm(conduct, request.POST or None, initial=initial)
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        try:
            vote = deciding.open_vote(project.pk, **form.opening(), by=request.actor, at=now)
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(project_url(project))
        else:
            messages.success(request, _opened(vote))
            return redirect("projects:results", project.number)
    context = {
        "project": project,
        "form": form,
        "rule": deciding.rule_of(project, at=now),
        "conduct": conduct,
        "precedence": dict(PRECEDENCES)[conduct.precedence],
        "by_totals": deciding.entry_of(project, at=now) == VoteEntry.TOTALS,
    }
    return render(request, "projects/open_vote.html", context)


def _opened(vote: Vote) -> str:
    if vote.channel == Channel.ONLINE:
        return "业主表决已发起，正在通知业主登录投票"
    paper = "请打印投票表决签字表组织业主签字"
    return f"业主表决已发起，正在通知业主登录投票，也{paper}" if vote.is_online else f"业主表决已发起，{paper}"


@access(*READERS)
@require_http_methods(["GET", "POST"])
def results(request: ActorRequest, number: str) -> HttpResponse:
    """投票表决管理: how the vote stands, by building; for its starter the entry of paper. Others see what single houses said
    only once it is counted.
    """
    project = project_or_404(request, number)
    vote = vote_or_404(project)
    is_own = project.organisation_id == request.actor.organisation_id
    text = request.GET.get("q", "").strip()
    rows = scope_of(vote)
    if text:
        rows = rows.filter(house__room__startswith=text)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    if request.method == "POST":
        own_project_or_404(request, number)
        return _enter(request, project, vote, page)
    return render(request, "projects/results.html", _context(project, vote, page, text=text, is_own=is_own))


def _context(project: RepairProject, vote: Vote, page: Any, *, text: str, is_own: bool) -> dict[str, Any]:
    by_totals = vote.entry == VoteEntry.TOTALS
    found = [] if by_totals else standings(vote)
    tally = tally_of(vote) if by_totals else tally_of_standings(found)
    parts = participation(found)
    shows = is_own or not vote.is_open
    return {
        "project": project,
        "vote": vote,
        "is_own": is_own,
        "shows": shows,
        "result": result_of(vote, tally=tally) if shows else None,
        "part": part_of_totals(vote) if by_totals else part_of("合计", found),
        "parts": parts,
        "page": page,
        "q": text,
        "rows": [(row, f"{_FIELD}{row.vote_house.house_id}") for row in rows_of(vote, page)] if shows else [],
        "choices": BallotChoice.choices,
        "may_enter": is_own and not vote.is_decided and vote.is_on_paper and not by_totals,
        "may_name_proxy": is_own and vote.is_open and vote.is_on_paper and not by_totals,
        "totals": latest_totals(vote) if by_totals else None,
        "totals_form": TotalsForm(latest_totals(vote), vote) if by_totals and is_own and not vote.is_decided else None,
        "evidence": vote.evidence.order_by("at"),
        "proxies": list(proxies_of(vote)[:PER_PAGE]),
        "objections": list(objections_to(vote)),
        "both": sum(1 for one in found if one.has_both),
        "may_close": is_own and not vote.is_decided,
        "is_over": timezone.now() >= vote.closes_at,
    }


def _enter(request: ActorRequest, project: RepairProject, vote: Vote, page: Any) -> HttpResponse:
    """Take the choices of the page; `all_agree` fills in the houses that nothing was entered for."""
    choices: dict[int, BallotChoice] = {}
    fill = request.POST.get("action") == "all_agree"
    for row in rows_of(vote, page):
        house_id = row.vote_house.house_id
        sent = request.POST.get(f"{_FIELD}{house_id}", "")
        if sent in BallotChoice.values:
            choices[house_id] = BallotChoice(sent)
        elif fill and not row.choice:
            choices[house_id] = BallotChoice.AGREE
    try:
        entered = deciding.enter_results(
            project.pk, choices, by=request.actor, at=timezone.now(), note=request.POST.get("note", "")
        )
    except HasProblems as problems:
        messages.error(request, str(problems))
        return redirect(request.get_full_path())
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
    document = signature_document(project, vote_or_404(project), city=request.city.slug)
    kept = keep(document, by_id=request.actor.user_id, at=timezone.now())
    return redirect("projects:print", project.number, kept.pk)


@access(*READERS)
@require_POST
def print_result(request: ActorRequest, number: str) -> HttpResponse:
    """表决结果, preliminary or final, for posting."""
    project = project_or_404(request, number)
    vote = vote_or_404(project)
    if vote.is_open:
        messages.error(request, "表决还没有结束，不能打印表决结果")
        return redirect("projects:results", project.number)
    document = result_document(project, vote, city=request.city.slug)
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
    found = vote_or_404(project).evidence.filter(pk=evidence_id).first()
    if found is None:
        raise Http404
    response = HttpResponse(evidence_content(found), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    return response


@access(*STARTERS)
@require_POST
def close(request: ActorRequest, number: str) -> HttpResponse:
    """公布表决结果: preliminary, or final."""
    project = own_project_or_404(request, number)
    try:
        vote = deciding.close_vote(project.pk, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:results", project.number)
    if vote.state == VoteState.OBJECTION:
        messages.success(request, "初步统计结果已公布，业主可在询异期内提出异议，期满后公布最终结果")
        return redirect("projects:results", project.number)
    if vote.state == VoteState.PASSED:
        messages.success(request, "表决通过，请按项目页面的提示办理下一步")
    else:
        messages.warning(request, "表决未通过，项目不能继续；可重新发起业主表决")
    return redirect(f"{reverse('projects:show', args=[project.number])}#vote")
