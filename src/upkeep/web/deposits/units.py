"""售房单位分账: the accounts of units that sold public housing, building by building, with their movements and statements.

The unit sees its own, the office those of its places, a property company those of its areas in amounts alone.
"""

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from upkeep.banking.house_lines import house_lines, keep_unit_statement, period_of, subject_of
from upkeep.deposits.models import UnitSale
from upkeep.deposits.unit_accounts import sales_of, standings
from upkeep.estate.models import SellingUnitAccount
from upkeep.estate.unit_accounts import visible_to
from upkeep.kernel.errors import HasProblems
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import OFFICE, Role
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf

READERS = (*OFFICE, Role.SELLING_UNIT, Role.PROPERTY_COMPANY)
#: Who sees at which price houses were sold.
SEES_PRICES = (*OFFICE, Role.SELLING_UNIT)
PER_PAGE = 20


class PeriodForm(forms.Form):
    """The period of the statement."""

    first = DayField(label="起始日期", required=False)
    last = DayField(label="截止日期", required=False)


class UnitFilterForm(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(label="售房单位 / 小区 / 楼栋", required=False)


@access(*READERS)
@require_safe
def unit_list(request: ActorRequest) -> HttpResponse:
    """Every account one sees, with what was paid in, is left and is held."""
    form = UnitFilterForm(request.GET)
    form.is_valid()
    accounts = visible_to(request.actor)
    if text := form.cleaned_data.get("q", "").strip():
        accounts = accounts.filter(
            Q(organisation__name__icontains=text) | Q(building__area__name__icontains=text) | Q(building__name=text)
        )
    accounts = accounts.order_by("organisation__name", "building__area__name", "building__order", "pk")
    page = Paginator(accounts, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": standings(list(page)),
        "is_unit": request.actor.has(Role.SELLING_UNIT),
        "may_begin": request.actor.has(Role.SELLING_UNIT, Role.WINDOW_CLERK),
    }
    return render(request, "deposits/units.html", context)


def _account_or_404(request: ActorRequest, account_id: int) -> SellingUnitAccount:
    account = visible_to(request.actor).filter(pk=account_id).first()
    if account is None:
        raise Http404
    return account


@access(*READERS)
@never_cache
@require_http_methods(["GET", "POST"])
def show(request: ActorRequest, account_id: int) -> HttpResponse:
    """One account: how it stands, its movements of a period, the houses it was paid in for; POST prints the statement."""
    account, today = _account_or_404(request, account_id), timezone.localdate()
    form = PeriodForm(request.POST or request.GET)
    form.is_valid()
    lines = house_lines(account.pk)
    first = form.cleaned_data.get("first") or (lines[0].booked_on if lines else today)
    last = form.cleaned_data.get("last") or today
    try:
        period = period_of(lines, first=first, last=last)
    except HasProblems as wrong:
        messages.error(request, str(wrong))
        period = period_of(lines, first=last, last=last)
    if request.method == "POST":
        kept = keep_unit_statement(account, period, by_id=request.actor.user_id, at=timezone.now())
        return redirect("deposits:unit_print", account.pk, kept.pk)
    (standing,) = standings([account])
    context = {
        "account": account,
        "standing": standing,
        "period": period,
        "form": PeriodForm(initial={"first": period.first, "last": period.last}),
        "sales": _sales(request, account),
        "kept": prints_of(subject=subject_of(account.pk, request.actor.user_id))[:5],
        "sees_slips": request.actor.has(*SEES_PRICES),
        "sees_area": not request.actor.has(Role.SELLING_UNIT),
    }
    return render(request, "deposits/unit.html", context)


def _sales(request: ActorRequest, account: SellingUnitAccount) -> Page[UnitSale] | None:
    """A page of the houses with their prices; None for whoever sees amounts alone."""
    if not request.actor.has(*SEES_PRICES):
        return None
    return Paginator(sales_of(account.pk), PER_PAGE).get_page(request.GET.get("page"))


@access(*READERS)
@never_cache
@require_safe
def show_print(request: ActorRequest, account_id: int, print_id: int) -> HttpResponse:
    """A statement that one has had printed."""
    account = _account_or_404(request, account_id)
    kept = prints_of(subject=subject_of(account.pk, request.actor.user_id)).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"售房单位分账对账单-{kept.number}")
