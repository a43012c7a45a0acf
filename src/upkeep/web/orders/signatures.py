"""业主签字确认表 at the window: entered house by house with its scans, then counted by the city's rule."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.casework.files import MOST_UPLOADED
from upkeep.casework.models import Case
from upkeep.estate.queries import owner_names
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.roles import OFFICE, Role
from upkeep.repairs import withdrawal_orders_vote as signing
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import project_houses, project_of
from upkeep.repairs.stages import Stage
from upkeep.voting.models import BallotChoice, VoteEntry, VoteState
from upkeep.voting.queries import evidence_content, latest_totals, latest_vote, result_of, standings
from upkeep.web.access import ActorRequest, access
from upkeep.web.orders.reach import READERS, order_or_404
from upkeep.web.projects.reach import put_on_form
from upkeep.web.projects.vote_forms import TotalsForm

PER_PAGE = 100
_FIELD = "choice_"


def _project_or_404(case: Case) -> RepairProject:
    project = project_of(case)
    if project is None:
        raise Http404
    return project


@access(*OFFICE)
@require_http_methods(["GET", "POST"])
def signatures(request: ActorRequest, number: str) -> HttpResponse:
    """The houses of the order with what their owners signed, the count as it stands, the scans."""
    case = order_or_404(request, number)
    project = _project_or_404(case)
    text = request.GET.get("q", "").strip()[:20]
    found = project_houses(project)
    if text:
        found = found.filter(house__room__startswith=text)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    vote = latest_vote(project.source)
    house_ids = [row.house_id for row in page]
    said = (
        {one.house_id: one.paper.choice for one in standings(vote, house_ids=house_ids) if one.paper} if vote else {}
    )
    by_totals = vote.entry == VoteEntry.TOTALS if vote else signing.is_by_totals(project, at=timezone.now())
    form = TotalsForm(latest_totals(vote), vote, request.POST or None) if vote and by_totals else None
    if request.method == "POST":
        answer = _enter_totals(request, case, form) if form else _enter(request, case, house_ids, set(said))
        if answer is not None:
            return answer
    names = owner_names(house_ids)
    context: dict[str, Any] = {
        "case": case,
        "project": project,
        "vote": vote,
        "result": result_of(vote) if vote else None,
        "page": page,
        "q": text,
        "rows": [
            (row, names.get(row.house_id, "（未售）"), f"{_FIELD}{row.house_id}", said.get(row.house_id, ""))
            for row in page
        ],
        "choices": BallotChoice.choices,
        "evidence": vote.evidence.order_by("at") if vote else [],
        "may_enter": _is_open(case, project, request) and (vote is None or not vote.is_decided),
        "by_totals": by_totals,
        "form": form,
    }
    return render(request, "orders/signatures.html", context)


def _enter_totals(request: ActorRequest, case: Case, form: TotalsForm) -> HttpResponse | None:
    """Take the sums of the list; None when the page is shown again with what is wrong."""
    if not form.is_valid():
        return None
    try:
        signing.enter_totals(case, form.totals(), by=request.actor, at=timezone.now())
    except HasProblems as problems:
        put_on_form(form, problems)
        return None
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "汇总结果已录入，请核对统计后公布结果")
    return redirect("orders:signatures", case.number)


def _is_open(case: Case, project: RepairProject, request: ActorRequest) -> bool:
    return project.stage_now is Stage.REVIEW and signing.may_enter(case, by=request.actor)


def _enter(request: ActorRequest, case: Case, house_ids: list[int], entered: set[int]) -> HttpResponse:
    """Take the choices of the page; `all_agree` fills in the houses that nothing was entered for."""
    choices: dict[int, BallotChoice] = {}
    fills = request.POST.get("action") == "all_agree"
    for house_id in house_ids:
        sent = request.POST.get(f"{_FIELD}{house_id}", "")
        if sent in BallotChoice.values:
            choices[house_id] = BallotChoice(sent)
        elif fills and house_id not in entered:
            choices[house_id] = BallotChoice.AGREE
    try:
        done = signing.enter(case, choices, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("orders:signatures", case.number)
    messages.success(request, f"已录入 {done.total():,} 户" if done else "没有新的签字意见")
    return redirect(request.get_full_path())


@access(Role.WINDOW_CLERK)
@require_POST
def scan(request: ActorRequest, number: str) -> HttpResponse:
    """Scanned pages of the signed list."""
    case = order_or_404(request, number)
    taken = 0
    for uploaded in request.FILES.getlist("pages"):
        assert isinstance(uploaded, UploadedFile)
        if (uploaded.size or 0) > MOST_UPLOADED:
            messages.error(request, f"{uploaded.name}：图片超过 15 MB，请压缩后再上传")
            continue
        try:
            signing.keep_scan(
                case, name=uploaded.name or "", content=uploaded.read(), by=request.actor, at=timezone.now()
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            taken += 1
    if taken:
        messages.success(request, f"已上传 {taken} 张签字确认表")
    return redirect("orders:signatures", case.number)


@access(*READERS)
@require_safe
def show_scan(request: ActorRequest, number: str, evidence_id: int) -> HttpResponse:
    """A scanned page of the signed list, for the office and the company that brought it."""
    vote = latest_vote(_project_or_404(order_or_404(request, number)).source)
    found = vote.evidence.filter(pk=evidence_id).first() if vote else None
    if found is None:
        raise Http404
    response = HttpResponse(evidence_content(found), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    return response


@access(Role.WINDOW_CLERK)
@require_POST
def close(request: ActorRequest, number: str) -> HttpResponse:
    """公布结果."""
    case = order_or_404(request, number)
    try:
        vote = signing.close(case, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("orders:signatures", case.number)
    if vote.state == VoteState.PASSED:
        messages.success(request, "业主签字确认通过，任务单可以继续办理")
    else:
        messages.warning(request, "业主签字确认未达到规定比例，请退回任务单")
    return redirect("cases:show", case.number)
