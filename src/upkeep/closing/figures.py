"""The figures behind the authority's dashboard (Q8): money, arrears and cases of every district, by month.

A fixed number of queries whatever the city's size; all of them follow an index or go once through sums that are kept.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Case as Chosen
from django.db.models import Count, F, IntegerField, Sum, Value, When

from upkeep.banking.models import CustodyAccount
from upkeep.books.figures import MonthFigures, by_month
from upkeep.casework.models import Case
from upkeep.casework.states import State
from upkeep.deposits.models import Arrears
from upkeep.estate.models import Area
from upkeep.kernel.dates import day_of, start_of
from upkeep.parties.models import Jurisdiction
from upkeep.parties.queries import within

#: Cases under way are told apart by the days since they were handed in: up to so many, and more.
AGES = (3, 10, 30)
UNDER_WAY = (State.SUBMITTED, State.IN_REVIEW, State.RETURNED)


@dataclass(frozen=True, kw_only=True)
class ArrearsFigures:
    """欠交 now: houses below the city's part of their first deposit, and what they lack of it, in fen."""

    houses: int = 0
    lacking_fen: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseFigures:
    """业务单 of a place: how many in each state, and those under way by age (0: up to 3 days … 3: more than 30)."""

    by_state: dict[State, int] = field(default_factory=dict)
    by_age: tuple[int, ...] = (0,) * (len(AGES) + 1)

    @property
    def under_way(self) -> int:
        return sum(self.by_age)


@dataclass(frozen=True, kw_only=True)
class PlaceFigures:
    """One district (or the city itself, for what belongs to no district) with its months, oldest first."""

    place: Jurisdiction
    areas: int
    months: tuple[MonthFigures, ...]
    arrears: ArrearsFigures
    cases: CaseFigures

    @property
    def balance_fen(self) -> int:
        """What lies in bank, bonds and cash at the end of the last month."""
        return self.months[-1].balance_fen if self.months else 0

    @property
    def inflow_fen(self) -> int:
        return sum(one.inflow_fen for one in self.months)

    @property
    def outflow_fen(self) -> int:
        return sum(one.outflow_fen for one in self.months)


def figures_of(*, jurisdiction_id: int, first: dt.date, last: dt.date, at: dt.datetime) -> list[PlaceFigures]:
    """Every place under a jurisdiction, in the order of codes, from the month of `first` to that of `last`. Six queries.

    Each area counts for its own district, each custody account's own book for the account's jurisdiction: the places
    together are the city, and together they are 会住维02表 of the same months.
    """
    places = list(Jurisdiction.objects.filter(pk__in=within(jurisdiction_id)).order_by("level", "code"))
    ids = [one.pk for one in places]
    areas = list(Area.objects.filter(jurisdiction_id__in=ids).values_list("pk", "jurisdiction_id"))
    accounts = list(CustodyAccount.objects.filter(jurisdiction_id__in=ids).values_list("pk", "jurisdiction_id"))
    months: defaultdict[int, list[MonthFigures]] = defaultdict(list)
    for one in by_month(books=[*areas, *accounts], first=first, last=last):
        months[one.place].append(one)
    counted: defaultdict[int, int] = defaultdict(int)
    for _, place in areas:
        counted[place] += 1
    arrears, cases = _arrears(ids), _cases(ids, at=at)
    return [
        PlaceFigures(
            place=place,
            areas=counted[place.pk],
            months=tuple(months[place.pk]),
            arrears=arrears.get(place.pk, ArrearsFigures()),
            cases=cases.get(place.pk, CaseFigures()),
        )
        for place in places
        if months[place.pk] or place.pk in cases or counted[place.pk]
    ]


def _arrears(places: list[int]) -> dict[int, ArrearsFigures]:
    rows = (
        Arrears.objects.filter(left_on__isnull=True, area__jurisdiction_id__in=places)
        .order_by()
        .values("area__jurisdiction_id")
        .annotate(houses=Count("pk"), lacking=Sum(F("first_due_fen") - F("balance_fen")))
    )
    return {
        row["area__jurisdiction_id"]: ArrearsFigures(houses=row["houses"], lacking_fen=row["lacking"]) for row in rows
    }


def _cases(places: list[int], *, at: dt.datetime) -> dict[int, CaseFigures]:
    today = start_of(day_of(at))
    age = Chosen(
        *(
            When(submitted_at__gte=today - dt.timedelta(days=most), then=Value(place))
            for place, most in enumerate(AGES)
        ),
        default=Value(len(AGES)),
        output_field=IntegerField(),
    )
    rows = (
        Case.objects.filter(jurisdiction_id__in=places)
        .order_by()
        .values("jurisdiction_id", "state", age=age)
        .annotate(count=Count("pk"))
    )
    states: defaultdict[int, defaultdict[State, int]] = defaultdict(lambda: defaultdict(int))
    ages: defaultdict[int, list[int]] = defaultdict(lambda: [0] * (len(AGES) + 1))
    for row in rows:
        state = State(row["state"])
        states[row["jurisdiction_id"]][state] += row["count"]
        if state in UNDER_WAY:
            ages[row["jurisdiction_id"]][row["age"]] += row["count"]
    return {place: CaseFigures(by_state=dict(found), by_age=tuple(ages[place])) for place, found in states.items()}
