"""欠交登记 (D8): which houses' balances lie below the city's part of their first deposit (165号令 第十七条), and since when.

At night they are all gone through, some thousands at a time; money that comes in takes a house off at once.
"""

import datetime as dt
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.functional import cached_property

from upkeep.banking.models import SlipState
from upkeep.books import sub_accounts
from upkeep.deposits.due import Due, due_of, known_of
from upkeep.deposits.models import Arrears, FurtherShare
from upkeep.estate.models import Area, House
from upkeep.estate.queries import visible_to
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.policy.deposit_standard import deposit_standard
from upkeep.policy.further_rule import FIRST_STANDARD, FurtherRule, further_rules
from upkeep.policy.models import PolicyKind
from upkeep.policy.queries import NoPolicy

log = logging.getLogger(__name__)

#: So many houses are gone through in one statement, which ends in a fraction of what the serving role may take for one.
BATCH = 20_000
_TABLE_ORDER = ("house__building__order", "house__building__name", "-house__floor", "house__unit", "house__room")
_REGISTER = f"""
with rule as (select * from unnest(%(places)s::bigint[], %(percents)s::int[]) as r (jurisdiction_id, percent)),
below as (
    select h.id, h.area_id, h.first_deposit_due_fen, rule.percent, b.balance_fen
    from estate_house h
    join estate_area a on a.id = h.area_id
    join rule on rule.jurisdiction_id = a.jurisdiction_id
    join {sub_accounts.BALANCES} b on b.house_id = h.id
    where h.state = 'ACTIVE' and h.first_deposit_due_fen > 0
      and b.balance_fen * 100 < h.first_deposit_due_fen * rule.percent
      -- said of the balances too: the planner does not carry it into their sums, and would add up the whole city
      and h.id = any (%(houses)s::bigint[]) and b.house_id = any (%(houses)s::bigint[])
),
gone as (
    update deposits_arrears d set left_on = %(on)s
    where d.left_on is null and d.house_id = any (%(houses)s::bigint[])
      and not exists (select from below where below.id = d.house_id)
    returning 1
),
found as (
    insert into deposits_arrears (house_id, area_id, since, percent, first_due_fen, balance_fen)
    select b.id, b.area_id, %(on)s, b.percent, b.first_deposit_due_fen, b.balance_fen from below b
    where not exists (select from deposits_arrears d where d.house_id = b.id and d.left_on is null)
    on conflict (house_id) where left_on is null do nothing
    returning 1
)
select (select count(*) from below), (select count(*) from found), (select count(*) from gone)
"""


#: Of thousands of houses everything is read once and matched. Going from house to house is never quicker there, and ruinous
#: in the night that fills the register: the planner takes it for empty, and looks through what has been entered for every house.
#: The setting lasts until the transaction ends, so there must be one.
_LOOPS = "select set_config('enable_nestloop', %s, true)"
_FEW = 1_000
_PERCENTS = """
select a.id, coalesce((
    select (p.value ->> 'percent')::int
    from unnest(array[j.id, j.parent_id, above.parent_id]) with ordinality as line (id, far)
    join policy_policy p on p.jurisdiction_id = line.id
    where p.kind = %s and p.scope = '' and p.in_force @> %s::date
    order by line.far limit 1
), %s)
from estate_area a
join parties_jurisdiction j on j.id = a.jurisdiction_id
left join parties_jurisdiction above on above.id = j.parent_id
where a.id = any (%s::bigint[])
"""


