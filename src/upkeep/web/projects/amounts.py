"""房屋分摊列表 of a facility: 预算分摊, amounts line by line, 导出分摊, 导入分摊 and 分摊合并.

Source: manual 004 §1.3.1 第一步三、3 and 4.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.books import sub_accounts
from upkeep.estate.queries import owner_names
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.money import fen_from_text, half_width, yuan
from upkeep.repairs import works
from upkeep.repairs.models import FacilityShare, ProjectFacility, RepairProject
from upkeep.repairs.own_amounts_sheet import OwnAmountsSheet, amounts_in
from upkeep.repairs.queries import STARTERS
from upkeep.sheets.columns import Fault
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.sheets import MOST_UPLOADED, workbook
from upkeep.web.projects.draft import draft_context, draft_or_404, work_asked

PER_PAGE = 100
MOST_FAULTS = 200
_FIELD = "share_"


@dataclass
class Line:
    """A house of the list with what is typed for it, and what is wrong with that."""

    share: FacilityShare
    owner: str
    available_fen: int
    typed: str
    wrong: str = ""

    @property
    def field(self) -> str:
        return f"{_FIELD}{self.share.house_id}"


def _address(project: RepairProject, work: ProjectFacility, page: int = 1) -> str:
    query = urlencode({"work": work.pk, "page": page})
    return f"{reverse('projects:amounts', args=[project.number])}?{query}"


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def amounts(request: ActorRequest, number: str) -> HttpResponse:
    """The houses of one facility with their amounts, a page at a time."""
    project = draft_or_404(request, number)
    there, work = work_asked(project, request.GET)
    if work is None:
        messages.info(request, "请先选择要维修的设施设备")
        return redirect("projects:works", project.number)
    page = Paginator(works.shares_in_grid_order(work), PER_PAGE).get_page(request.GET.get("page"))
    lines = _lines(page)
    if request.method == "POST":
        answer = _save(request, project, work, lines, page.number)
        if answer is not None:
            return answer
    return _show(request, project, there, work, page, lines)


def _lines(page: Page[FacilityShare]) -> list[Line]:
    ids = [share.house_id for share in page]
    owners, available = owner_names(ids), sub_accounts.available(ids)
    return [
        Line(share, owners.get(share.house_id, ""), available[share.house_id], yuan(share.share_fen)) for share in page
    ]


def _show(
    request: ActorRequest,
    project: RepairProject,
    there: list[ProjectFacility],
    work: ProjectFacility,
    page: Page[FacilityShare],
    lines: list[Line],
    **more: Any,
) -> HttpResponse:
    counts = works.house_counts(project)
    tabs = [(one.facility.name, _address(project, one), counts.get(one.pk, 0)) for one in there]
    context = draft_context(project, now="房屋分摊") | {
        "work": work,
        "work_tabs": tabs,
        "page": page,
        "lines": lines,
        "sums": works.sums_of_work(work),
        "houses_url": f"{reverse('projects:houses', args=[project.number])}?{urlencode({'work': work.pk})}",
        "here": urlencode({"work": work.pk, "page": page.number}),
    }
    return render(request, "projects/amounts.html", context | more)


def _save(
    request: ActorRequest, project: RepairProject, work: ProjectFacility, lines: list[Line], page: int
) -> HttpResponse | None:
    """逐条填写 and 分摊合并; None when the page is shown again with what is wrong."""
    changed: dict[int, int] = {}
    for line in lines:
        if line.field not in request.POST:
            continue
        line.typed = request.POST[line.field].strip()
        try:
            fen = _fen(line.typed)
        except ValueError:
            line.wrong = "请填写金额，单位元，最多两位小数；不分摊的填 0"
            continue
        if fen != line.share.share_fen:
            changed[line.share.house_id] = fen
    if any(line.wrong for line in lines):
        messages.error(request, f"有 {sum(1 for line in lines if line.wrong)} 户的金额填写有误，本页没有保存")
        return None
    if not changed:
        messages.info(request, "本页金额没有改动")
        return redirect(_address(project, work, page=page))
    try:
        works.set_own_amounts(project.pk, work_id=work.pk, amounts=changed, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(_address(project, work, page=page))
    messages.success(request, f"已保存 {len(changed)} 户的分摊金额并分摊合并，预算金额已随之计算")
    return redirect(_address(project, work, page=page))


def _fen(text: str) -> int:
    plain = half_width(text).replace(",", "").strip()
    if plain in ("0", "0.0", "0.00"):
        return 0
    fen = fen_from_text(plain)
    if fen < 0:
        raise ValueError(text)
    return fen


@access(*STARTERS)
@require_POST
def divide(request: ActorRequest, number: str) -> HttpResponse:
    """预算分摊: the budget in the box among the houses by floor area."""
    project = draft_or_404(request, number)
    _, work = work_asked(project, request.POST)
    if work is None:
        raise Http404
    try:
        fen = fen_from_text(half_width(request.POST.get("budget", "")))
    except ValueError:
        fen = 0
    try:
        works.divide_budget(project.pk, work_id=work.pk, budget_fen=fen, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已将 {yuan(fen)} 元按建筑面积分摊到各户")
    return redirect(_address(project, work))


@access(*STARTERS)
@require_safe
def export(request: ActorRequest, number: str) -> HttpResponse:
    """导出分摊: the houses of a facility with their amounts, to be filled in."""
    project = draft_or_404(request, number)
    _, work = work_asked(project, request.GET)
    if work is None:
        raise Http404
    content = OwnAmountsSheet().template(rows=OwnAmountsSheet.rows(works.shares_in_grid_order(work)))
    return workbook(content, f"分摊表-{work.facility.name}-{project.number}")


@access(*STARTERS)
@require_POST
def take_in(request: ActorRequest, number: str) -> HttpResponse:
    """导入分摊: with one fault nothing is taken, and each is named at its cell."""
    project = draft_or_404(request, number)
    there, work = work_asked(project, request.POST)
    if work is None:
        raise Http404
    upload = request.FILES.get("workbook")
    if not isinstance(upload, UploadedFile) or not upload.size or upload.size > MOST_UPLOADED:
        messages.error(request, "请选择填写好的分摊表（xlsx，不超过 20 MB）")
        return redirect(_address(project, work))
    try:
        count, faults = _read(request, project, work, upload.read())
    except HasProblems as found:
        messages.error(request, str(found))
        return redirect(_address(project, work))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(_address(project, work))
    if faults:
        page = Paginator(works.shares_in_grid_order(work), PER_PAGE).get_page(1)
        more = {"faults": faults[:MOST_FAULTS], "fault_count": len(faults)}
        return _show(request, project, there, work, page, _lines(page), **more)
    messages.success(request, f"已导入 {count:,} 户的分摊金额并分摊合并，预算金额已随之计算")
    return redirect(_address(project, work))


def _read(
    request: ActorRequest, project: RepairProject, work: ProjectFacility, content: bytes
) -> tuple[int, list[Fault]]:
    reading = OwnAmountsSheet().read(content, at=timezone.localdate())
    found, faults = amounts_in(reading, works.shares_in_grid_order(work))
    if not faults:
        works.set_own_amounts(project.pk, work_id=work.pk, amounts=found, by=request.actor, at=timezone.now())
    return len(found), faults
