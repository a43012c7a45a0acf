"""Choosing houses on the building table, as a page of filling in a case."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from upkeep.casework.models import Case
from upkeep.casework.pages import HousesPage
from upkeep.casework.procedure import register
from upkeep.deposits.unit_accounts import accounts_behind
from upkeep.estate import house_choice, queries
from upkeep.estate.grid import BuildingGrid
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Building, House
from upkeep.estate.queries import visible_to
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.web.access import ActorRequest
from upkeep.web.building_table import chosen_ids
from upkeep.web.cases.reach import page_url
from upkeep.web.estate.table import bare_grid, building_grid, building_links, open_building


def choice_context(request: ActorRequest, case: Case) -> dict[str, Any]:
    """What the page of the building table needs: the open building, all buildings, what is chosen already."""
    procedure = register[case.procedure]
    area_id = procedure.area_id(case)
    buildings = queries.buildings_of(area_id) if area_id else []
    if not buildings:
        return {"grid": None}
    building = open_building(buildings, request.GET.get("building", "") or _first_open(case, area_id or 0))
    houses = House.objects.filter(building_id=building.pk).values_list("pk", flat=True)
    chosen = House.objects.filter(pk__in=house_choice.chosen_ids(case)).values_list("pk", "area_dm2", "building_id")
    page = next(n for n, page in enumerate(procedure.pages_of(case), start=1) if isinstance(page, HousesPage))
    base = page_url(case, page)
    return {
        "grid": _grid(request, building, procedure.blocked_houses(case, list(houses))),
        "buildings": building_links(
            buildings, base=base, now=building, chosen=Counter(building_id for _, _, building_id in chosen)
        ),
        "chosen": [(pk, area_dm2) for pk, area_dm2, _ in chosen],
        "save_url": base,
        "view": "list" if request.GET.get("view") == "list" else "grid",
    }


def _grid(request: ActorRequest, building: Building, blocked: Mapping[int, str]) -> BuildingGrid:
    """Owners and balances are shown to those who see the area anyway, and to nobody who only chooses houses in it."""
    if visible_to(request.actor).filter(pk=building.area_id).exists():
        return building_grid(building, blocked=blocked)
    houses = House.objects.filter(building=building).values_list("pk", flat=True)
    return bare_grid(building, blocked=blocked, paid=accounts_behind(list(houses)))


def _first_open(case: Case, area_id: int) -> str:
    """The id of the first building with a house that may be chosen; "" where there is none."""
    houses = dict(
        House.objects.filter(area_id=area_id, state=HouseState.ACTIVE)
        .order_by("building__order", "building__name")
        .values_list("pk", "building_id")
    )
    blocked = register[case.procedure].blocked_houses(case, list(houses))
    return next((str(building_id) for house_id, building_id in houses.items() if house_id not in blocked), "")


def _all_houses(case: Case) -> list[int]:
    """Every house of the area that may be chosen."""
    procedure = register[case.procedure]
    houses = [house.pk for house in queries.houses_of_area(procedure.area_id(case) or 0)]
    blocked = procedure.blocked_houses(case, houses)
    return [house_id for house_id in houses if house_id not in blocked]


def keep_choice(request: ActorRequest, case: Case) -> None:
    """Keep what was chosen. Raises: HasProblems for a house that cannot be chosen, NotOfThisArea."""
    wanted = chosen_ids(request.POST)
    if request.POST.get("action") == "all":
        wanted = _all_houses(case)
    blocked = register[case.procedure].blocked_houses(case, wanted)
    if blocked:
        reason = next(iter(blocked.values()))
        raise HasProblems([Problem("", f"所选房屋中有 {len(blocked)} 户不能办理（{reason}），请取消选择后再试")])
    house_choice.choose(case.pk, house_ids=wanted, by=request.actor, at=timezone.now())
