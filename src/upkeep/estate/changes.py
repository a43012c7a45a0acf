"""Changing what the register says of houses and buildings: in bulk, all or nothing, each change written down.

Nothing here asks how it was filled in; a house or a building that no longer is as it was then is refused by name.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence

from django.db import IntegrityError, connection, transaction

from upkeep.casework.changing import AFTER, Line
from upkeep.casework.models import Case
from upkeep.casework.states import EDITABLE
from upkeep.estate import claims
from upkeep.estate.change_sheets import HouseChangeSheet, house_label, house_values, in_words
from upkeep.estate.history import HouseFieldChange, record_house_changes
from upkeep.estate.kinds import HouseNature, HouseState, HouseUse, by_label
from upkeep.estate.models import Building, CaseHouse, House, HouseClaim
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.models.history import HouseField
from upkeep.kernel.errors import Problem, Refusal
from upkeep.sheets.columns import Values

#: What may not change of a house while a claim of the kind holds it: the slip, the shares, the refund rest on it.
BREAKS: Mapping[ClaimKind, frozenset[str]] = {
    ClaimKind.DEPOSIT: frozenset({"area", "building", "use", "nature", "area_dm2", "kind", "has_lift"}),
    ClaimKind.REPAIR: frozenset({"area", "building", "use", "nature", "area_dm2"}),
    ClaimKind.REFUND: frozenset({"area", "nature", "area_dm2", "owners"}),
    ClaimKind.UNIT_DEPOSIT: frozenset({"area", "building", "nature", "area_dm2", "kind"}),
}


class Overtaken(Refusal):
    """The register no longer says what it said when the change was filled in; the sentence names the house."""


class PlaceIsTaken(Refusal):
    """Another house has that building, unit and room number."""


def source_of(case: Case) -> str:
    """Under which a case claims its houses."""
    return f"case:{case.pk}"


def busy_with_changes(house_ids: Collection[int], *, case: Case) -> dict[int, str]:
    """Which of the houses another case is changing, each with the reason shown on the building table."""
    held = HouseClaim.objects.filter(house_id__in=house_ids, kind=ClaimKind.REGISTER).exclude(source=source_of(case))
    found = list(held)
    return {one.house_id: words for one, words in zip(found, claims.in_words(found), strict=True)}


def broken_claims(changed: Mapping[int, Collection[str]], *, case: Case) -> Iterator[Problem]:
    """The houses that something holds which the change of those fields would break, one sentence each."""
    held = HouseClaim.objects.filter(house_id__in=changed).exclude(source=source_of(case))
    broken = [
        one
        for one in held.select_related("house__building").order_by("house__building__order", "house_id")
        if one.kind == ClaimKind.REGISTER or BREAKS[ClaimKind(one.kind)] & set(changed[one.house_id])
    ]
    for one, words in zip(broken, claims.in_words(broken), strict=True):
        yield Problem(AFTER, f"{house_label(one.house)}{words}，请先办结或作废后再办理变更")


def place_problems(lines: Sequence[Line], *, area_id: int) -> Iterator[Problem]:
    """Two of the chosen houses, or one of them and another, that would have one building, unit and room number."""
    moved = [line for line in lines if {"building", "unit", "room"} & set(line.changed)]
    if not moved:
        return
    chosen = {line.id for line in lines}
    rooms = {line.after["room"] for line in moved}
    others = House.objects.filter(area_id=area_id, state=HouseState.ACTIVE, room__in=rooms).exclude(pk__in=chosen)
    taken: dict[tuple[str, str, str], str] = {
        (house.building.name, house.unit, house.room): house_label(house)
        for house in others.select_related("building")
    }
    for line in lines:
        place = (line.after["building"], line.after["unit"] or "", line.after["room"])
        if place in taken:
            who = taken[place]
            yield Problem(AFTER, f"{line.label}变更后与{who}同一楼栋、单元、房号，请核对")
        else:
            taken[place] = f"{line.label}（变更后）"


def houses_by_id(house_ids: Collection[int], *, area_id: int) -> dict[int, Values]:
    """What the register says of the live houses of an area, by id, in the order of the building table."""
    houses = House.objects.filter(pk__in=house_ids, area_id=area_id, state=HouseState.ACTIVE)
    ordered = houses.select_related("building").order_by("building__order", "building__name", "-floor", "unit", "room")
    return {house.pk: house_values(house) for house in ordered}


@transaction.atomic
def change_houses(lines: Sequence[Line], *, area_id: int, case_id: int, by_id: int | None, at: dt.datetime) -> int:
    """Put what is wanted of houses of one area in force, and write down what was before. Answers with their number.

    Raises: Overtaken naming the house, PlaceIsTaken; then nothing is changed.
    """
    wanted = {line.id: line for line in lines}
    held, present = _locked(wanted, area_id=area_id)
    buildings = dict(Building.objects.filter(area_id=area_id).values_list("name", "pk"))
    changes = []
    for line in lines:
        house, now = held[line.id], present[line.id]
        for key in line.changed:
            changes.append(
                HouseFieldChange(
                    house.pk,
                    HouseField(key),
                    in_words(HouseChangeSheet, key, now[key]),
                    in_words(HouseChangeSheet, key, line.after[key]),
                )
            )
        _set(house, {**now, **{key: line.after[key] for key in line.changed}}, buildings)
    try:
        with transaction.atomic():
            _write([held[id_] for id_ in sorted(held)])
    except IntegrityError:
        raise PlaceIsTaken("变更后有房屋的楼栋、单元、房号与其他房屋重复，请核对后重新提交") from None
    record_house_changes(changes, case_id=case_id, by_id=by_id, at=at)
    return len(held)


def _locked(wanted: Mapping[int, Line], *, area_id: int) -> tuple[dict[int, House], dict[int, Values]]:
    """The houses and what the register says of them. Raises: Overtaken."""
    rows = House.objects.select_for_update(of=("self",)).select_related("building").filter(pk__in=wanted)
    held = {house.pk: house for house in rows.order_by("pk")}
    present: dict[int, Values] = {}
    for id_, line in wanted.items():
        house = held.get(id_)
        if house is None or house.state != HouseState.ACTIVE or house.area_id != area_id:
            raise Overtaken(f"{line.label}已注销或已不在该物业区域，不能变更，请退回申请人修改")
        now = present[id_] = house_values(house)
        if any(now[key] != line.before[key] for key in line.changed):
            raise Overtaken(f"{line.label}的登记信息在填报后已变动，不能变更，请退回申请人核对")
    return held, present


def _set(house: House, values: Values, buildings: Mapping[str, int]) -> None:
    try:
        house.building_id = buildings[values["building"]]
    except KeyError:
        raise Overtaken(f"楼栋“{values['building']}”已不在该物业区域，请退回申请人核对") from None
    house.unit = values["unit"] or ""
    house.floor, house.room = values["floor"], values["room"]
    house.use, house.nature = by_label(HouseUse, values["use"]), by_label(HouseNature, values["nature"])
    house.area_dm2, house.inner_area_dm2 = values["area_dm2"], values["inner_area_dm2"]
    house.address, house.note = values["address"], values["note"] or ""


_WRITE = """
    update estate_house h set building_id = t.building_id, unit = t.unit, floor = t.floor, room = t.room, use = t.use,
           nature = t.nature, area_dm2 = t.area_dm2, inner_area_dm2 = t.inner_area_dm2, address = t.address, note = t.note
    from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[], %s::int[],
                %s::int[], %s::text[], %s::text[])
         as t (id, building_id, unit, floor, room, use, nature, area_dm2, inner_area_dm2, address, note)
    where h.id = t.id"""


def _write(houses: Sequence[House]) -> None:
    """All in one statement. The rooms are set aside first: two houses may have changed places."""
    columns = zip(
        *(
            (
                *(one.pk, one.building_id, one.unit, one.floor, one.room, str(one.use), str(one.nature)),
                *(one.area_dm2, one.inner_area_dm2, one.address, one.note),
            )
            for one in houses
        ),
        strict=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "update estate_house set room = '~' || id where id = any (%s::bigint[])", [[h.pk for h in houses]]
        )
        cursor.execute(_WRITE, [list(column) for column in columns])


def leave_drafts(house_ids: Collection[int]) -> None:
    """Take houses out of the choice of cases that are still being filled in; their applicants choose again."""
    CaseHouse.objects.filter(house_id__in=house_ids, case__state__in=sorted(EDITABLE)).delete()
