"""From the draft of an area to the register: what must be right before, and what is entered beside the houses."""

import datetime as dt
from collections.abc import Iterable

from upkeep.casework.models import Case
from upkeep.casework.parts import rows_of
from upkeep.estate.actions import NewOwner, bind_owners
from upkeep.estate.draft_sheets import BUILDINGS, HOUSES, OWNERS, split_units
from upkeep.estate.house_rows import place_of
from upkeep.estate.house_sheet import house_key
from upkeep.estate.kinds import IdKind, by_label
from upkeep.estate.models import Area, Building, House
from upkeep.estate.numbering import unit_name
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem
from upkeep.parties.queries import city_id_of

_MOST_NAMED = 5


def draft_problems(case: Case) -> Iterable[Problem]:
    """Buildings without a house, units without one, and owners whose house is no longer in the draft."""
    houses = [row for _, row in rows_of(case, HOUSES)]
    there = {house_key(row) for row in houses}
    units = {(row["building"], unit_name(row["unit"] or "")) for row in houses}
    empty = [
        f"{row['building']}{unit_name(unit)}"
        for _, row in rows_of(case, BUILDINGS)
        for unit in split_units(row["units"])
        if (row["building"], unit_name(unit)) not in units
    ]
    if empty:
        yield Problem(f"rows_{HOUSES}", f"{_named(empty)}还没有房屋，请生成或添加户室，或删除该楼栋、单元")
    stray = [place_of(row) for _, row in rows_of(case, OWNERS) if house_key(row) not in there]
    if stray:
        yield Problem(f"rows_{HOUSES}", f"已绑定业主的{_named(stray)}不在房屋信息中，请补录房屋或解除绑定")


def _named(what: list[str]) -> str:
    more = f"等 {len(what)} 处" if len(what) > _MOST_NAMED else ""
    return "、".join(what[:_MOST_NAMED]) + more


def describe_buildings(case: Case, *, area_id: int) -> None:
    """Keep what was said of the buildings beside their houses: floor area, storeys, units."""
    said = {row["building"]: row for _, row in rows_of(case, BUILDINGS)}
    found = list(Building.objects.filter(area_id=area_id, name__in=said))
    for building in found:
        row = said[building.name]
        building.floor_area_dm2 = row["floor_area_dm2"]
        building.storeys, building.basements = row["storeys"], row["basements"] or 0
        building.units = len(split_units(row["units"]))
    Building.objects.bulk_update(found, ["floor_area_dm2", "storeys", "basements", "units"], batch_size=500)


def bind_drafted_owners(case: Case, *, area: Area, at: dt.datetime) -> int:
    """Bind the owners named in the draft to their houses. Answers with how many (manual 000, 开发商 §2.1 step 6)."""
    named = {house_key(row): row for _, row in rows_of(case, OWNERS)}
    if not named:
        return 0
    houses = House.objects.filter(area_id=area.pk).values_list("pk", "building__name", "unit", "room")
    ids = {
        house_key({"building": building, "unit": unit, "room": room}): pk
        for pk, building, unit, room in houses.iterator()
    }
    owners = [
        NewOwner(
            house_id=ids[key],
            name=row["owner_name"],
            id_kind=by_label(IdKind, row["id_kind"]),
            id_number=row["id_number"],
            phone=row["phone"],
        )
        for key, row in named.items()
    ]
    return bind_owners(jurisdiction_id=city_id_of(area.jurisdiction_id), owners=owners, since=day_of(at))
