"""户室管理: finding houses among a million by one condition and its value (搜索条件), and narrowing what was found.

Two ways, both of bounded work. Without a value the houses come in the order of an index, page after page from the key of
the last one. With a value at most `MOST_LISTED` matches are collected through the index of that condition, then sorted;
where there are more, the page says so and asks for another condition, for nobody reads page 500.
Source: manual 000 户室管理查询 (搜索条件及对应的名称).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, models, transaction
from django.db.models import Q, QuerySet

from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Building, House, Ownership
from upkeep.estate.models.house import doubled
from upkeep.estate.queries import visible_to
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor

#: So many matches of a value are collected at most; and so many houses are counted where there is none.
MOST_LISTED = 1_000
MOST_COUNTED = 10_000
MOST_EXPORTED = 20_000
#: Of so many the search box shows the first thirty.
MOST_BOXED = 300
#: A search for a single sign would find half the city, and no index helps with it.
SHORTEST = 2


class Criterion(models.TextChoices):
    """搜索条件: what the value is compared with."""

    AREA = "AREA", "小区名称或拼音首字母"
    BUILDING = "BUILDING", "楼栋"
    UNIT = "UNIT", "单元"
    ROOM = "ROOM", "房号"
    ADDRESS = "ADDRESS", "房屋坐落"
    OWNER = "OWNER", "业主姓名"


class TooShort(Refusal):
    """The value is too short to be searched for."""


@dataclass(frozen=True, kw_only=True)
class HouseSearch:
    """What houses are looked for. Empty conditions narrow nothing; `area` is a part of the name, or pinyin initials."""

    criterion: str = ""
    value: str = ""
    area: str = ""
    jurisdiction_id: int | None = None
    state: str = HouseState.ACTIVE.value
    use: str = ""
    nature: str = ""


@dataclass(frozen=True, kw_only=True)
class HousePage:
    """One page of houses, with building and area loaded. `count` is a lower bound where `is_exact` is false."""

    houses: list[House]
    count: int
    is_exact: bool
    next_key: str
    previous_key: str

    @property
    def listed_only(self) -> bool:
        """Whether only a part of the matches can be listed."""
        return not self.is_exact


#: Where a house stands in the order of the list: by area, then as the houses were entered.
_Key = tuple[int, int]


def search_houses(
    *, actor: Actor, wanted: HouseSearch, after: str = "", before: str = "", size: int = 20
) -> HousePage:
    """A page of the visible houses that match, from the key of a neighbouring page on.

    Raises: TooShort when the value of an address or a name has fewer than two signs.
    """
    area_ids = _area_ids(actor, wanted)
    if wanted.value.strip() and wanted.criterion in _MATCHERS:
        keys = _matches(area_ids, wanted, most=MOST_LISTED + 1)
        found = sorted(keys[:MOST_LISTED])
        page, has_before, has_after = _slice(found, _parse(after), _parse(before), size)
        count, is_exact = len(found), len(keys) <= MOST_LISTED
    else:
        page, has_before, has_after = _walk(area_ids, wanted, _parse(after), _parse(before), size)
        count = _narrowed(area_ids, wanted)[: MOST_COUNTED + 1].count()
        is_exact = count <= MOST_COUNTED
    return HousePage(
        houses=_load([house_id for _, house_id in page]),
        count=min(count, MOST_COUNTED),
        is_exact=is_exact,
        next_key=_text(page[-1]) if page and has_after else "",
        previous_key=_text(page[0]) if page and has_before else "",
    )


def houses_to_export(*, actor: Actor, wanted: HouseSearch) -> list[House]:
    """The same houses, at most `MOST_EXPORTED`, for a workbook. Raises: TooShort."""
    area_ids = _area_ids(actor, wanted)
    if wanted.value.strip() and wanted.criterion in _MATCHERS:
        keys = sorted(_matches(area_ids, wanted, most=MOST_EXPORTED))
    else:
        keys = list(_narrowed(area_ids, wanted).order_by("area_id", "pk").values_list("area_id", "pk")[:MOST_EXPORTED])
    return _load([house_id for _, house_id in keys])


def find_houses(*, actor: Actor, text: str) -> QuerySet[House]:
    """Visible live houses for the search box: every word is (part of) an area's name or initials, a building, a room
    number or part of an address. At most `MOST_BOXED`, in the order of the building table.

    1502 is a room or a building, never a part of an address: thousands of addresses hold those digits.
    """
    visible = list(visible_to(actor).values_list("pk", "name", "initials"))
    area_ids = [pk for pk, _, _ in visible]
    houses = House.objects.filter(area_id__in=area_ids, state=HouseState.ACTIVE)
    words = text.split()
    for word in words:
        named = [pk for pk, name, short in visible if word in name or short.startswith(word.lower())]
        match = Q(area_id__in=named) | Q(room=word) | _in_buildings(area_ids, word)
        is_address = len(word) >= SHORTEST and not word.isdecimal()
        houses = houses.filter(match | doubled(word) if is_address else match)
    found = _collect(houses, most=MOST_BOXED) if words else []
    collected = House.objects.filter(pk__in=[house_id for _, house_id in found])
    return collected.select_related("building", "area").order_by(
        "area__name", "building__order", "-floor", "unit", "room"
    )


def _area_ids(actor: Actor, wanted: HouseSearch) -> list[int]:
    """The ids of the visible areas that the search leaves, ascending. There are hundreds of them where houses are millions."""
    areas = visible_to(actor)
    if wanted.jurisdiction_id:
        areas = areas.filter(jurisdiction_id=wanted.jurisdiction_id)
    texts = [wanted.area, wanted.value if wanted.criterion == Criterion.AREA else ""]
    for text in (one.strip() for one in texts):
        if text:
            areas = areas.filter(named(text))
    return list(areas.order_by("pk").values_list("pk", flat=True))


def named(text: str) -> Q:
    """Areas whose name holds the text or whose pinyin initials begin with it."""
    return Q(name__icontains=text) | Q(initials__startswith=text.lower())


def _narrowed(area_ids: Sequence[int], wanted: HouseSearch) -> QuerySet[House]:
    houses = House.objects.filter(area_id__in=area_ids)
    same = {"state": wanted.state, "use": wanted.use, "nature": wanted.nature}
    return houses.filter(**{name: value for name, value in same.items() if value})


def _buildings(area_ids: Sequence[int], name: str) -> QuerySet[Building, int]:
    """Buildings people mean by 3, 3幢 or 3栋."""
    names = {name, *(f"{name}{ending}" for ending in ("幢", "栋", "号楼"))}
    return Building.objects.filter(area_id__in=area_ids, name__in=names).order_by().values_list("pk", flat=True)


def _in_buildings(area_ids: Sequence[int], value: str) -> Q:
    return Q(building_id__in=list(_buildings(area_ids, value)))


def _in_units(area_ids: Sequence[int], value: str) -> Q:
    bare = re.sub("单元$", "", value)
    return Q(unit__in=[bare, f"{bare}单元"])


def _at_address(area_ids: Sequence[int], value: str) -> Q:
    if len(value) < SHORTEST:
        raise TooShort("房屋坐落请至少输入两个字")
    return doubled(value)


def _of_owner(area_ids: Sequence[int], value: str) -> Q:
    if len(value) < SHORTEST:
        raise TooShort("业主姓名请至少输入两个字")
    own = Ownership.objects.filter(until__isnull=True, owner__name__startswith=value)
    return Q(pk__in=own.order_by().values("house_id"))


_MATCHERS = {
    Criterion.BUILDING.value: _in_buildings,
    Criterion.UNIT.value: _in_units,
    Criterion.ROOM.value: lambda area_ids, value: Q(room=value),
    Criterion.ADDRESS.value: _at_address,
    Criterion.OWNER.value: _of_owner,
}


def _matches(area_ids: Sequence[int], wanted: HouseSearch, *, most: int) -> list[_Key]:
    match = _MATCHERS[wanted.criterion](area_ids, wanted.value.strip())
    return _collect(_narrowed(area_ids, wanted).filter(match), most=most)


def _collect(houses: QuerySet[House], *, most: int) -> list[_Key]:
    """The keys of some of the houses, in no order.

    How many addresses hold a word cannot be known ahead; reading the whole table is never the quicker way.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        return list(houses.order_by().values_list("area_id", "pk")[:most])


