"""Which period and whose books a statement is asked for; what the actor may not see is as if it did not exist."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from upkeep.banking.custody_books import custodies_of
from upkeep.banking.models import CustodyAccount
from upkeep.closing.closing_cases import last_closed
from upkeep.closing.periods import Period, month_of, period_from
from upkeep.closing.statements import Scope
from upkeep.estate.models import Area
from upkeep.estate.queries import get_area
from upkeep.parties.models import Jurisdiction
from upkeep.parties.queries import city_id_of, within
from upkeep.parties.roles import BOOKKEEPERS
from upkeep.web.access import ActorRequest

READERS = BOOKKEEPERS
_MONTHS, _YEARS = 36, 6


class ScopeForm(forms.Form):
    """Period, jurisdiction and custody account, each among those there are."""

    period = forms.ChoiceField(label="期间", required=False)
    place = forms.ChoiceField(label="范围", required=False)
    custody = forms.ChoiceField(label="专户", required=False)
    area = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: object, periods: list[Period], places: list[Jurisdiction], custodies: list[CustodyAccount]
    ) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        offered = {
            "period": [(one.key, one.label) for one in periods],
            "place": [(str(one.pk), one.name) for one in places],
            "custody": [
                ("", "全部专户"),
                *(
                    (str(one.pk), f"{one.get_fund_kind_display()} {one.name}（{one.number[-4:]}）")
                    for one in custodies
                ),
            ],
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        if len(places) == 1:
            del self.fields["place"]
        if not self.data.get("area"):
            del self.fields["area"]


@dataclass(frozen=True)
class Asked:
    """What the address asks for, and the form that shows it."""

    form: ScopeForm
    period: Period
    scope: Scope
    place: Jurisdiction
    area: Area | None = None

    @property
    def where(self) -> str:
        """What the statement is over, in words."""
        return self.area.name if self.area else self.place.name

    def query(self, **more: object) -> str:
        """The same question again, with more."""
        values: dict[str, object] = {"period": self.period.key, "place": self.scope.jurisdiction_id}
        if self.scope.custody_id is not None:
            values["custody"] = self.scope.custody_id
        if self.area is not None:
            values["area"] = self.area.pk
        return urlencode(values | more)


def asked_of(request: ActorRequest) -> Asked:
    """The period and books asked for; the last month and everything the actor sees where nothing is said.

    Raises: Http404 for a place or account that is not the actor's.
    """
    given = request.POST or request.GET
    today = timezone.localdate()
    places = list(Jurisdiction.objects.filter(pk__in=within(request.actor.jurisdiction_id)).order_by("level", "code"))
    by_id = {str(one.pk): one for one in places}
    own = by_id[str(request.actor.jurisdiction_id)]
    place = by_id.get(given.get("place", "") or str(own.pk))
    if place is None:
        raise Http404
    # A district's houses lie in its city's accounts unless it has some of its own.
    custodies = list(custodies_of(city_id_of(place.pk)))
    custody = next((one for one in custodies if str(one.pk) == given.get("custody")), None)
    if given.get("custody") and custody is None:
        raise Http404
    area = _area(request, given.get("area", ""))
    period = period_from(given.get("period", "")) or _usual(place, today=today)
    if period.first > today:
        period = month_of(today)
    shown = {"period": period.key, "place": str(place.pk), "custody": str(custody.pk) if custody else ""}
    shown["area"] = str(area.pk) if area else ""
    form = ScopeForm(shown, periods=_offered(period, today=today), places=places, custodies=custodies)
    scope = Scope(
        jurisdiction_id=place.pk, custody_id=custody.pk if custody else None, area_id=area.pk if area else None
    )
    return Asked(form, period, scope, place, area)


def _area(request: ActorRequest, text: str) -> Area | None:
    if not text:
        return None
    found = get_area(int(text), actor=request.actor) if text.isascii() and text.isdigit() and len(text) < 19 else None
    if found is None:
        raise Http404
    return found


def _usual(place: Jurisdiction, *, today: dt.date) -> Period:
    last = last_closed(city_id_of(place.pk))
    return last.period if last else month_of(today).month_before()


def _offered(period: Period, *, today: dt.date) -> list[Period]:
    months = [month_of(today)]
    while len(months) < _MONTHS:
        months.append(months[-1].month_before())
    years = [Period(today.year - back) for back in range(_YEARS)]
    found = [*years[:2], *months, *years[2:]]
    return found if period in found else [period, *found]


def ledger_url(*, code: str, first: dt.date, last: dt.date, custody_id: int, area_id: int | None) -> str:
    """The account's ledger (明细账) in a period, from which a reader goes on to the vouchers."""
    asked: dict[str, object] = {"code": code, "first": first, "last": last, "custody": custody_id}
    if area_id is not None:
        asked["book"] = area_id
    return f"{reverse('accounting:ledger')}?{urlencode(asked)}"
