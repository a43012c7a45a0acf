"""维修资金查询 and 进入我的小区 (P2): what anyone may find without an account, and how he proves that a house is his."""

import re
from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.utils.crypto import constant_time_compare

from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Area, House, Ownership
from upkeep.estate.models.house import doubled
from upkeep.kernel.money import half_width
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.queries import within


@dataclass(frozen=True)
class Place:
    """A house as its owner names it: 江南名邸, 3幢, 1单元, 501."""

    area: str
    building: str
    unit: str
    room: str

    @property
    def key(self) -> str:
        """The same for the same house, however it was typed."""
        return "/".join((_tidy(self.area), bare(self.building), bare(self.unit), bare(self.room)))


def _tidy(text: str) -> str:
    return re.sub(r"\s", "", half_width(text)).upper()


def bare(text: str) -> str:
    """3号楼, 3栋 and 3幢 are one building to those who live there; so are 1单元 and 1, 501室 and 501."""
    return re.sub(r"(号楼|栋|幢|楼|座|单元|室|号)$", "", _tidy(text))


def find_house(place: Place, *, city_id: int) -> House | None:
    """The one live house that goes by these names in the city; None when there is none, or more than one. One query."""
    named = House.objects.filter(
        Q(room=place.room) | Q(room=bare(place.room)) | Q(room=f"{bare(place.room)}室"),
        area__name=_tidy(place.area),
        area__jurisdiction_id__in=within(city_id),
        state=HouseState.ACTIVE,
    ).select_related("area", "building")
    found = [
        house
        for house in named[:500]
        if bare(house.building.name) == bare(place.building) and bare(house.unit) == bare(place.unit)
    ]
    return found[0] if len(found) == 1 else None


def _owners(house: House | None) -> list[Ownership]:
    """Who owns the house now. A house that is not there asks the same question of the database."""
    house_id = house.pk if house else 0
    return list(Ownership.objects.filter(house_id=house_id, until__isnull=True).select_related("owner").order_by("pk"))


def belongs_to(house: House | None, *, name: str, id_tail: str) -> bool:
    """Whether one of the owners has this name and an ID number that ends with these six characters."""
    proved = False
    for ownership in _owners(house):
        owner = ownership.owner
        same_name = constant_time_compare(_tidy(owner.name).encode(), _tidy(name).encode())
        same_tail = constant_time_compare(owner.id_number[-6:].upper().encode(), _tidy(id_tail).encode())
        proved |= same_name and same_tail and len(id_tail) == 6
    return proved


def has_phone(house: House | None, phone: str) -> bool:
    """Whether this is the telephone of one of the owners."""
    wanted = lookup_hash(phone)
    return any([constant_time_compare(ownership.owner.phone_hash, wanted) for ownership in _owners(house)])


def is_unowned(house: House) -> bool:
    """Whether nobody is recorded as the owner of the house."""
    return not _owners(house)


#: 1幢501 is two things to look for: what follows the sign of a building or a unit is a word of its own.
_AFTER = re.compile(r"(号楼|幢|栋|座|单元)(?=[0-9A-Za-z])")
#: So many matches are put in order; whoever finds more than are listed has to say more anyway.
_MOST_SORTED = 200


def words_of(address: str) -> list[str]:
    """What an address is looked for by: 江南名邸1幢501 -> 江南名邸1幢, 501. At most six."""
    return _AFTER.sub(r"\1 ", half_width(address)).split()[:6]


def houses_by_address(text: str, *, city_id: int, most: int) -> list[House]:
    """Live houses of the city whose address holds all the words, at most `most` of them, by address: what a visitor
    finds without an account (manual 002 快捷服务). Only the address may be shown of them. Two queries.
    """
    houses = House.objects.filter(area__jurisdiction_id__in=within(city_id), state=HouseState.ACTIVE)
    words = words_of(text)
    for word in words:
        houses = houses.filter(doubled(word))
    ids = list(houses.order_by().values_list("pk", flat=True)[:_MOST_SORTED]) if words else []
    found = House.objects.filter(pk__in=ids).select_related("area", "building")
    return list(found.order_by("area__name", "building__order", "unit", "floor", "room", "pk")[:most])


def open_house(house_id: int, *, city_id: int) -> House | None:
    """A live house of the city."""
    found = House.objects.filter(pk=house_id, area__jurisdiction_id__in=within(city_id), state=HouseState.ACTIVE)
    return found.select_related("area", "building").first()


@dataclass(frozen=True)
class AreaFacts:
    """小区概况: figures of an area that name nobody."""

    buildings: int
    houses: int
    area_dm2: int
    lifts: int


def facts_of(area: Area) -> AreaFacts:
    """Counts over the live houses of the area. Two queries."""
    sums = House.objects.filter(area=area, state=HouseState.ACTIVE).aggregate(
        count=Count("pk"), area_dm2=Sum("area_dm2", default=0)
    )
    buildings = area.buildings.aggregate(count=Count("pk"), lifts=Count("pk", filter=Q(has_lift=True)))
    return AreaFacts(buildings["count"], sums["count"], sums["area_dm2"], buildings["lifts"])
