"""合并分摊清册: one line per house with what it bears of each facility, who pays it, and what its sub-account lacks."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.books import sub_accounts
from upkeep.estate.queries import owner_names
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.repairs import merged_list, works
from upkeep.repairs.merged_sheet import merged_workbook
from upkeep.repairs.models import OutsideReason, ProjectHouse, RepairProject
from upkeep.repairs.queries import STARTERS
from upkeep.repairs.shortage_letters import demand_shortfalls
from upkeep.repairs.stages import ProjectKind, Stage
from upkeep.web.access import ActorRequest, access
from upkeep.web.building_table import chosen_ids
from upkeep.web.cases.sheets import workbook
from upkeep.web.projects.draft import draft_context, draft_or_404
from upkeep.web.projects.reach import READERS, project_or_404

PER_PAGE = 100
DAYS_TO_PAY = 30


class LetterForm(forms.Form):
    """Until when the owners are to pay."""

    deadline = DayField(label="补交期限")


@dataclass(frozen=True)
class Line:
    """A house of the list; `parts` are the facilities with its amounts, in the order of the columns."""

    share: ProjectHouse
    owner: str
    parts: tuple[tuple[str, int | None], ...]
    available_fen: int

    @property
    def short_fen(self) -> int:
        return max(self.share.fund_fen - self.available_fen, 0)

    @property
    def is_cash(self) -> bool:
        return self.share.outside_reason == OutsideReason.CASH


def _lines(
    shares: Sequence[ProjectHouse], names: Sequence[str], parts: dict[int, tuple[int | None, ...]]
) -> Iterator[Line]:
    ids = [share.house_id for share in shares]
    owners, available = owner_names(ids), sub_accounts.available(ids)
    for share in shares:
        owner = owners.get(share.house_id, "")
        named = tuple(zip(names, parts[share.house_id], strict=True))
        yield Line(share, owner, named, available[share.house_id])


@access(*READERS)
@require_safe
def shares(request: ActorRequest, number: str) -> HttpResponse:
    """The list, whole or only those that lack money; its starter decides what is done about them."""
    project = project_or_404(request, number)
    only_short = request.GET.get("only") == "short"
    rows = merged_list.houses(project, only_short=only_short)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    columns = works.works_of(project)
    parts = merged_list.parts_of(project, [share.house_id for share in page])
    is_own = project.organisation_id == request.actor.organisation_id
    may_change = is_own and project.stage_now is Stage.NEW and project.kind_now is not ProjectKind.ORDER
    context: dict[str, Any] = (
        draft_context(project, now="合并分摊清册") if may_change else {"project": project, "tabs": None}
    )
    context |= {
        "columns": columns,
        "page": page,
        "lines": list(_lines(list(page), [work.facility.name for work in columns], parts)),
        "sums": merged_list.sums_of(project),
        "only_short": only_short,
        "may_change": may_change,
        "form": LetterForm(initial={"deadline": timezone.localdate() + dt.timedelta(days=DAYS_TO_PAY)}),
    }
    context["form"].use_required_attribute = False
    return render(request, "projects/shares.html", context)


@access(*READERS)
@require_safe
def export_shares(request: ActorRequest, number: str) -> HttpResponse:
    """The whole list as a workbook, a column per facility."""
    project = project_or_404(request, number)
    content = merged_workbook(project)
    return workbook(content, f"合并分摊清册-{project.number}")


@access(*STARTERS)
@require_POST
def act_on_shares(request: ActorRequest, number: str) -> HttpResponse:
    """登记现金支付缺口 and its withdrawal for the ticked houses, 催缴, 重新核对分摊."""
    project = draft_or_404(request, number)
    chosen, at = chosen_ids(request.POST), timezone.now()
    try:
        match request.POST.get("action", ""):
            case "cash":
                works.mark_cash(project.pk, house_ids=chosen, in_cash_now=True, by=request.actor, at=at)
                messages.success(request, "已登记由业主现金支付缺口，预算应拨付金额已随之调整")
            case "no_cash":
                works.mark_cash(project.pk, house_ids=chosen, in_cash_now=False, by=request.actor, at=at)
                messages.success(request, "已取消现金支付登记，缺口仍须补交")
            case "again":
                works.share_anew(project.pk, by=request.actor, at=at)
                messages.success(request, "已按楼盘表和分户账的最新情况重新核对分摊")
            case "letters":
                return _demand(request, project, chosen)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("projects:shares", project.number)


def _demand(request: ActorRequest, project: RepairProject, chosen: Sequence[int]) -> HttpResponse:
    form = LetterForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写补交期限")
        return redirect("projects:shares", project.number)
    try:
        batch = demand_shortfalls(
            project,
            house_ids=chosen or None,
            deadline=form.cleaned_data["deadline"],
            by=request.actor,
            at=timezone.now(),
        )
    except HasProblems as problems:
        messages.error(request, str(problems))
        return redirect("projects:shares", project.number)
    messages.success(request, f"已开具 {batch.letter_count:,} 份欠款催缴通知单，正在打印成一个文件")
    return redirect("deposits:letter_batch", batch.number)
