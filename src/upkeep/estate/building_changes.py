"""Changing what the register says of buildings, and moving them with their houses to another area.

All or nothing, each change written down; a building that no longer is as it was when it was filled in is refused by name.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Sum

from upkeep.casework.changing import AFTER, Line
from upkeep.estate.change_sheets import BuildingChangeSheet, building_values, in_words
from upkeep.estate.changes import Overtaken, leave_drafts
from upkeep.estate.history import (
    BuildingFieldChange,
    HouseFieldChange,
    record_building_changes,
    record_house_changes,
)
from upkeep.estate.kinds import BuildingKind, HouseState, Structure, by_label
from upkeep.estate.models import Area, Building, Facility, House
from upkeep.estate.models.history import BuildingField, HouseField
from upkeep.kernel.errors import Problem, Refusal
from upkeep.sheets.columns import Values


class NameIsTaken(Refusal):
    """Another building of the area has that name."""


@dataclass(frozen=True)
class Moved:
    """Buildings that went from one area to another, with their live houses."""

    from_area_id: int
    to_area_id: int
    house_ids: tuple[int, ...]


def live_houses(building_ids: Collection[int]) -> dict[int, int]:
    """The live houses of buildings: house id -> building id."""
    rows = House.objects.filter(building_id__in=building_ids, state=HouseState.ACTIVE)
    return dict(rows.order_by("pk").values_list("pk", "building_id"))


def name_problems(lines: Sequence[Line], areas: Mapping[str, int]) -> Iterator[Problem]:
    """Buildings that would have the name of another one of their area; `areas` maps what is offered to area ids."""
    chosen = {line.id for line in lines}
    others = Building.objects.filter(area_id__in=areas.values()).exclude(pk__in=chosen)
    taken = set(others.values_list("area_id", "name"))
    for line in lines:
        if line.after["area"] not in areas:
            continue
        place = (areas[line.after["area"]], line.after["name"])
        if place in taken:
            yield Problem(
                AFTER, f"{line.label}变更后，“{line.after['area']}”中有两栋都叫“{line.after['name']}”，请核对"
            )
        taken.add(place)


@transaction.atomic
def change_buildings(
    lines: Sequence[Line], *, areas: Mapping[str, int], case_id: int, by_id: int | None, at: dt.datetime
) -> list[Moved]:
    """Put what is wanted of buildings in force, and write down what was before. Answers with what moved where.

    `areas` maps what is offered for an area to its id. The money of the houses is the caller's to move. Raises:
    Overtaken naming the building, NameIsTaken; then nothing is changed.
    """
    names = {area_id: name for name, area_id in areas.items()}
    rows = Building.objects.select_for_update(of=("self",)).filter(pk__in=[line.id for line in lines]).order_by("pk")
    held = {building.pk: building for building in rows}
    changes = []
    moves: dict[tuple[int, int], list[int]] = {}
    for line in lines:
        building = _unchanged(held.get(line.id), line, names)
        now = building_values(building, area=names[building.area_id])
        changes += [
            BuildingFieldChange(building.pk, BuildingField(key), _words(key, now[key]), _words(key, line.after[key]))
            for key in line.changed
        ]
        if "area" in line.changed:
            moves.setdefault((building.area_id, areas[line.after["area"]]), []).append(building.pk)
        _set(building, {**now, **{key: line.after[key] for key in line.changed}})
    record_building_changes(changes, case_id=case_id, by_id=by_id, at=at)
    targets = {pk: to for (_, to), moved in moves.items() for pk in moved}
    try:
        with transaction.atomic():
            _write(list(held.values()), targets)
    except IntegrityError:
        raise NameIsTaken("变更后有楼栋与其他楼栋同名，请核对后重新提交") from None
    return [_follow(*pair, moved, names, case_id, by_id, at) for pair, moved in sorted(moves.items())]


def _unchanged(building: Building | None, line: Line, names: Mapping[int, str]) -> Building:
    if building is None or building.area_id not in names:
        raise Overtaken(f"{line.label}已不在该物业区域，不能变更，请退回申请人修改")
    now = building_values(building, area=names[building.area_id])
    if any(now[key] != line.before[key] for key in line.changed):
        raise Overtaken(f"{line.label}的登记信息在填报后已变动，不能变更，请退回申请人核对")
    return building


def _set(building: Building, values: Values) -> None:
    building.name = values["name"]
    building.kind = by_label(BuildingKind, values["kind"])
    building.has_lift = values["has_lift"] == "有"
    building.structure = by_label(Structure, values["structure"]) if values["structure"] else ""
    building.built_in = values["built_in"] or ""
    building.floor_area_dm2, building.units = values["floor_area_dm2"], values["units"]
    building.storeys, building.basements = values["storeys"], values["basements"]


def _words(key: str, value: object) -> str:
    return in_words(BuildingChangeSheet, key, value)


# A building and its houses move in one statement: at no moment does a house stand outside its building's area.
_WRITE = """
    with wanted as materialized (
        select * from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bool[], %s::text[], %s::text[],
                             %s::bigint[], %s::int[], %s::int[], %s::int[])
            as t (id, area_id, name, kind, has_lift, structure, built_in, floor_area_dm2, storeys, basements, units)
    ), written as (
        update estate_building b set area_id = t.area_id, name = t.name, kind = t.kind, has_lift = t.has_lift,
               structure = t.structure, built_in = t.built_in, floor_area_dm2 = t.floor_area_dm2, storeys = t.storeys,
               basements = t.basements, units = t.units
        from wanted t where b.id = t.id
    )
    update estate_house h set area_id = t.area_id from wanted t
    where h.building_id = t.id and h.area_id <> t.area_id and h.state = 'ACTIVE'"""


#: Houses that have left the register stay with their building; their money was paid out of the area in which they left.
_WRITE_LEFT = """
    update estate_house h set area_id = b.area_id from estate_building b
    where b.id = h.building_id and b.id = any (%s::bigint[]) and h.area_id <> b.area_id
    returning h.id"""


def _write(buildings: Sequence[Building], targets: Mapping[int, int]) -> None:
    """The names are set aside first: two buildings may have changed names."""
    columns = zip(
        *(
            (
                *(one.pk, targets.get(one.pk, one.area_id), one.name, str(one.kind)),
                *(one.has_lift, str(one.structure), one.built_in),
                *(one.floor_area_dm2, one.storeys, one.basements, one.units),
            )
            for one in buildings
        ),
        strict=True,
    )
    with connection.cursor() as cursor:
        ids = [one.pk for one in buildings]
        cursor.execute("update estate_building set name = '~' || id where id = any (%s::bigint[])", [ids])
        cursor.execute(_WRITE, [list(column) for column in columns])


def _follow(
    from_id: int,
    to_id: int,
    building_ids: Sequence[int],
    names: Mapping[int, str],
    case_id: int,
    by_id: int | None,
    at: dt.datetime,
) -> Moved:
    """What goes along with moved buildings: facilities, floor area, the houses' history, and the houses that have left the
    register; drafts lose the houses."""
    house_ids = tuple(live_houses(building_ids))
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_LEFT, [list(building_ids)])
        left = sorted(row[0] for row in cursor.fetchall())
    Facility.objects.filter(building_id__in=building_ids).update(area_id=to_id)
    sums = House.objects.filter(pk__in=house_ids).aggregate(dm2=Sum("area_dm2", default=0))
    Area.objects.filter(pk=to_id).update(floor_area_dm2=F("floor_area_dm2") + sums["dm2"])
    leaving = Area.objects.select_for_update().get(pk=from_id)
    leaving.floor_area_dm2 = max(leaving.floor_area_dm2 - sums["dm2"], 0)
    leaving.save(update_fields=["floor_area_dm2"])
    record_house_changes(
        [HouseFieldChange(pk, HouseField.AREA, names[from_id], names[to_id]) for pk in (*house_ids, *left)],
        case_id=case_id,
        by_id=by_id,
        at=at,
    )
    leave_drafts(house_ids)
    return Moved(from_id, to_id, house_ids)
