"""An area drafted by hand: buildings with their data, houses generated or added singly, owners bound before approval.

Everything lies in parts of the case; the houses in the shape of the house table, so that a draft filled by hand, from a
workbook or from a registry is one and the same. Source: manual 000, 开发商 §2.1. Whatever is refused by the rules of a
table raises `casework.parts.RowsFaulty`, and nothing was changed.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from upkeep.casework import parts
from upkeep.casework.engine import NotNow
from upkeep.casework.models import Case
from upkeep.estate import house_rows
from upkeep.estate.draft_binding import follow, locked
from upkeep.estate.draft_sheets import BUILDINGS, HOUSES, OWNERS, join_units, split_units
from upkeep.estate.house_sheet import house_key
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Area, Building, House
from upkeep.estate.numbering import Plan, bare_unit, rooms_of, spread, unit_name
from upkeep.parties.actor import Actor

_OF_THE_BUILDING = ("building_kind", "elevator", "structure", "built_month")
Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DraftBuilding:
    """A building of the draft: what was said of it, and what its houses come to. Areas in 0.01 m²."""

    name: str
    data: Values
    units: tuple[str, ...]
    houses: int
    area_dm2: int
    owners: int


@dataclass(frozen=True, kw_only=True)
class Generation:
    """Houses to be generated: the plan, what they are, and the area of each or of each place of a floor (0.01 m²)."""

    plan: Plan
    use: str
    nature: str
    areas_dm2: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Generated:
    """What a generation would add, in the shape of the house table, and how many houses stand there already."""

    rows: list[dict[str, Any]]
    present: int


def buildings_of(case: Case) -> list[DraftBuilding]:
    """The buildings: those that were described, in that order, then those that only the houses name."""
    described = {row["building"]: row for _, row in parts.rows_of(case, BUILDINGS)}
    bound = {house_key(row) for _, row in parts.rows_of(case, OWNERS)}
    houses: dict[str, list[Values]] = {name: [] for name in described}
    for _, row in parts.rows_of(case, HOUSES):
        houses.setdefault(row["building"] or "", []).append(row)
    return [_building(name, described.get(name), rows, bound) for name, rows in houses.items()]


def _building(name: str, said: Values | None, rows: list[Values], bound: set[tuple[str, str, str]]) -> DraftBuilding:
    found = {unit_name(row["unit"] or ""): row["unit"] or "" for row in rows}
    named = {unit_name(unit): unit for unit in split_units(said["units"])} if said else {}
    units = tuple((named | {key: unit for key, unit in found.items() if key not in named}).values())
    floors = [row["floor"] for row in rows if row["floor"]]
    derived = {
        "building": name,
        **{key: rows[0][key] if rows else None for key in _OF_THE_BUILDING},
        "storeys": max([*floors, 0]),
        "basements": max(-min([*floors, 0]), 0),
        "units": join_units(unit for unit in units if unit),
    }
    return DraftBuilding(
        name=name,
        data=said or derived,
        units=units,
        houses=len(rows),
        area_dm2=sum(row["area_dm2"] or 0 for row in rows),
        owners=sum(house_key(row) in bound for row in rows),
    )


def building_of(case: Case, name: str) -> DraftBuilding | None:
    """The building of that name, or None."""
    return next((one for one in buildings_of(case) if one.name == name), None)


@transaction.atomic
def save_building(case_id: int, *, was: str, values: Values, by: Actor, at: dt.datetime) -> None:
    """Enter a building (`was` empty), or change one: its houses and owners follow, also into another name.

    Raises: RowsFaulty, NotNow, NotYours.
    """
    case = locked(case_id)
    name = values.get("building")
    if name and name != was and building_of(case, name):
        raise NotNow(f"已有名为“{name}”的楼栋，请换一个名称，或修改原有的楼栋")
    if was and building_of(case, was) is None:
        raise NotNow(f"楼栋“{was}”已被删除，请刷新后再改")
    number = next((number for number, row in parts.rows_of(case, BUILDINGS) if row["building"] == was), None)
    if number is None:
        parts.add_row(case_id, BUILDINGS, values, by=by, at=at)
    else:
        parts.change_row(case_id, BUILDINGS, number, values, by=by, at=at)
    if was:
        _carry(case, was, values, by=by, at=at)


@transaction.atomic
def take_building(case_id: int, name: str, *, by: Actor, at: dt.datetime) -> None:
    """Begin to add houses to a building that the register has: described as it stands there. Raises: NotNow, NotYours."""
    case = locked(case_id)
    if building_of(case, name):
        return
    values = registered_buildings(case).get(name)
    if values is None:
        raise NotNow(f"楼盘表中没有名为“{name}”的楼栋，请刷新后再选")
    parts.add_row(case_id, BUILDINGS, values, by=by, at=at)


def registered_buildings(case: Case) -> dict[str, dict[str, Any]]:
    """The buildings that the case's area has in the register already, in the shape of the building table."""
    found: dict[str, dict[str, Any]] = {}
    houses = House.objects.filter(area_id=case.area_id or 0, state=HouseState.ACTIVE).order_by("unit")
    by_building: dict[int, list[tuple[str, int]]] = {}
    for building_id, unit, floor in houses.values_list("building_id", "unit", "floor").distinct():
        by_building.setdefault(building_id, []).append((unit, floor))
    for one in Building.objects.filter(area_id=case.area_id or 0).order_by("order", "name"):
        places = by_building.get(one.pk, [])
        floors = [floor for _, floor in places]
        found[one.name] = {
            "building": one.name,
            "building_kind": one.get_kind_display(),
            "elevator": "有" if one.has_lift else "无",
            "structure": one.get_structure_display() or None,
            "built_month": one.built_in or None,
            "floor_area_dm2": one.floor_area_dm2,
            "storeys": one.storeys or max([*floors, 0]),
            "basements": one.basements or max(-min([*floors, 0]), 0),
            "units": join_units(dict.fromkeys(bare_unit(unit) for unit, _ in places if unit)) or None,
        }
    return found


