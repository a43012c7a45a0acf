"""The owner sheet's rows (业主信息表) as the register takes them, and matched to the chosen houses."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from upkeep.casework.models import Case
from upkeep.casework.parts import rows_of
from upkeep.deposits.due import Due
from upkeep.estate.actions import NewOwner
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import House

#: The part of a case that holds the owner sheet.
OWNERS = "owners"

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


def sheet_rows(houses: Iterable[House], dues: Mapping[int, Due]) -> Iterable[Mapping[str, Any]]:
    """What the exported owner sheet holds before it is filled in."""
    for house in houses:
        yield {
            "building": house.building.name,
            "unit": house.unit,
            "room": house.room,
            "area_dm2": house.area_dm2,
            "due_fen": dues[house.pk].amount_fen,
        }


def payer_of_row(values: Mapping[str, Any]) -> str:
    """Who pays for the house by the row: its owner, or the developer of one not sold."""
    return str(values["owner_name"] or values["developer_name"])


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


def rows_by_house(case: Case, houses: Sequence[House]) -> dict[int, dict[str, Any]]:
    """The case's owner rows by house id; houses without a row are left out."""
    ids = {key_of_house(house): house.pk for house in houses}
    found = ((ids.get(key_of_row(values)), values) for _, values in rows_of(case, OWNERS))
    return {house_id: values for house_id, values in found if house_id is not None}
