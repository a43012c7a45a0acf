"""Who pays for each house of 代打交款通知单: the rows laid out for the chosen houses, and read when the notices are issued."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from upkeep.casework.models import Case
from upkeep.casework.parts import put_rows, rows_of
from upkeep.deposits.actions import HousePayer
from upkeep.deposits.due import dues
from upkeep.deposits.owner_sheet import PayerSheet
from upkeep.deposits.owners import key_of_house, key_of_row, rows_by_house
from upkeep.estate import owners
from upkeep.estate.house_choice import chosen_houses, chosen_on
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import House, Ownership
from upkeep.kernel.errors import Problem
from upkeep.kernel.masking import mask_name
from upkeep.kernel.secrecy import lookup_hash
from upkeep.policy.deposit_standard import NoStandard
from upkeep.policy.queries import NoPolicy
from upkeep.sheets.checking import faults_of, from_json
from upkeep.sheets.columns import Row

#: The part of a case that holds the payers, and the number of its first row (below a workbook's header).
PAYERS, _FIRST = "owners", 2
_TYPED = ("owner_name", "paper_kind", "paper_number", "owner_phone")


def lay_out(case: Case) -> None:
    """One row per chosen house with what it owes; what was entered for a house stays. Rows still to be filled in are
    marked faulty, so that the case cannot be handed in before.
    """
    kept = {key_of_row(row): row for _, row in rows_of(case, PAYERS)}
    rows = []
    for house, row in zip(chosen_houses(case), house_rows(case), strict=True):
        typed = {} if row["recorded"] else {key: kept.get(key_of_house(house), {}).get(key) for key in _TYPED}
        rows.append({**dict.fromkeys(_TYPED), **row, **typed})
    sheet = PayerSheet()
    numbered = [Row(number, from_json(sheet, row)) for number, row in enumerate(rows, start=_FIRST)]
    faulty = {fault.row for fault in faults_of(sheet, numbered)}
    put_rows(case, PAYERS, enumerate(rows, start=_FIRST), faulty=faulty)


def house_rows(case: Case) -> Iterator[dict[str, Any]]:
    """What the table says of each chosen house before anything is typed, in the order of the building table."""
    houses = chosen_houses(case)
    if not houses:
        return
    recorded = _recorded(houses)
    try:
        due = dues(jurisdiction_id=houses[0].area.jurisdiction_id, houses=houses, on=chosen_on(case))
    except (NoPolicy, NoStandard):
        due = {}  # handing in says what to do about it
    for house in houses:
        yield {
            "building": house.building.name,
            "unit": house.unit,
            "room": house.room,
            "area_dm2": house.area_dm2,
            "due_fen": due[house.pk].amount_fen if house.pk in due else None,
            "recorded": "、".join(_shown(one) for one in recorded.get(house.pk, ())) or None,
        }


def problems(case: Case, houses: Sequence[House]) -> Iterator[Problem]:
    """Where the rows no longer agree with the houses chosen since, or with the register."""
    rows = rows_by_house(case, houses)
    if len(rows) != len(houses):
        yield Problem(PAYERS, "业主信息与所选房屋不一致，请返回“选择房屋”点下一步后再核对业主信息")
        return
    recorded = _recorded(houses)
    changed = [house for house in houses if bool(rows[house.pk]["recorded"]) != bool(recorded.get(house.pk))]
    if changed:
        first = f"{changed[0].building.name}{changed[0].label}"
        yield Problem(
            PAYERS, f"{first}等 {len(changed)} 户的登记业主在填写期间有变更，请返回“选择房屋”点下一步后再核对业主信息"
        )


def payers_named(case: Case, houses: Sequence[House]) -> dict[int, HousePayer]:
    """Who pays for each house, by house id: the owners on record, else the one entered."""
    recorded = _recorded(houses)
    return {
        house_id: _on_record(recorded[house_id]) if house_id in recorded else _entered(values)
        for house_id, values in rows_by_house(case, houses).items()
    }


def _entered(values: Mapping[str, Any]) -> HousePayer:
    return HousePayer(
        name=values["owner_name"], phone=values["owner_phone"], id_hash=lookup_hash(values["paper_number"])
    )


def _on_record(owned: Sequence[Ownership]) -> HousePayer:
    """All co-owners by name; the first is told and finds the notice himself, the others by their house."""
    first = owned[0].owner
    names = "、".join(one.owner.name for one in owned)
    hashed = first.id_hash if len(owned) == 1 else ""
    return HousePayer(name=names[:100], phone=first.phone, id_hash=hashed)


def _recorded(houses: Sequence[House]) -> dict[int, list[Ownership]]:
    """The present owners by house id."""
    found: dict[int, list[Ownership]] = {}
    for one in owners.current([house.pk for house in houses]).select_related("owner").order_by("pk"):
        found.setdefault(one.house_id, []).append(one)
    return found


def _shown(one: Ownership) -> str:
    return one.owner.name if one.owner.id_kind == IdKind.CREDIT_CODE else mask_name(one.owner.name)
