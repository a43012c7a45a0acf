"""选择小区: the cards of the areas that a company serves; 进入业务 begins an order, or goes on with a draft."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.casework.models import Case
from upkeep.kernel.errors import Refusal
from upkeep.repairs import withdrawal_orders_draft as drafts
from upkeep.repairs.queries import areas_to_start_in
from upkeep.repairs.withdrawal_orders_areas import cards_for
from upkeep.web.access import ActorRequest, access
from upkeep.web.orders.reach import STARTERS, draft_or_404, own_order_or_404, require_orders

STEPS = ("选择小区", "填写任务单与分摊范围", "任务单确认", "业务结束")


@access(*STARTERS)
@require_safe
def choose(request: ActorRequest) -> HttpResponse:
    """新建任务单-选择小区: for a new order, for one that is made of an old one (`copy`), for a draft (`draft`)."""
    require_orders(request)
    draft, copied = _named(request, request.GET.get("draft", ""), request.GET.get("copy", ""))
    now = draft or copied
    context: dict[str, Any] = {
        "cards": cards_for(request.actor),
        "draft": draft,
        "copied": copied,
        "chosen": int(now.data.get("area") or 0) if now else 0,
        "steps": STEPS,
    }
    return render(request, "orders/areas.html", context)


def _named(request: ActorRequest, draft: str, copied: str) -> tuple[Case | None, Case | None]:
    """The draft to go on with, or the order to make a new one of. Raises: Http404."""
    if draft:
        return draft_or_404(request, draft), None
    if not copied:
        return None, None
    case = own_order_or_404(request, copied)
    if not drafts.may_be_copied(case, by=request.actor):
        raise Http404
    return None, case


@access(*STARTERS)
@require_POST
def begin(request: ActorRequest) -> HttpResponse:
    """进入业务."""
    require_orders(request)
    draft, copied = _named(request, request.POST.get("draft", ""), request.POST.get("copy", ""))
    sent = request.POST.get("area", "")
    area_id = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) <= 18 else 0
    if not areas_to_start_in(request.actor).filter(pk=area_id).exists():
        messages.error(request, "请选择本单位服务的小区")
        return redirect("orders:new")
    try:
        if draft is not None:
            case = drafts.change_area(draft.pk, area_id=area_id, by=request.actor, at=timezone.now())
        else:
            case = drafts.begin(area_id=area_id, by=request.actor, at=timezone.now(), copied_from=copied)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("orders:list")
    if copied is not None:
        messages.success(request, f"已按原任务单 {copied.number} 填好，修改后生成新任务单 {case.number}")
    return redirect("orders:fill", case.number)
