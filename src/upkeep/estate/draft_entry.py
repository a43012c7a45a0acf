"""From the draft of an area to the register: what must be right before, and what is entered beside the houses."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from upkeep.casework.models import Case
from upkeep.casework.parts import rows_of
from upkeep.casework.procedure import register
from upkeep.estate.binding_messages import tell_bound
from upkeep.estate.draft_binding import owned
from upkeep.estate.draft_sheets import BUILDINGS, HOUSES, OWNERS, split_units
from upkeep.estate.house_rows import place_of
from upkeep.estate.house_sheet import house_key
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Area, Building, House
from upkeep.estate.numbering import unit_name
from upkeep.estate.owners import bind_many
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem
from upkeep.parties.actor import Actor

_MOST_NAMED = 5


def draft_problems(case: Case) -> Iterable[Problem]:
    """Buildings without a house, units without one, and owners whose house is no longer in the draft."""
    houses = [row for _, row in rows_of(case, HOUSES)]
    there = {house_key(row) for row in houses}
    units = {(row["building"], unit_name(row["unit"] or "")) for row in houses}
    known = House.objects.filter(area_id=case.area_id or 0, state=HouseState.ACTIVE)
    units |= {(name, unit_name(unit)) for name, unit in known.values_list("building__name", "unit").distinct()}
    buildings = {name for name, _ in units}
    empty = []
    for _, row in rows_of(case, BUILDINGS):
        named = split_units(row["units"])
        if not named and row["building"] not in buildings:
            empty.append(row["building"])
        empty += [
            f"{row['building']}{unit_name(unit)}" for unit in named if (row["building"], unit_name(unit)) not in units
        ]
    if empty:
        yield Problem(f"rows_{HOUSES}", f"{_named(empty)}还没有房屋，请生成或添加户室，或删除该楼栋、单元")
    stray = [place_of(row) for _, row in rows_of(case, OWNERS) if house_key(row) not in there]
    if stray:
        yield Problem(f"rows_{HOUSES}", f"已绑定业主的{_named(stray)}不在房屋信息中，请补录房屋或解除绑定")


def _named(what: list[str]) -> str:
    more = f"等 {len(what)} 处" if len(what) > _MOST_NAMED else ""
    return "、".join(what[:_MOST_NAMED]) + more


def describe_buildings(case: Case, *, area_id: int, known: Collection[str] = ()) -> None:
    """Keep what was said of the buildings beside their houses: floor area, storeys, units; `known` ones stay as they are."""
    said = {row["building"]: row for _, row in rows_of(case, BUILDINGS) if row["building"] not in known}
    found = list(Building.objects.filter(area_id=area_id, name__in=said))
    for building in found:
        row = said[building.name]
        building.floor_area_dm2 = row["floor_area_dm2"]
        building.storeys, building.basements = row["storeys"], row["basements"] or 0
        building.units = len(split_units(row["units"]))
    Building.objects.bulk_update(found, ["floor_area_dm2", "storeys", "basements", "units"], batch_size=500)


def bind_drafted_owners(case: Case, *, area: Area, by: Actor | None, at: dt.datetime) -> int:
    """Bind the owners named in the draft to their houses. Answers with how many (manual 000, 开发商 §2.1 step 6)."""
    named: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for _, row in rows_of(case, OWNERS):
        named.setdefault(house_key(row), []).append(row)
    if not named:
        return 0
    houses = House.objects.filter(area_id=area.pk, state=HouseState.ACTIVE)
    places = houses.values_list("pk", "building__name", "unit", "room")
    ids = {
        house_key({"building": building, "unit": unit, "room": room}): pk
        for pk, building, unit, room in places.iterator()
    }
    new, joint = {}, set()
    for key, rows in named.items():
        new[ids[key]], jointly = owned(rows)
        if jointly:
            joint.add(ids[key])
    basis = f"{register[case.procedure].title} {case.number}"
    bound = bind_many(new, since=day_of(at), basis=basis, case_id=case.pk, by=by, at=at, joint=joint)
    tell_bound(list(new), case=case, at=at)
    return bound
