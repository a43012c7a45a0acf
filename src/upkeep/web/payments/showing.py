"""付款通知: list, one order with its history, and its print. Everyone sees only what `orders_visible_to` gives him."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.banking import prints, queries
from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.banking.purposes import purpose_title
from upkeep.banking.registers import OrderRegister
from upkeep.estate.queries import area_list
from upkeep.kernel.errors import Refusal
from upkeep.kernel.forms import DayField
from upkeep.kernel.masking import mask_bank_account
from upkeep.parties.roles import OFFICE
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.repairs.queries import project_of_order
from upkeep.treasury import refunds
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.cases.sheets import workbook
from upkeep.web.payments.reach import ORDERERS, PAYERS, fresh_of, may_void, order_or_404, waits_for_reissue

PER_PAGE = 20
HOUSES_PER_PAGE = 20
MOST_EXPORTED = 20_000
#: Not a state of its own: failed, and not issued anew yet.
TO_REISSUE = "TO_REISSUE"


class OrderFilterForm(forms.Form):
    """What the list is narrowed to. A wrong value narrows nothing."""

    q = forms.CharField(label="编号 / 小区 / 收款人", required=False)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *OrderState.choices, (TO_REISSUE, "待重新开具")]
    )
    area = forms.ChoiceField(label="物业区域", required=False)
    since = DayField(label="开具日期从", required=False)
    until = DayField(label="到", required=False)

    def __init__(self, request: ActorRequest) -> None:
        super().__init__(request.GET)
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        areas = area_list(actor=request.actor).values_list("pk", "name")
        field.choices = [("", "全部"), *((str(pk), name) for pk, name in areas)]

    def found(self, request: ActorRequest) -> QuerySet[PaymentOrder]:
        """The orders that match, each with what it replaces and what replaces it."""
        self.is_valid()
        data = self.cleaned_data
        state = data.get("state", "")
        wanted = queries.PaperFilter(
            text=data.get("q", ""),
            state="" if state == TO_REISSUE else state,
            area_id=int(data["area"]) if data.get("area") else None,
            since=data.get("since"),
            until=data.get("until"),
        )
        orders = queries.order_list(actor=request.actor, wanted=wanted, sort=request.GET.get("sort", "newest"))
        orders = orders.select_related("replaces", "replaced_by")
        return queries.to_reissue(orders) if state == TO_REISSUE else orders


@access(*OFFICE)
@require_safe
def order_list(request: ActorRequest) -> HttpResponse:
    """All orders the actor sees, and how many wait to be issued anew."""
    form = OrderFilterForm(request)
    page = Paginator(form.found(request), PER_PAGE).get_page(request.GET.get("page"))
    failed = queries.to_reissue(queries.orders_visible_to(request.actor)).count()
    waiting = set(
        queries.to_reissue(PaymentOrder.objects.filter(pk__in=[one.pk for one in page])).values_list("pk", flat=True)
    )
    return render(request, "payments/orders.html", {"form": form, "page": page, "failed": failed, "waiting": waiting})


@access(*OFFICE)
@require_safe
def export(request: ActorRequest) -> HttpResponse:
    """The same list as a workbook."""
    orders = OrderFilterForm(request).found(request)
    return workbook(OrderRegister().export(OrderRegister.rows(orders[:MOST_EXPORTED])), "付款通知")


@dataclass(frozen=True)
class Event:
    """One line of an order's history."""

    title: str
    who: str
    at: dt.datetime
    note: str = ""
    tone: str = "info"


def _history(order: PaymentOrder) -> Iterator[Event]:
    why = f"重开自 {order.replaces.number}：{order.reissue_reason}" if order.replaces else ""
    yield Event("重新开具" if order.replaces else "开具", order.issued_by_name, order.issued_at, why)
    if order.closed_at:
        titles = {OrderState.PAID: "银行确认付款", OrderState.FAILED: "银行登记付款失败", OrderState.VOID: "作废"}
        serial = f"银行流水号 {order.bank_serial.serial}" if order.bank_serial else ""
        tone = "good" if order.state_now is OrderState.PAID else "bad"
        note = order.failure_reason or serial
        yield Event(titles[order.state_now], order.closed_by_name, order.closed_at, note, tone)
    fresh = fresh_of(order)
    if fresh:
        note = f"新的付款通知 {fresh.number}：{fresh.reissue_reason}"
        yield Event("已重新开具", fresh.issued_by_name, fresh.issued_at, note)


@access(*OFFICE)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """One order: its facts, its houses, where it comes from and what became of it."""
    order = order_or_404(request, number)
    sees_account = request.actor.has(*PAYERS)
    waits = waits_for_reissue(order)
    is_own = order.issued_by_id == request.actor.user_id
    context = {
        "order": order,
        "fresh": fresh_of(order),
        "purpose": purpose_title(order.purpose),
        "refund": refunds.refund_of_order(order, actor=request.actor),
        "project": project_of_order(order, actor=request.actor),
        "account": order.payee_account if sees_account else mask_bank_account(order.payee_account),
        "houses": Paginator(queries.order_houses(order), HOUSES_PER_PAGE).get_page(request.GET.get("page")),
        "events": list(_history(order)),
        "prints": list(prints_of(subject=prints.subject_of(order))) if sees_account else [],
        "may_print": sees_account and order.state_now in (OrderState.WAITING, OrderState.PAID),
        "may_reissue": waits and not is_own and request.actor.has(*ORDERERS),
        "waits": waits,
        "is_own": is_own,
        "may_void": may_void(request, order),
    }
    return render(request, "payments/order.html", context)


@access(*PAYERS)
@require_POST
def print_order(request: ActorRequest, number: str) -> HttpResponse:
    """Print the order, or hand out the kept one. The first print is what everyone gets."""
    order = order_or_404(request, number)
    try:
        kept = prints.keep_paper(order, by_id=request.actor.user_id, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("payments:order", order.number)
    return redirect("payments:order_print", order.number, kept.pk)


@access(*PAYERS)
@require_safe
def show_print(request: ActorRequest, number: str, print_id: int) -> HttpResponse:
    """A kept print of the order."""
    order = order_or_404(request, number)
    kept = prints_of(subject=prints.subject_of(order)).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{kept.number}")
