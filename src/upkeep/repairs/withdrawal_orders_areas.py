"""小区 and 自然幢 cards of a withdrawal order: what can share, and what is saved already."""

from dataclasses import dataclass

from django.db.models import Count, Q, Sum

from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.estate.kinds import HouseNature, HouseState
from upkeep.estate.models import Area, Building
from upkeep.parties.actor import Actor
from upkeep.repairs.queries import areas_to_start_in
from upkeep.repairs.withdrawal_orders_draft import saved_in_buildings, ticked

_CAN_SHARE = Q(houses__state=HouseState.ACTIVE, houses__nature=HouseNature.COMMODITY)


@dataclass(frozen=True, kw_only=True)
class AreaCard:
    """A 小区 with its commodity houses; area in 0.01 m²."""

    area: Area
    buildings: int
    houses: int
    area_dm2: int


@dataclass(frozen=True, kw_only=True)
class BuildingCard:
    """A 自然幢 with its commodity houses, how many of them are saved, and whether it is ticked."""

    building: Building
    houses: int
    area_dm2: int
    saved: int
    is_ticked: bool


def cards_for(actor: Actor) -> list[AreaCard]:
    """The areas of the company, by name. Two queries."""
    areas = list(areas_to_start_in(actor))
    counted = (
        Building.objects.filter(area__in=areas)
        .values("area_id")
        .annotate(
            buildings=Count("pk", distinct=True, filter=_CAN_SHARE),
            live=Count("houses", filter=_CAN_SHARE),
            dm2=Sum("houses__area_dm2", filter=_CAN_SHARE, default=0),
        )
        .order_by()
    )
    of_area = {row["area_id"]: row for row in counted}
    none = {"buildings": 0, "live": 0, "dm2": 0}
    return [
        AreaCard(area=area, buildings=row["buildings"], houses=row["live"], area_dm2=row["dm2"])
        for area in areas
        for row in (of_area.get(area.pk, none),)
    ]


def building_cards(case: Case) -> list[BuildingCard]:
    """The buildings of the order's area in order."""
    saved, marked = saved_in_buildings(case), set(ticked(case))
    found = (
        Building.objects.filter(area_id=register[case.procedure].area_id(case) or 0)
        .annotate(live=Count("houses", filter=_CAN_SHARE), dm2=Sum("houses__area_dm2", filter=_CAN_SHARE, default=0))
        .order_by("order", "name")
    )
    return [
        BuildingCard(building=one, houses=one.live, area_dm2=one.dm2, saved=saved[one.pk], is_ticked=one.pk in marked)
        for one in found
    ]