def percents_of(area_ids: Collection[int], *, on: dt.date) -> dict[int, int]:
    """Below which part of its first deposit a house of each area is in arrears on a day, by area. One query: the building
    table asks it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PERCENTS, [PolicyKind.FURTHER_RULE, on, FurtherRule().percent, list(area_ids)])
        return dict(cursor.fetchall())


@dataclass(frozen=True)
class Found:
    """What a night brought: houses in arrears now, those new to the register, those that left it."""

    now: int
    entered: int
    left: int

    def __add__(self, other: "Found") -> "Found":
        return Found(self.now + other.now, self.entered + other.entered, self.left + other.left)


def register_arrears(*, on: dt.date, house_ids: Collection[int] | None = None) -> Found:
    """Bring the register up to date, for all houses or for some; the same again changes nothing.

    All houses are gone through in batches, each a transaction of its own: what is done stays done if the night is broken off.
    """
    places = list(Area.objects.order_by().values_list("jurisdiction_id", flat=True).distinct())
    rules = further_rules(places, on=on)
    if house_ids is not None:
        return _register(house_ids, rules, on=on)
    found, seen = Found(now=0, entered=0, left=0), 0
    for batch in _batches():
        found += _register(batch, rules, on=on)
        seen += len(batch)
        log.info("gone_through=%s in_arrears=%s entered=%s left=%s", seen, found.now, found.entered, found.left)
    return found


def _batches() -> Iterator[list[int]]:
    """All houses, area by area; an area that is larger than a batch is not divided."""
    counts = House.objects.order_by("area_id").values_list("area_id").annotate(houses=Count("pk"))
    areas: list[int] = []
    waiting = 0
    for area_id, houses in list(counts):
        if areas and waiting + houses > BATCH:
            yield _houses_of(areas)
            areas, waiting = [], 0
        areas.append(area_id)
        waiting += houses
    if areas:
        yield _houses_of(areas)


def _houses_of(area_ids: Sequence[int]) -> list[int]:
    return list(House.objects.filter(area_id__in=area_ids).order_by().values_list("pk", flat=True))


def _register(house_ids: Collection[int], rules: Mapping[int, FurtherRule], *, on: dt.date) -> Found:
    values: dict[str, Any] = {
        "places": list(rules),
        "percents": [rule.percent for rule in rules.values()],
        "on": on,
        "houses": list(house_ids),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOOPS, ["off" if len(house_ids) > _FEW else "on"])
        cursor.execute(_REGISTER, values)
        found = Found(*cursor.fetchone())
        cursor.execute(_LOOPS, ["on"])
    return found


def in_arrears(actor: Actor) -> QuerySet[Arrears]:
    """The houses now in arrears of the areas that the actor sees."""
    return Arrears.objects.filter(left_on__isnull=True, area__in=visible_to(actor).values("pk"))


def since_when(house_ids: Collection[int]) -> dict[int, dt.date]:
    """Since when each of the houses has been in arrears, by house id; those that are not are left out."""
    open_ones = Arrears.objects.filter(house_id__in=house_ids, left_on__isnull=True)
    return dict(open_ones.values_list("house_id", "since"))


def arrears_of_house(house_id: int) -> list[Arrears]:
    """The house's history in the register, the latest first."""
    return list(Arrears.objects.filter(house_id=house_id).order_by("-since", "-pk"))


@dataclass(frozen=True)
class Owed:
    """What a house in arrears is to pay, in fen, and why so much."""

    amount_fen: int
    why: str


@dataclass(frozen=True, kw_only=True)
class InArrears:
    """One house of the register with its balance of today and what it is to pay."""

    entry: Arrears
    house: House
    balance_fen: int
    owed: Owed

    @property
    def percent(self) -> int:
        """The balance in whole percent of the first deposit, rounded down."""
        return self.balance_fen * 100 // self.entry.first_due_fen


class Reckoning:
    """What houses owe: by the running plan where there is one, else by the city's rule for none."""

    def __init__(self, houses: Sequence[House], *, on: dt.date) -> None:
        """Areas and buildings of the houses are loaded. A few queries, and four for each district they lie in."""
        self.on = on
        self.planned = _unpaid_shares([house.pk for house in houses])
        self.by_place: dict[int, list[House]] = {}
        for house in houses:
            self.by_place.setdefault(house.area.jurisdiction_id, []).append(house)
        self.rules = further_rules(list(self.by_place), on=on)

    @cached_property
    def _standard_dues(self) -> Mapping[int, Due]:
        """By the standard of first deposits, where the district's rule asks for it."""
        found: dict[int, Due] = {}
        for place, houses in self.by_place.items():
            if self.rules[place].without_plan == FIRST_STANDARD:
                found |= standard_dues(houses, jurisdiction_id=place, on=self.on)
        return found

    def owed(self, house: House, *, balance_fen: int, first_due_fen: int) -> Owed:
        """Up to the first deposit's level where the standard names nothing for the house."""
        if house.pk in self.planned:
            return Owed(self.planned[house.pk], "按已确定的续交方案尚未交存的金额")
        if due := self._standard_dues.get(house.pk):
            return Owed(due.amount_fen, f"没有续交方案，按现行首期交存标准（{due.rule}）")
        why = f"没有续交方案，补足至首期应交金额 {yuan(first_due_fen)} 元"
        return Owed(max(first_due_fen - balance_fen, 0), why)


