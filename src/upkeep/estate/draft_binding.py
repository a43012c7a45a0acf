"""绑定 while the area is a draft: the owners of one house, a row each, alone, by shares or jointly (manual 000, 开发商 §2.1)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from upkeep.casework import parts
from upkeep.casework.engine import NotNow
from upkeep.casework.models import Case
from upkeep.casework.procedure import Fact
from upkeep.estate.draft_sheets import HOUSES, OWNERS
from upkeep.estate.house_sheet import house_key
from upkeep.estate.kinds import IdKind, by_label
from upkeep.estate.owner_form import NamedOwners
from upkeep.estate.owner_shares import shares_from_texts
from upkeep.estate.owners import NewOwnership, OwnerDetails
from upkeep.parties.actor import Actor

_PLACE = ("building", "unit", "room")
Values = Mapping[str, Any]


def locked(case_id: int, *, seen_version: int | None = None) -> Case:
    """The case, locked. Raises: NotNow when somebody changed it since it stood on the actor's screen."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
    if seen_version is not None and seen_version != case.version:
        raise NotNow("这张草稿刚刚被修改过，请刷新后再改")
    return case


def owner_rows(case: Case, house: Values) -> list[tuple[int, dict[str, Any]]]:
    """The owners bound to a house of the draft: row numbers and values."""
    wanted = house_key(house)
    return [(number, row) for number, row in parts.rows_of(case, OWNERS) if house_key(row) == wanted]


def rows_to_type(case: Case, house: Values) -> list[dict[str, str]]:
    """The same as the rows of `owner_form`."""
    return [
        {
            "name": row["owner_name"],
            "id_kind": str(by_label(IdKind, row["id_kind"])),
            "id_number": row["id_number"],
            "phone": row["phone"],
            "share": row.get("share") or "",
        }
        for _, row in owner_rows(case, house)
    ]


@transaction.atomic
def bind(
    case_id: int, number: int, named: NamedOwners, *, by: Actor, at: dt.datetime, seen_version: int | None = None
) -> None:
    """Name the owners of a house of the draft, in the place of those it had. Raises: RowsFaulty, NotNow, NotYours."""
    case = locked(case_id, seen_version=seen_version)
    house = parts.row_of(case, HOUSES, number)
    if house is None:
        raise NotNow("这户房屋已被删除，请刷新后再试")
    place = {key: house[key] for key in _PLACE}
    fresh = []
    for form in named.forms:
        owner = form.details()
        values = {
            "owner_name": owner.name,
            "id_kind": str(owner.id_kind.label),
            "id_number": owner.id_number,
            "phone": owner.phone,
            "share": form.cleaned_data["share"] or None,
        }
        fresh.append({**values, **place})
    if bound := [row_number for row_number, _ in owner_rows(case, house)]:
        parts.delete_rows(case_id, OWNERS, bound, by=by, at=at)
    parts.add_rows(case_id, OWNERS, fresh, by=by, at=at)


@transaction.atomic
def unbind(case_id: int, number: int, *, by: Actor, at: dt.datetime, seen_version: int | None = None) -> None:
    """Take a binding back. Raises: NotNow, NotYours."""
    case = locked(case_id, seen_version=seen_version)
    house = parts.row_of(case, HOUSES, number)
    bound = [row_number for row_number, _ in owner_rows(case, house)] if house else []
    parts.delete_rows(case_id, OWNERS, bound, by=by, at=at)


def follow(case: Case, before: Values, after: Values, *, by: Actor, at: dt.datetime) -> None:
    """Owners stay with their house when it is given another place. Raises: RowsFaulty, NotNow, NotYours."""
    if house_key(before) == house_key(after):
        return
    place = {key: after[key] for key in _PLACE}
    if bound := owner_rows(case, before):
        parts.change_rows(case.pk, OWNERS, {number: place for number, _ in bound}, by=by, at=at)


def bound_facts(case: Case) -> list[Fact]:
    """How many houses of the draft have owners, for the case page; nothing where none has."""
    houses = len({house_key(row) for _, row in parts.rows_of(case, OWNERS)})
    return [Fact("已绑定业主", f"{houses:,} 户，审核通过后生效")] if houses else []


def owned(rows: Iterable[Values]) -> tuple[list[NewOwnership], bool]:
    """The owners of one house as the register takes them, and whether they own it jointly."""
    found = list(rows)
    shares = shares_from_texts([row.get("share") or "" for row in found])
    new = [
        NewOwnership(
            OwnerDetails(
                name=row["owner_name"],
                id_kind=by_label(IdKind, row["id_kind"]),
                id_number=row["id_number"],
                phone=row["phone"],
            ),
            ppm,
        )
        for row, ppm in zip(found, shares.ppm, strict=True)
    ]
    return new, shares.joint
