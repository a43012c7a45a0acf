"""支取申请首页: the two lists, withdrawing the ticked orders, an order to look at, its houses."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.casework import engine, prints
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.queries import history
from upkeep.casework.states import Move, State
from upkeep.kernel.errors import Refusal
from upkeep.printing.models import KeptPrint
from upkeep.printing.queries import prints_of
from upkeep.repairs import withdrawal_orders as orders
from upkeep.repairs.queries import orders_of, project_of
from upkeep.repairs.withdrawal_orders_draft import total_of, totals_of
from upkeep.repairs.withdrawal_orders_lists import (
    applied,
    came_back,
    orders_of_company,
    project_in,
    returned_rows,
    state_words,
)
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.reach import case_url
from upkeep.web.orders.reach import READERS, STARTERS, order_or_404, own_order_or_404, require_orders

PER_PAGE, HOUSES_PER_PAGE, MOST_TICKED = 20, 100, 100


def _tabs(request: ActorRequest) -> list[tuple[str, str, int]]:
    return [
        ("已申请任务单信息", reverse("orders:list"), applied(request.actor).count()),
        ("审批退回及撤销任务单信息", reverse("orders:returned"), came_back(request.actor).count()),
    ]


@access(*STARTERS)
@require_safe
def applied_list(request: ActorRequest) -> HttpResponse:
    """已申请任务单信息: drafts to be gone on with, orders under review and approved ones."""
    require_orders(request)
    text = request.GET.get("q", "").strip()[:60]
    page = Paginator(applied(request.actor, text=text), PER_PAGE).get_page(request.GET.get("page"))
    kept = _prints_of(list(page))
    rows = [_row(case, kept.get(prints.subject_of(case), {})) for case in page]
    return render(request, "orders/list.html", {"tabs": _tabs(request), "page": page, "q": text, "rows": rows})


def _prints_of(cases: Sequence[Case]) -> dict[str, dict[str, KeptPrint]]:
    """The latest print of each form, by subject and form."""
    subjects = [prints.subject_of(case) for case in cases]
    found: dict[str, dict[str, KeptPrint]] = {}
    for one in KeptPrint.objects.filter(subject__in=subjects).order_by("printed_at", "pk"):
        found.setdefault(one.subject, {})[one.form] = one
    return found


def _row(case: Case, kept: dict[str, KeptPrint]) -> dict[str, Any]:
    project = project_in(case)
    code, words = state_words(case)
    row: dict[str, Any] = {"case": case, "project": project, "code": code, "words": words}
    row["area"], _, row["title"] = case.subject.partition(" · ")
    if project is not None:
        row |= {"total_fen": project.budget_fen, "houses": project.house_count}
        row["prints"] = kept
    else:
        row |= {"total_fen": total_of(case), "houses": totals_of(case).houses}
    row["withdrawable"] = case.state_now is State.SUBMITTED
    return row


@access(*STARTERS)
@require_safe
def returned_list(request: ActorRequest) -> HttpResponse:
    """审批退回及撤销任务单信息: 修改 makes a new order of one; the old one stays closed."""
    require_orders(request)
    text = request.GET.get("q", "").strip()[:60]
    page = Paginator(came_back(request.actor, text=text), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(one, *one.case.subject.partition(" · ")[::2]) for one in returned_rows(page, actor=request.actor)]
    return render(request, "orders/returned.html", {"tabs": _tabs(request), "page": page, "q": text, "rows": rows})


@access(*STARTERS)
@require_POST
def withdraw(request: ActorRequest) -> HttpResponse:
    """撤销选中任务单: each ticked order that is not accepted yet; the others are named with the reason."""
    require_orders(request)
    numbers = request.POST.getlist("order")[:MOST_TICKED]
    found = list(orders_of_company(request.actor).filter(number__in=numbers, state=State.SUBMITTED).order_by("pk"))
    if not numbers:
        messages.error(request, "请先勾选要撤销的任务单")
    if missing := set(numbers) - {case.number for case in found}:
        messages.error(request, f"{'、'.join(sorted(missing)[:5])} 已受理、已撤销或不存在，不能撤销")
    for case in found:
        try:
            engine.move(case.pk, Move.WITHDRAW, by=request.actor, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, f"{case.number}：{refusal}")
        else:
            messages.success(request, f"任务单 {case.number} 已撤销")
    return redirect("orders:list")


@access(*STARTERS)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """查看: the order with its course, its prints and its payments; one still being filled in is gone on with."""
    case = own_order_or_404(request, number)
    if case.state_now is State.DRAFT:
        return redirect("orders:fill", case.number)
    project = project_of(case)
    code, state_label = state_words(orders_of_company(request.actor).get(pk=case.pk))
    context = {
        "case": case,
        "code": code,
        "state_label": state_label,
        "summary": register[case.procedure].summary(case),
        "project": project,
        "payments": orders_of(project) if project else [],
        "prints": sorted(prints_of(subject=prints.subject_of(case)), key=lambda one: one.form),
        "reason": orders.reason_back(case),
        "current": engine.current_step(case),
        "case_page": case_url(case),
        "events": [
            {"title": Move(event.move).label, "who": event.by_name, "at": event.at, "note": event.note}
            for event in history(case)
        ],
    }
    return render(request, "orders/show.html", context)


@access(*READERS)
@require_safe
def shares(request: ActorRequest, number: str) -> HttpResponse:
    """到户支取详细信息; of a draft 维修支取分摊明细 as it would be now."""
    case = order_or_404(request, number)
    rows = orders.shares_of(case)
    page = Paginator(rows, HOUSES_PER_PAGE).get_page(request.GET.get("page"))
    is_draft = case.state_now is State.DRAFT
    back = reverse("orders:confirm", args=[case.number]) if is_draft else reverse("orders:list")
    context = {
        "case": case,
        "page": page,
        "sums": orders.sums_of(rows),
        "back_url": back if request.actor.has(*STARTERS) else case_url(case),
        "is_draft": is_draft,
    }
    return render(request, "orders/shares.html", context)
