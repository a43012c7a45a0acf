"""Houses of a building as cells of the building table (楼盘表), coloured by how they stand with their deposit."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from django.http import Http404
from django.utils import timezone

from upkeep.deposits.queries import DepositState, standings
from upkeep.estate.grid import BuildingGrid, Cell, GridState, lay_out
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Building, House
from upkeep.estate.queries import BuildingCount, houses_of_building, owner_names
from upkeep.kernel.money import yuan
from upkeep.web.building_table import BuildingLink

_COLOUR = {
    DepositState.NONE: GridState.UNPAID,
    DepositState.WAITING: GridState.BUSY,
    DepositState.PAID: GridState.PAID,
    DepositState.ARREARS: GridState.LOW,
}


def open_building(buildings: Sequence[BuildingCount], asked: str) -> Building:
    """The building asked for in the address, or the first. Raises: Http404 when the area has none of that id."""
    if not buildings:
        raise Http404
    if not asked:
        return buildings[0].building
    found = [one.building for one in buildings if str(one.building.pk) == asked]
    if not found:
        raise Http404
    return found[0]


def building_grid(building: Building, *, blocked: Mapping[int, str] | None = None) -> BuildingGrid:
    """The drawing of a building. `blocked` names houses that cannot be chosen, with the reason. Few queries."""
    houses = houses_of_building(building.pk)
    owners = owner_names([house.pk for house in houses])
    stand = standings(houses, on=timezone.localdate())
    blocked = blocked or {}
    return lay_out(
        building=building.name,
        cells=[
            _cell(
                house, owners.get(house.pk, ""), _COLOUR[stand[house.pk].state], stand[house.pk].balance_fen, blocked
            )
            for house in houses
        ],
    )


def bare_grid(building: Building, *, blocked: Mapping[int, str], paid: Collection[int]) -> BuildingGrid:
    """The drawing for whoever sees nothing of the area's owners and balances: a unit that sold houses there. `paid` are the
    houses for which it has paid in (售房单位交存).
    """
    return lay_out(
        building=building.name, cells=[_bare(one, blocked, paid) for one in houses_of_building(building.pk)]
    )


def _bare(house: House, blocked: Mapping[int, str], paid: Collection[int]) -> Cell:
    state = GridState.PAID if house.pk in paid else GridState.BUSY if house.pk in blocked else GridState.UNPAID
    return replace(_cell(house, "", state, 0, blocked), note="")


def _cell(house: House, owner: str, state: GridState, balance_fen: int, blocked: Mapping[int, str]) -> Cell:
    cancelled = house.state == HouseState.CANCELLED
    return Cell(
        house_id=house.pk,
        label=house.room,
        unit=house.unit_name,
        floor=house.floor,
        area_dm2=house.area_dm2,
        state=GridState.CANCELLED if cancelled else state,
        owner_masked=owner,
        use=f"{house.get_use_display()} · {house.get_nature_display()}",
        note=f"余额 {yuan(balance_fen)} 元",
        selectable=not cancelled and house.pk not in blocked,
        why_not="已注销" if cancelled else blocked.get(house.pk, ""),
    )


def building_links(
    buildings: Sequence[BuildingCount], *, base: str, now: Building, chosen: Mapping[int, int] | None = None
) -> list[BuildingLink]:
    """The list at the left. `chosen`: how many houses of each building are chosen already."""
    return [
        BuildingLink(
            name=one.building.name,
            url=f"{base}?building={one.building.pk}",
            house_count=one.houses,
            chosen_count=(chosen or {}).get(one.building.pk, 0),
            is_open=one.building.pk == now.pk,
        )
        for one in buildings
    ]