def _carry(case: Case, was: str, values: Values, *, by: Actor, at: dt.datetime) -> None:
    """What is said of a building stands in each of its houses too."""
    street, name = street_of(case), values["building"]
    common = {"building": name, **{key: values.get(key) for key in _OF_THE_BUILDING}}
    changes: dict[int, dict[str, Any]] = {}
    for number, row in parts.rows_of(case, HOUSES):
        if row["building"] == was:
            ours = row["address"] == address_of(street, was, row["unit"] or "", row["room"])
            address = address_of(street, name, row["unit"] or "", row["room"]) if ours else row["address"]
            changes[number] = common | {"address": address}
    if changes:
        parts.change_rows(case.pk, HOUSES, changes, by=by, at=at)
    bound = [number for number, row in parts.rows_of(case, OWNERS) if row["building"] == was]
    if bound and name != was:
        parts.change_rows(case.pk, OWNERS, {number: {"building": name} for number in bound}, by=by, at=at)


@transaction.atomic
def delete_building(case_id: int, name: str, *, by: Actor, at: dt.datetime) -> int:
    """Delete a building with its houses and their owners. Answers with how many houses. Raises: NotYours, NotNow."""
    case = locked(case_id)
    doomed = [number for number, row in parts.rows_of(case, BUILDINGS) if row["building"] == name]
    parts.delete_rows(case_id, BUILDINGS, doomed, by=by, at=at)
    houses = [number for number, row in parts.rows_of(case, HOUSES) if row["building"] == name]
    return delete_houses(case_id, houses, by=by, at=at)


@transaction.atomic
def add_unit(case_id: int, building: str, unit: str, *, by: Actor, at: dt.datetime) -> None:
    """Name one more unit of a building; its houses are added next. Raises: RowsFaulty, NotNow, NotYours."""
    case = locked(case_id)
    found = building_of(case, building)
    if found is None:
        raise NotNow(f"楼栋“{building}”已被删除，请刷新后再改")
    name = unit.strip()
    if not name or len(name) > 20 or len(split_units(name)) != 1:
        raise NotNow("请填写单元名称，最多 20 个字，如 3 或 3单元")
    if unit_name(name) in {unit_name(one) for one in found.units}:
        raise NotNow(f"{building}已有“{unit_name(name)}”")
    units = [one for one in found.units if one]
    values = {**found.data, "units": join_units([*units, name])}
    save_building(case_id, was=building, values=values, by=by, at=at)


@transaction.atomic
def delete_unit(case_id: int, building: str, unit: str, *, by: Actor, at: dt.datetime) -> int:
    """Delete a unit with its houses. Answers with how many. Raises: RowsFaulty, NotNow, NotYours."""
    case = locked(case_id)
    found = building_of(case, building)
    if found is None or unit not in found.units:
        raise NotNow("这个单元已被删除，请刷新后再改")
    doomed = [
        number
        for number, row in parts.rows_of(case, HOUSES)
        if row["building"] == building and unit_name(row["unit"] or "") == unit_name(unit)
    ]
    gone = delete_houses(case_id, doomed, by=by, at=at)
    rest = [one for one in found.units if one and one != unit]
    if not rest:
        raise NotNow("楼栋至少有一个单元；要整栋删除请用“删除楼栋”")
    save_building(case_id, was=building, values={**found.data, "units": join_units(rest)}, by=by, at=at)
    return gone


