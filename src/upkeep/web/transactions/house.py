"""分户账对账单 of a house for the office and the organisations of its area: on the page, and printed with number and QR code."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from upkeep.banking.house_lines import house_lines, keep_statement, period_of, subject_of
from upkeep.books.sub_accounts import balances
from upkeep.estate.models import House
from upkeep.estate.queries import owner_names, visible_to
from upkeep.kernel.errors import HasProblems
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import OFFICE, ORGANISATION
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf

READERS = (*OFFICE, *ORGANISATION)


class StatementForm(forms.Form):
    """The period of the statement."""

    first = DayField(label="起始日期", required=False)
    last = DayField(label="截止日期", required=False)


def _house_or_404(request: ActorRequest, house_id: int) -> House:
    houses = House.objects.select_related("area", "building").filter(area__in=visible_to(request.actor))
    house = houses.filter(pk=house_id).first()
    if house is None:
        raise Http404
    return house


@access(*READERS)
@never_cache
@require_http_methods(["GET", "POST"])
def statement(request: ActorRequest, house_id: int) -> HttpResponse:
    """The movements of a period with the balances around them; POST prints them."""
    house, today = _house_or_404(request, house_id), timezone.localdate()
    form = StatementForm(request.POST or request.GET)
    form.is_valid()
    first = form.cleaned_data.get("first") or today.replace(month=1, day=1)
    last = form.cleaned_data.get("last") or today
    lines = house_lines(house.pk)
    try:
        period = period_of(lines, first=first, last=last)
    except HasProblems as wrong:
        messages.error(request, str(wrong))
        period = period_of(lines, first=last, last=last)
    if request.method == "POST":
        owner = owner_names([house.pk]).get(house.pk, "")
        kept = keep_statement(house, period, owners=owner, by_id=request.actor.user_id, at=timezone.now())
        return redirect("transactions:statement_print", house.pk, kept.pk)
    context = {
        "house": house,
        "period": period,
        "form": StatementForm(initial={"first": period.first, "last": period.last}),
        "owner": owner_names([house.pk]).get(house.pk, "未登记"),
        "balance": balances([house.pk])[house.pk],
        "kept": prints_of(subject=subject_of(house.pk, request.actor.user_id))[:5],
    }
    return render(request, "transactions/house.html", context)


@access(*READERS)
@never_cache
@require_safe
def statement_print(request: ActorRequest, house_id: int, print_id: int) -> HttpResponse:
    """A statement that one has had printed."""
    house = _house_or_404(request, house_id)
    kept = prints_of(subject=subject_of(house.pk, request.actor.user_id)).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"分户账对账单-{kept.number}")
