"""The owner sheet's rows (业主信息表) as the register takes them, and matched to the chosen houses."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from upkeep.casework.models import Case
from upkeep.casework.parts import put_rows, rows_of
from upkeep.deposits.due import dues as dues_of
from upkeep.estate.actions import NewOwner
from upkeep.estate.house_choice import chosen_houses, chosen_on
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import House
from upkeep.kernel.areas import square_metres
from upkeep.sheets.columns import Fault, Reading

#: The part of a case that holds the owner sheet.
OWNERS = "owners"

#: Which house a row is about, once its slips are issued.
HOUSE_ID = "house_id"

HouseKey = tuple[str, str, str]

_ID_KINDS = {
    "身份证": IdKind.ID_CARD,
    "护照": IdKind.PASSPORT,
    "港澳居民来往内地通行证": IdKind.PERMIT,
    "台湾居民来往大陆通行证": IdKind.PERMIT,
    "军官证": IdKind.MILITARY,
    "统一社会信用代码": IdKind.CREDIT_CODE,
}


def key_of_house(house: House) -> HouseKey:
    """How the sheet names a house."""
    return house.building.name, house.unit, house.room


def key_of_row(values: Mapping[str, Any]) -> HouseKey:
    """The house a row is about."""
    return values["building"] or "", values["unit"] or "", values["room"] or ""


def owner_rows(case: Case) -> Iterator[Mapping[str, Any]]:
    """What the exported owner sheet holds: the chosen houses with what they owe by the standard of the day of the choice."""
    houses = chosen_houses(case)
    if not houses:
        return
    area = houses[0].area
    dues = dues_of(jurisdiction_id=area.jurisdiction_id, houses=houses, on=chosen_on(case))
    for house in houses:
        yield {
            "building": house.building.name,
            "unit": house.unit,
            "room": house.room,
            "area_dm2": house.area_dm2,
            "due_fen": dues[house.pk].amount_fen,
        }


def sheet_faults(reading: Reading, houses: Sequence[House]) -> Iterator[Fault]:
    """Rows of houses that were not chosen, and areas of houses that are not the register's."""
    known = {key_of_house(house): house for house in houses}
    for row in reading.rows:
        house = known.get(key_of_row(row.values))
        if house is None:
            yield reading.fault_at(row.number, "room", "不在所选房屋中，请重新下载业主信息表填写")
        elif row.values["area_dm2"] != house.area_dm2:
            wanted = square_metres(house.area_dm2)
            yield reading.fault_at(row.number, "area_dm2", f"建筑面积与楼盘表的 {wanted} ㎡ 不一致，请勿改动")


def mismatches(case: Case, houses: Sequence[House]) -> Iterator[str]:
    """What the imported sheet and the houses chosen since do not agree on, in sentences."""
    named = {key_of_row(values) for _, values in rows_of(case, OWNERS)}
    chosen = {key_of_house(house) for house in houses}
    if missing := chosen - named:
        first = " ".join(min(missing))
        yield f"业主信息表缺少 {len(missing)} 户（如 {first}），请补齐后重新导入"
    if extra := named - chosen:
        yield f"业主信息表中有 {len(extra)} 户不在所选房屋中，请重新下载填写后导入"


def amounts_shown(case: Case, houses: Sequence[House]) -> dict[int, int]:
    """The amounts that stood in the sheet the applicant filled in, fen by house id."""
    return {house_id: int(values["due_fen"]) for house_id, values in rows_by_house(case, houses).items()}


def payer_of_row(values: Mapping[str, Any]) -> str:
    """Who pays for the house by the row: its owner, or the developer of one not sold; "" for an owner on record."""
    return str(values["owner_name"] or values.get("developer_name") or "")


def new_owner(house_id: int, values: Mapping[str, Any]) -> NewOwner:
    """The owner that a row names; a house not sold belongs to its developer."""
    if values["owner_name"]:
        return NewOwner(
            house_id=house_id,
            name=values["owner_name"],
            id_kind=_ID_KINDS.get(values["paper_kind"], IdKind.OTHER),
            id_number=values["paper_number"],
            phone=values["owner_phone"] or "",
        )
    code = values["developer_credit_code"]
    return NewOwner(
        house_id=house_id,
        name=values["developer_name"],
        id_kind=IdKind.CREDIT_CODE if code else IdKind.OTHER,
        id_number=code or values["developer_code"],
        phone=values["developer_phone"] or "",
    )


def pin_rows(case: Case, houses: Sequence[House]) -> None:
    """Keep with each row which house it is about: the register may call the house otherwise before its money comes in."""
    ids = {key_of_house(house): house.pk for house in houses}
    pinned = [(number, {**row, HOUSE_ID: ids.get(key_of_row(row))}) for number, row in rows_of(case, OWNERS)]
    put_rows(case, OWNERS, pinned)


def rows_by_house(case: Case, houses: Sequence[House]) -> dict[int, dict[str, Any]]:
    """The case's owner rows by house id; houses without a row are left out."""
    ids = {key_of_house(house): house.pk for house in houses}
    wanted = set(ids.values())
    found = ((row.get(HOUSE_ID) or ids.get(key_of_row(row)), row) for _, row in rows_of(case, OWNERS))
    return {house_id: row for house_id, row in found if house_id in wanted}
