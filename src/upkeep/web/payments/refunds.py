"""业主退款 in the office: what was approved and what became of it, what visitors left for the window, and one more begun."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.banking.models import OrderState
from upkeep.books.sub_accounts import available
from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.casework.queries import visible_to as visible_cases
from upkeep.estate import claims, owner_cases
from upkeep.estate.house_search import find_houses
from upkeep.estate.models import House
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import EVERYONE, OFFICE, Role
from upkeep.policy.refund_rule import REASONS
from upkeep.treasury import refund_cases, refunds
from upkeep.treasury.models import Refund, RefundState
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.reach import page_url
from upkeep.web.payments.reach import ORDERERS, PAYERS

PER_PAGE = 20
MOST_FOUND = 50


class RefundFilterForm(forms.Form):
    """What the list is narrowed to. A wrong value narrows nothing."""

    q = forms.CharField(label="编号 / 小区 / 房号 / 收款人", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *RefundState.choices])
    reason = forms.ChoiceField(label="退款事由", required=False, choices=[("", "全部"), *REASONS])


@access(*OFFICE)
@require_safe
def refund_list(request: ActorRequest) -> HttpResponse:
    """Approved refunds with their sums, and how many drafts of visitors wait for the window."""
    form = RefundFilterForm(request.GET)
    form.is_valid()
    data = form.cleaned_data
    rows = refunds.refund_list(
        actor=request.actor, text=data.get("q", ""), state=data.get("state", ""), reason=data.get("reason", "")
    )
    context = {
        "form": form,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "sums": refunds.sums_of(rows),
        "waiting": refund_cases.left_for_window(request.actor).count(),
        "may_begin": request.actor.has(Role.WINDOW_CLERK),
        "sees_names": request.actor.has(*PAYERS),
    }
    return render(request, "payments/refunds.html", context)


@access(*OFFICE)
@require_safe
def waiting(request: ActorRequest) -> HttpResponse:
    """待核对身份: what visitors filled in without an account, for the window to take up once they stand there."""
    number = request.GET.get("q", "").strip()
    rows = refund_cases.left_for_window(request.actor, number=number)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "payments/refunds_waiting.html", {"page": page, "q": number})


def _refund_or_404(request: ActorRequest, refund_id: int) -> Refund:
    found = refunds.visible_to(request.actor).select_related("handed_in_by", "approved_by", "paid_by", "voided_by")
    refund = found.filter(pk=refund_id).first()
    if refund is None:
        raise Http404
    return refund


@access(*OFFICE)
@require_safe
def refund(request: ActorRequest, refund_id: int) -> HttpResponse:
    """One refund: of which house, why, to whom, who did what, and its payment order."""
    found = _refund_or_404(request, refund_id)
    order, is_open = refunds.order_of(found), found.state_now is RefundState.ORDERED
    failed = is_open and order is not None and order.state_now is OrderState.FAILED
    context = {
        "refund": found,
        "payee": found.payee_name if request.actor.has(*PAYERS) else found.masked_payee,
        "reason": dict(REASONS)[found.reason],
        "order": order,
        "failed": failed,
        "may_give_up": failed and request.actor.has(*ORDERERS),
        "sees_case": visible_cases(request.actor).filter(pk=found.case_id).exists(),
        "others": refunds.history_of(found.house_id).exclude(pk=found.pk),
    }
    return render(request, "payments/refund.html", context)


@access(*ORDERERS)
@require_http_methods(["GET", "POST"])
def give_up(request: ActorRequest, refund_id: int) -> HttpResponse:
    """撤销退款 that the bank could not pay: says what happens, asks why, and frees money and house."""
    found = _refund_or_404(request, refund_id)
    if request.method == "POST":
        try:
            refunds.give_up(found.pk, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "退款已撤销，冻结的资金已解冻，房屋可以办理其他业务")
        return redirect("payments:refund", found.pk)
    return render(request, "payments/give_up_refund.html", {"refund": found})


@access(*EVERYONE)
@require_safe
def refund_house(request: ActorRequest) -> HttpResponse:
    """Where an application begins: the window finds the house; an owner has his in 我的房屋; a visitor proves it first."""
    actor = request.actor
    if actor.has(Role.OWNER):
        return redirect("owner:home")
    if not actor.has(Role.WINDOW_CLERK):
        city = request.city
        return redirect("site:self_service", city.slug) if city else redirect("public:home")
    text = request.GET.get("q", "").strip()
    found = list(find_houses(actor=actor, text=text)[: MOST_FOUND + 1]) if text else []
    shown = found[:MOST_FOUND]
    free, busy = available([house.pk for house in shown]), claims.reasons([house.pk for house in shown])
    rows = [(house, free[house.pk], busy.get(house.pk, "")) for house in shown]
    context = {"q": text, "rows": rows, "more": len(found) > MOST_FOUND, "most": MOST_FOUND}
    return render(request, "payments/refund_house.html", context)


@access(Role.WINDOW_CLERK)
@require_POST
def begin(request: ActorRequest, house_id: int) -> HttpResponse:
    """Open the application of one house of the clerk's areas."""
    house = House.objects.select_related("area", "building").filter(pk=house_id).first()
    if house is None or not refund_cases.is_of(request.actor, house):
        raise Http404
    try:
        case = engine.start(
            register[refund_cases.PROCEDURE], by=request.actor, at=timezone.now(), data=owner_cases.begun_for(house)
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("payments:refund_house")
    return redirect(page_url(case, 1))
