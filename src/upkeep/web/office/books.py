"""The balance sheet, a house's statement. They show; the books decide nothing here."""

import calendar
import datetime as dt

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.books import statements, sub_accounts
from upkeep.estate.house_search import find_houses
from upkeep.estate.models import Area, House
from upkeep.estate.queries import owner_names, visible_to
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import BOOKKEEPERS, OFFICE
from upkeep.web.access import ActorRequest, access


class PeriodForm(forms.Form):
    """A period and, if wanted, one area."""

    first = DayField(label="起始日期", required=False)
    last = DayField(label="截止日期", required=False)
    area = forms.ChoiceField(label="物业区域", required=False)

    def __init__(self, areas: list[Area], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["area"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部"), *((str(area.pk), area.name) for area in areas)]


def _asked(request: ActorRequest, *, today: dt.date) -> tuple[PeriodForm, dt.date, dt.date, list[int]]:
    """The period and the areas asked for; this month and everything the actor sees where nothing is said."""
    areas = list(visible_to(request.actor).only("pk", "name").order_by("name", "pk"))
    first, last = today.replace(day=1), today.replace(day=calendar.monthrange(today.year, today.month)[1])
    form = PeriodForm(areas, request.GET or None, initial={"first": first, "last": last})
    wanted = [area.pk for area in areas]
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["first"] or first, form.cleaned_data["last"] or last
        if form.cleaned_data["area"]:
            wanted = [int(form.cleaned_data["area"])]
    return form, min(first, last), max(first, last), wanted


@access(*BOOKKEEPERS)
@require_safe
def balance_sheet(request: ActorRequest) -> HttpResponse:
    """会住维01表 资产负债表."""
    form, _, last, areas = _asked(request, today=timezone.localdate())
    rows = statements.balance_sheet(on=last, area_ids=areas)
    return render(request, "office/balance_sheet.html", {"form": form, "rows": rows, "last": last})


@access(*OFFICE)
@require_safe
def find_sub_account(request: ActorRequest) -> HttpResponse:
    """分户账: find a house by address or room, then open its statement."""
    text = request.GET.get("q", "").strip()
    houses = list(find_houses(actor=request.actor, text=text)[:50]) if text else []
    balances = sub_accounts.balances([house.pk for house in houses])
    rows = [(house, balances[house.pk]) for house in houses]
    return render(request, "office/sub_accounts.html", {"q": text, "rows": rows})


@access(*OFFICE)
@require_safe
def sub_account(request: ActorRequest, house_id: int) -> HttpResponse:
    """One house's statement: every movement with the balance after it."""
    house = (
        House.objects.select_related("building", "area")
        .filter(pk=house_id, area__in=visible_to(request.actor))
        .first()
    )
    if house is None:
        raise Http404
    context = {
        "house": house,
        "owner": owner_names([house.pk]).get(house.pk, "未登记"),
        "statement": statements.house_statement(house.pk),
    }
    return render(request, "office/sub_account.html", context)
