"""Rows of the house table (楼盘表) on their way into the register: as new houses, beside what stands there, summed up.

Values are those of `house_sheet.HouseTable`: areas in 0.01 m², a blank cell None.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django.db import transaction

from upkeep.estate.actions import HouseExists, NewHouse, add_houses, lock_area
from upkeep.estate.house_sheet import house_key
from upkeep.estate.kinds import BuildingKind, HouseNature, HouseState, HouseUse, Structure, by_label
from upkeep.estate.models import Building, House
from upkeep.kernel.areas import square_metres

_BUILDING_TITLES = {
    "building_kind": "楼栋类型",
    "elevator": "有无电梯",
    "structure": "建筑结构",
    "built_month": "建成年代",
}


def new_house(row: Mapping[str, Any]) -> NewHouse:
    """A row of the house table as the register takes it."""
    return NewHouse(
        building=row["building"],
        building_kind=by_label(BuildingKind, row["building_kind"]),
        has_lift=row["elevator"] == "有",
        structure=by_label(Structure, row["structure"]) if row["structure"] else None,
        built_in=str(row["built_month"] or ""),
        unit=row["unit"] or "",
        floor=row["floor"],
        room=row["room"],
        use=by_label(HouseUse, row["use"]),
        nature=by_label(HouseNature, row["nature"]),
        area_dm2=row["area_dm2"],
        inner_area_dm2=row["inner_area_dm2"],
        address=row["address"],
        note=row["note"] or "",
    )


class Clash(NamedTuple):
    """What a row says against the register: row number, key of the cell, the sentence to show."""

    row: int
    key: str
    text: str


def clashes(area_id: int, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[Clash]:
    """The rows whose house the area has already, and those that say of a building something else than the register.

    房屋补充 adds; it does not change what is there, and what it would silently leave out is named instead. Two
    statements whatever the number of rows.
    """
    numbered = list(rows)
    known = _known_buildings(area_id)
    taken = registered(area_id, {row["building"] for _, row in numbered} & set(known))
    for number, row in numbered:
        if house_key(row) in taken:
            yield Clash(number, "room", f"该房屋已在楼盘表中（{place_of(row)}），请删去本行")
        said = known.get(row["building"], {})
        for key, now in said.items():
            if row[key] and row[key] != now:
                title = _BUILDING_TITLES[key]
                yield Clash(
                    number,
                    key,
                    f"与楼盘表不一致：{row['building']}登记的{title}为“{now or '（空）'}”。"
                    "请改为一致；要更改楼栋信息请办理“楼栋变更”",
                )


@transaction.atomic
def supplement(area_id: int, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> list[int]:
    """Add the rows' houses to an area that has some; answers with their ids in order of the rows.

    Raises: HouseExists naming the first that somebody else has entered meanwhile; then none is entered.
    """
    lock_area(area_id)
    numbered = list(rows)
    if first := next(clashes(area_id, numbered), None):
        raise HouseExists(f"第 {first.row} 行：{first.text}")
    return add_houses(area_id=area_id, houses=[new_house(row) for _, row in numbered])


def place_of(row: Mapping[str, Any]) -> str:
    """1幢 1单元 301, as people say it."""
    unit = row["unit"] or ""
    return " ".join(filter(None, (row["building"], f"{unit}单元" if unit.isdecimal() else unit, row["room"])))


def _known_buildings(area_id: int) -> dict[str, dict[str, str]]:
    """What the register says of each building, in the words of the house table."""
    return {
        one.name: {
            "building_kind": BuildingKind(one.kind).label,
            "elevator": "有" if one.has_lift else "无",
            "structure": Structure(one.structure).label if one.structure else "",
            "built_month": one.built_in,
        }
        for one in Building.objects.filter(area_id=area_id)
    }


def registered(area_id: int, buildings: Iterable[str]) -> set[tuple[str, str, str]]:
    """The live houses of those buildings of an area, by `house_sheet.house_key`."""
    found = House.objects.filter(area_id=area_id, state=HouseState.ACTIVE, building__name__in=list(buildings))
    columns = ("building__name", "unit", "room")
    return {
        house_key({"building": building, "unit": unit, "room": room})
        for building, unit, room in found.values_list(*columns)
    }


def building_lines(rows: Iterable[tuple[int, Mapping[str, Any]]]) -> list[tuple[str, str, str, str]]:
    """A line per building (name, kind, houses, floor area in m²) and the total; nothing where there are no rows.

    Rows of a draft may lack what they must have before it is handed in.
    """
    houses: Counter[str] = Counter()
    areas_dm2: Counter[str] = Counter()
    kinds: dict[str, str] = {}
    for _, row in rows:
        name = row["building"] or "（未填楼栋）"
        houses[name] += 1
        areas_dm2[name] += row["area_dm2"] or 0
        kinds.setdefault(name, f"{row['building_kind'] or '—'}，{'有' if row['elevator'] == '有' else '无'}电梯")
    if not houses:
        return []
    lines = [(name, kinds[name], f"{houses[name]:,}", square_metres(areas_dm2[name])) for name in houses]
    total = ("合计", f"{len(houses)} 栋", f"{houses.total():,}", square_metres(areas_dm2.total()))
    return [*lines, total]
