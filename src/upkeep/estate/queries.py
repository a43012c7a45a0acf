"""Reading the register: which areas an actor sees, houses of a building, owners, sums for lists."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum

from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Area, Building, Facility, House, Ownership, Service
from upkeep.kernel.masking import mask_name
from upkeep.parties.actor import Actor
from upkeep.parties.lists import organisations_under
from upkeep.parties.models import Organisation, OrganisationKind
from upkeep.parties.queries import within
from upkeep.parties.roles import BANK, OFFICE

_SERVING: str = "serving"  # the cached property of Area that is filled ahead


def visible_to(actor: Actor) -> QuerySet[Area]:
    """The areas the actor may know of: staff those of the jurisdiction, an organisation its own, a bank none."""
    areas = Area.objects.all()
    if actor.has(*OFFICE):
        return areas.filter(jurisdiction_id__in=within(actor.jurisdiction_id))
    if actor.has(*BANK) or not actor.organisation_id:
        return areas.none()
    mine = actor.organisation_id
    return areas.filter(Q(developer_id=mine) | Q(pk__in=served_area_ids(mine)))


def served_area_ids(organisation_id: int) -> QuerySet[Service, int]:
    """The ids of the areas that an organisation serves or represents now, for `__in`."""
    return (
        Service.objects.filter(organisation_id=organisation_id, until__isnull=True)
        .order_by()
        .values_list("area_id", flat=True)
    )


def with_serving(areas: QuerySet[Area]) -> QuerySet[Area]:
    """The areas with those who serve them, read in one query for all (`Area.property_company`, `Area.committee`)."""
    in_force = Service.objects.filter(until__isnull=True).select_related("organisation")
    return areas.prefetch_related(Prefetch("services", queryset=in_force, to_attr=_SERVING))


def _on(services: QuerySet[Service], on: dt.date) -> QuerySet[Service]:
    return services.filter(Q(until__isnull=True) | Q(until__gt=on), since__lte=on)


def serves(*, organisation_id: int, area_id: int, on: dt.date) -> bool:
    """Whether the organisation serves or represents the area on a day."""
    return _on(Service.objects.filter(organisation_id=organisation_id, area_id=area_id), on).exists()


def areas_served(*, organisation_id: int, on: dt.date) -> QuerySet[Area]:
    """The areas that an organisation serves or represents on a day, by name."""
    mine = _on(Service.objects.filter(organisation_id=organisation_id), on)
    return Area.objects.filter(pk__in=mine.order_by().values("area_id")).order_by("name")


def current_service(*, area_id: int, kind: OrganisationKind) -> Service | None:
    """Who serves the area as that kind now."""
    open_ones = Service.objects.filter(area_id=area_id, kind=kind, until__isnull=True)
    return open_ones.select_related("organisation").first()


def services_of(area_id: int) -> list[Service]:
    """服务关系: everyone who served the area, the latest first."""
    rows = Service.objects.filter(area_id=area_id).select_related("organisation", "case", "begun_by", "ended_by")
    return list(rows.order_by("kind", F("until").desc(nulls_first=True), "-since", "-pk"))


def organisations_known_to(actor: Actor) -> QuerySet[Organisation]:
    """The organisations the office keeps for the actor: whoever may do business anywhere in the city, and of the owners'
    committees those of the areas he sees and those that have none yet."""
    in_office = Service.objects.filter(kind=OrganisationKind.OWNERS_COMMITTEE, until__isnull=True)
    seen = visible_to(actor).values("pk")
    elsewhere = in_office.exclude(area_id__in=seen).values("organisation_id")
    here = in_office.filter(area_id__in=seen).values("organisation_id")
    committees = Q(kind=OrganisationKind.OWNERS_COMMITTEE, pk__in=elsewhere) & ~Q(pk__in=here)
    return organisations_under(actor).exclude(committees)


def get_area(area_id: int, *, actor: Actor) -> Area | None:
    """The area if the actor sees it."""
    return visible_to(actor).select_related("jurisdiction", "developer").filter(pk=area_id).first()


def area_list(*, actor: Actor, text: str = "", jurisdiction_id: int | None = None) -> QuerySet[Area]:
    """Visible areas by name, number, address or pinyin initials, with counts of buildings and houses."""
    areas = with_serving(visible_to(actor)).select_related("jurisdiction", "developer")
    if text := text.strip():
        areas = areas.filter(
            Q(name__icontains=text)
            | Q(number__startswith=text.upper())
            | Q(address__icontains=text)
            | Q(initials__startswith=text.lower())
        )
    if jurisdiction_id:
        areas = areas.filter(jurisdiction_id=jurisdiction_id)
    active = Q(houses__state=HouseState.ACTIVE)
    return areas.annotate(house_count=Count("houses", filter=active)).order_by("-created_at", "pk")


def area_exists(*, jurisdiction_id: int, name: str) -> bool:
    """Whether the district has an area of that name."""
    return Area.objects.filter(jurisdiction_id=jurisdiction_id, name=name).exists()


def areas_of(organisation_id: int) -> QuerySet[Area]:
    """The areas that an organisation developed, serves or represents."""
    return Area.objects.filter(Q(developer_id=organisation_id) | Q(pk__in=served_area_ids(organisation_id))).order_by(
        "name"
    )


@dataclass(frozen=True)
class BuildingCount:
    """A building and how many live houses it has, for the list beside the building table."""

    building: Building
    houses: int
    area_dm2: int


def buildings_of(area_id: int) -> list[BuildingCount]:
    """The buildings of an area with their counts, in order."""
    active = Q(houses__state=HouseState.ACTIVE)
    found = Building.objects.filter(area_id=area_id).annotate(
        live=Count("houses", filter=active), total_dm2=Sum("houses__area_dm2", filter=active, default=0)
    )
    return [BuildingCount(one, one.live, one.total_dm2) for one in found.order_by("order", "name")]


def houses_of_building(building_id: int) -> list[House]:
    """The houses of a building, cancelled ones too, in the order of the building table; those split or merged have made
    way for others.
    """
    replaced = (HouseState.SPLIT, HouseState.MERGED)
    houses = House.objects.filter(building_id=building_id).exclude(state__in=replaced).select_related("building")
    return list(houses.order_by("-floor", "unit", "room"))


def houses_of_area(area_id: int) -> list[House]:
    """The live houses of an area with their buildings, in the order of the building table."""
    return list(
        House.objects.filter(area_id=area_id, state=HouseState.ACTIVE)
        .select_related("building")
        .order_by("building__order", "building__name", "-floor", "unit", "room")
    )


def find_houses(*, actor: Actor, text: str) -> QuerySet[House]:
    """Visible live houses whose address, or building and room, holds the words. A trigram index answers."""
    words = text.split()
    houses = House.objects.filter(area__in=visible_to(actor), state=HouseState.ACTIVE)
    for word in words:
        houses = houses.filter(Q(address__icontains=word) | Q(room=word) | Q(building__name=word) | Q(area__name=word))
    return houses.select_related("building", "area").order_by(
        "area__name", "building__order", "-floor", "unit", "room"
    )


def owner_names(house_ids: list[int], *, masked: bool = True) -> dict[int, str]:
    """The names of the present owners by house; co-owners joined. Masked unless the caller may see them whole."""
    found: dict[int, list[str]] = {}
    rows = Ownership.objects.filter(house_id__in=house_ids, until__isnull=True).order_by("pk")
    for house_id, name in rows.values_list("house_id", "owner__name"):
        found.setdefault(house_id, []).append(mask_name(name) if masked else name)
    return {house_id: "、".join(names) for house_id, names in found.items()}


def current_ownerships(house_ids: list[int]) -> dict[int, list[Ownership]]:
    """The present ownerships by house, owners loaded."""
    found: dict[int, list[Ownership]] = {}
    rows = Ownership.objects.filter(house_id__in=house_ids, until__isnull=True).select_related("owner").order_by("pk")
    for ownership in rows:
        found.setdefault(ownership.house_id, []).append(ownership)
    return found


def facilities_of(area_id: int) -> QuerySet[Facility]:
    """The facilities of an area with their places."""
    return (
        Facility.objects.filter(area_id=area_id)
        .select_related("building")
        .order_by(F("building__order"), "unit", "name")
    )


def areas_to_ask_for(*, district_id: int, developer: str) -> QuerySet[Area]:
    """The areas of a district whose developer goes by that name, for those who ask to be joined to them."""
    found = Area.objects.filter(jurisdiction_id=district_id, developer__name__icontains=developer.strip())
    return found.select_related("jurisdiction", "developer").order_by("developer__name", "name")


def areas_in_city(*, city_id: int, text: str = "") -> QuerySet[Area]:
    """The areas of a city and its districts by name, for those who say which of them is theirs; no figures, no people."""
    areas = Area.objects.filter(jurisdiction_id__in=within(city_id)).select_related("jurisdiction").order_by("name")
    if text := text.strip():
        areas = areas.filter(Q(name__icontains=text) | Q(initials__startswith=text.lower()))
    return areas


def areas_with_houses(*, developer_id: int) -> QuerySet[Area]:
    """The areas that an organisation developed and that have a house table, by name."""
    live = House.objects.filter(area=OuterRef("pk"), state=HouseState.ACTIVE)
    return Area.objects.filter(Exists(live), developer_id=developer_id).order_by("name")


def building_names(area_id: int) -> set[str]:
    """The names of an area's buildings."""
    return set(Building.objects.filter(area_id=area_id).values_list("name", flat=True))


def houses_dm2(area_id: int) -> int:
    """The floor area of all live houses of an area together, in 0.01 m²."""
    live = House.objects.filter(area_id=area_id, state=HouseState.ACTIVE)
    return int(live.aggregate(total=Sum("area_dm2", default=0))["total"])


def live_houses_of(building_ids: Collection[int]) -> list[House]:
    """The live houses of some buildings, in the order of the building table."""
    houses = House.objects.filter(building_id__in=building_ids, state=HouseState.ACTIVE).select_related("building")
    return list(houses.order_by("building__order", "building__name", "-floor", "unit", "room"))