def houses_to_be(case: Case, building: DraftBuilding, wanted: Generation) -> Generated:
    """The houses that a generation would add; those that stand there already stay as they are.

    Raises: NoSuchPlan.
    """
    street = street_of(case)
    areas_dm2 = spread(
        "每个户室面积", wanted.areas_dm2, max((unit.per_floor for unit in wanted.plan.units), default=1)
    )
    present = {house_key(row) for _, row in parts.rows_of(case, HOUSES) if row["building"] == building.name}
    present |= house_rows.registered(case.area_id or 0, {building.name})
    rows = [
        {
            "building": building.name,
            **{key: building.data.get(key) for key in _OF_THE_BUILDING},
            "unit": room.unit,
            "floor": room.floor,
            "room": room.number,
            "use": wanted.use,
            "nature": wanted.nature,
            "area_dm2": areas_dm2[room.place - 1],
            "inner_area_dm2": None,
            "address": address_of(street, building.name, room.unit, room.number),
            "note": None,
        }
        for room in rooms_of(wanted.plan)
    ]
    fresh = [row for row in rows if house_key(row) not in present]
    return Generated(rows=fresh, present=len(rows) - len(fresh))


@transaction.atomic
def generate(case_id: int, building: str, wanted: Generation, *, by: Actor, at: dt.datetime) -> int:
    """生成户室: add the houses of a plan. Answers with how many. Raises: NoSuchPlan, RowsFaulty, NotNow, NotYours."""
    case = locked(case_id)
    found = building_of(case, building)
    if found is None:
        raise NotNow(f"楼栋“{building}”已被删除，请刷新后再试")
    rows = houses_to_be(case, found, wanted).rows
    if not rows:
        raise NotNow("按所填的规则没有可增加的房屋：这些房号都已经有了")
    return len(parts.add_rows(case_id, HOUSES, rows, by=by, at=at))


@transaction.atomic
def save_house(
    case_id: int, number: int | None, values: Values, *, by: Actor, at: dt.datetime, seen_version: int | None = None
) -> int:
    """Add a single house (`number` None), or change one; bound owners follow. Answers with the row's number.

    Raises: RowsFaulty, NotNow, NotYours.
    """
    case = locked(case_id, seen_version=seen_version)
    if number is None:
        return parts.add_row(case_id, HOUSES, values, by=by, at=at)
    before = parts.row_of(case, HOUSES, number)
    parts.change_row(case_id, HOUSES, number, values, by=by, at=at)
    after = parts.row_of(case, HOUSES, number)
    if before and after:
        follow(case, before, after, by=by, at=at)
    return number


def set_houses(
    case_id: int,
    numbers: Iterable[int],
    values: Values,
    *,
    by: Actor,
    at: dt.datetime,
    seen_version: int | None = None,
) -> int:
    """Set use, nature or area of several houses. Answers with how many. Raises: RowsFaulty, NotNow, NotYours."""
    changes = {number: values for number in numbers}
    if not changes:
        raise NotNow("请先勾选房屋")
    if not values:
        raise NotNow("请选择要设置的用途、性质，或填写面积")
    parts.change_rows(case_id, HOUSES, changes, by=by, at=at, seen_version=seen_version)
    return len(changes)


@transaction.atomic
def delete_houses(
    case_id: int, numbers: Iterable[int], *, by: Actor, at: dt.datetime, seen_version: int | None = None
) -> int:
    """Delete houses and the owners bound to them. Answers with how many. Raises: NotNow, NotYours."""
    case = locked(case_id, seen_version=seen_version)
    doomed = set(numbers)
    keys = {house_key(row) for number, row in parts.rows_of(case, HOUSES) if number in doomed}
    gone = parts.delete_rows(case_id, HOUSES, doomed, by=by, at=at)
    bound = [number for number, row in parts.rows_of(case, OWNERS) if house_key(row) in keys]
    if bound:
        parts.delete_rows(case_id, OWNERS, bound, by=by, at=at)
    return gone


def street_of(case: Case) -> str:
    """The address with which those of the houses begin: the one filled in, or that of the area that there is."""
    if typed := str(case.data.get("address") or "").strip():
        return typed
    area = Area.objects.filter(pk=case.area_id or 0).first()
    return area.address if area else ""


def address_of(street: str, building: str, unit: str, room: str) -> str:
    """江阳区滨江路188号1幢1单元301; a room number that names its unit already is not told it twice."""
    told = room.startswith((unit_name(unit), f"{bare_unit(unit)}-")) if unit else True
    return f"{street}{building}{'' if told else unit_name(unit)}{room}"[:200]