def standard_dues(houses: Sequence[House], *, jurisdiction_id: int, on: dt.date) -> dict[int, Due]:
    """What houses of one district would have to pay at first by the standard in force; those no row fits are left out."""
    try:
        standard = deposit_standard(jurisdiction_id=jurisdiction_id, on=on)
    except NoPolicy:
        return {}
    known = known_of(houses, standard)
    found = ((house.pk, due_of(house, standard, known)) for house in houses)
    return {pk: due for pk, due in found if due is not None}


def _unpaid_shares(house_ids: Collection[int]) -> dict[int, int]:
    """What running plans still ask of the houses, in fen by house id."""
    open_ones = FurtherShare.objects.filter(house_id__in=house_ids, plan__ended_at__isnull=True)
    unpaid = open_ones.exclude(slip__state=SlipState.PAID).order_by()
    return dict(unpaid.values_list("house_id").annotate(total=Sum("amount_fen")))


def houses_in_arrears(
    areas: Sequence[Area], *, on: dt.date, house_ids: Collection[int] | None = None
) -> list[InArrears]:
    """The houses of some areas in arrears, in the order of the building table; of all, or of the houses named."""
    entries = Arrears.objects.filter(area__in=areas, left_on__isnull=True).select_related("house__building", "area")
    if house_ids is not None:
        entries = entries.filter(house_id__in=house_ids)
    ordered = list(entries.order_by("area_id", *_TABLE_ORDER))
    for entry in ordered:
        entry.house.area = entry.area
    houses = [entry.house for entry in ordered]
    balances = sub_accounts.balances([house.pk for house in houses])
    reckoning = Reckoning(houses, on=on)
    found = []
    for entry in ordered:
        balance_fen = balances[entry.house_id].balance_fen
        first_due_fen = entry.house.first_deposit_due_fen or entry.first_due_fen
        owed = reckoning.owed(entry.house, balance_fen=balance_fen, first_due_fen=first_due_fen)
        found.append(InArrears(entry=entry, house=entry.house, balance_fen=balance_fen, owed=owed))
    return found


@dataclass(frozen=True)
class AreaArrears:
    """An area with houses in arrears: how many, what they should have and have, what they are to pay, since when."""

    area: Area
    houses: int
    first_due_fen: int
    balance_fen: int
    owed_fen: int
    since: dt.date


def arrears_by_area(areas: Sequence[Area], *, on: dt.date) -> list[AreaArrears]:
    """The areas of one page, in their order; those without arrears are left out."""
    by_area: dict[int, list[InArrears]] = {}
    for one in houses_in_arrears(areas, on=on):
        by_area.setdefault(one.entry.area_id, []).append(one)
    return [_together(area, by_area[area.pk]) for area in areas if area.pk in by_area]


def _together(area: Area, found: Sequence[InArrears]) -> AreaArrears:
    return AreaArrears(
        area=area,
        houses=len(found),
        first_due_fen=sum(one.entry.first_due_fen for one in found),
        balance_fen=sum(one.balance_fen for one in found),
        owed_fen=sum(one.owed.amount_fen for one in found),
        since=min(one.entry.since for one in found),
    )


def areas_in_arrears(actor: Actor, *, text: str = "") -> QuerySet[Area]:
    """The visible areas that have houses in arrears, the most houses first."""
    now = Q(arrears__isnull=False, arrears__left_on__isnull=True)
    if text := text.strip():
        now &= Q(name__icontains=text) | Q(initials__startswith=text.lower())
    areas = visible_to(actor).select_related("jurisdiction").filter(now)
    return areas.annotate(in_arrears=Count("arrears")).order_by("-in_arrears", "pk")


def arrears_count(actor: Actor) -> int:
    """How many houses that the actor sees are in arrears."""
    return in_arrears(actor).count()