def _slice(found: list[_Key], after: _Key | None, before: _Key | None, size: int) -> tuple[list[_Key], bool, bool]:
    """The page of sorted keys, and whether there are others before and after it."""
    if before is not None:
        end = sum(1 for key in found if key < before)
        start = max(0, end - size)
    else:
        start = sum(1 for key in found if after is not None and key <= after)
        end = start + size
    return found[start:end], start > 0, end < len(found)


def _walk(
    area_ids: Sequence[int], wanted: HouseSearch, after: _Key | None, before: _Key | None, size: int
) -> tuple[list[_Key], bool, bool]:
    """As `_slice`, along the index: the areas behind the key, and in its own area the houses behind it."""
    if before is not None:
        rest = _narrowed([pk for pk in area_ids if pk <= before[0]], wanted)
        rest = rest.filter(Q(area_id__lt=before[0]) | Q(pk__lt=before[1])).order_by("-area_id", "-pk")
        rows = list(rest.values_list("area_id", "pk")[: size + 1])
        return rows[:size][::-1], len(rows) > size, True
    rest = _narrowed([pk for pk in area_ids if after is None or pk >= after[0]], wanted)
    if after is not None:
        rest = rest.filter(Q(area_id__gt=after[0]) | Q(pk__gt=after[1]))
    rows = list(rest.order_by("area_id", "pk").values_list("area_id", "pk")[: size + 1])
    return rows[:size], after is not None, len(rows) > size


def _load(house_ids: Sequence[int]) -> list[House]:
    found = House.objects.select_related("building", "area").in_bulk(list(house_ids))
    return [found[pk] for pk in house_ids]


def _text(key: _Key) -> str:
    return f"{key[0]}-{key[1]}"


def _parse(text: str) -> _Key | None:
    """The key of an address; what is none begins at the first page."""
    found = re.fullmatch(r"([0-9]{1,19})-([0-9]{1,19})", text)
    return (int(found[1]), int(found[2])) if found else None
