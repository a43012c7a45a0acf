"""Changing the register: areas with their houses, owners, organisations of an area. Bulk where houses are many."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from pypinyin import Style, lazy_pinyin

from upkeep.casework.numbering import next_number
from upkeep.estate.kinds import BuildingKind, HouseNature, HouseUse, IdKind, Structure
from upkeep.estate.models import Area, Building, House, Owner, Ownership
from upkeep.estate.queries import current_service
from upkeep.estate.serving import begin_service
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.models import OrganisationKind
from upkeep.parties.queries import city_id_of, organisations


class AreaExists(Refusal):
    """An area of that name is in the register already."""


class NoSuchCommittee(Refusal):
    """What was chosen is no owners' committee of the area's city."""


class HouseExists(Refusal):
    """A house of that building, unit and room number is in the register already."""


@dataclass(frozen=True, kw_only=True)
class NewHouse:
    """A house to be entered, with what is said of its building beside it. Areas in 0.01 m²."""

    building: str
    building_kind: BuildingKind
    has_lift: bool
    structure: Structure | None
    built_in: str
    unit: str
    floor: int
    room: str
    use: HouseUse
    nature: HouseNature
    area_dm2: int
    inner_area_dm2: int | None
    address: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class NewOwner:
    """An owner to be bound to a house."""

    house_id: int
    name: str
    id_kind: IdKind
    id_number: str
    phone: str


def initials_of(name: str) -> str:
    """江南名邸 -> jnmd, by which lists can be searched."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()[:60]


@transaction.atomic
def create_area(
    *,
    jurisdiction_id: int,
    name: str,
    address: str,
    developer_id: int | None,
    floor_area_dm2: int,
    at: dt.datetime,
    land_area_dm2: int = 0,
    property_company_id: int | None = None,
    committee_id: int | None = None,
    case_id: int | None = None,
) -> Area:
    """Enter an area; the company and the committee named with it serve it from that day on. Raises: AreaExists."""
    try:
        with transaction.atomic():
            area = Area.objects.create(
                number=next_number("WY", on=day_of(at)),
                jurisdiction_id=jurisdiction_id,
                name=name,
                initials=initials_of(name),
                address=address,
                developer_id=developer_id,
                floor_area_dm2=floor_area_dm2,
                land_area_dm2=land_area_dm2,
                created_at=at,
            )
    except IntegrityError:
        raise AreaExists(f"物业区域“{name}”已经备案，如有新增房屋请办理“房屋补充”") from None
    for organisation_id in (property_company_id, committee_id):
        if organisation_id is not None:
            begin_service(
                area_id=area.pk,
                organisation_id=organisation_id,
                since=day_of(at),
                basis="物业区域备案时登记",
                case_id=case_id,
                at=at,
            )
    return area


@transaction.atomic
def add_houses(*, area_id: int, houses: Sequence[NewHouse]) -> int:
    """Enter houses and the buildings they name, in order of first mention. Answers with the number of houses.

    Raises: HouseExists; then none is entered.
    """
    buildings = _buildings(area_id, houses)
    rows = [
        House(
            id=pk,
            area_id=area_id,
            building=buildings[new.building],
            unit=new.unit,
            floor=new.floor,
            room=new.room,
            use=new.use,
            nature=new.nature,
            area_dm2=new.area_dm2,
            inner_area_dm2=new.inner_area_dm2,
            address=new.address,
            note=new.note,
        )
        for pk, new in zip(new_ids(len(houses)), houses, strict=True)
    ]
    try:
        with transaction.atomic():
            House.objects.bulk_create(rows, batch_size=5_000)
    except IntegrityError:
        raise HouseExists("有房屋已在楼盘表中，请核对楼栋、单元、房号后重新导入") from None
    return len(rows)


def _buildings(area_id: int, houses: Sequence[NewHouse]) -> dict[str, Building]:
    known = {building.name: building for building in Building.objects.filter(area_id=area_id)}
    first: dict[str, NewHouse] = {}
    for house in houses:
        first.setdefault(house.building, house)
    fresh = [(name, house) for name, house in first.items() if name not in known]
    created = Building.objects.bulk_create(
        [
            Building(
                id=pk,
                area_id=area_id,
                name=name,
                kind=house.building_kind,
                has_lift=house.has_lift,
                structure=house.structure or "",
                built_in=house.built_in,
                order=len(known) + place,
            )
            for place, (pk, (name, house)) in enumerate(zip(new_ids(len(fresh)), fresh, strict=True), start=1)
        ]
    )
    return known | {building.name: building for building in created}


@transaction.atomic
def bind_owners(*, jurisdiction_id: int, owners: Sequence[NewOwner], since: dt.date) -> int:
    """Bind owners to houses that have none, or the same one; an owner known in the city by his ID number is found.

    A house that has another owner keeps him: changing owners is 过户. Answers with the number of houses bound.
    """
    taken = set(
        Ownership.objects.filter(house_id__in=[one.house_id for one in owners], until__isnull=True).values_list(
            "house_id", flat=True
        )
    )
    wanted = [one for one in owners if one.house_id not in taken]
    people = _owners(jurisdiction_id, wanted)
    Ownership.objects.bulk_create(
        [
            Ownership(id=pk, house_id=one.house_id, owner_id=people[_key(one)], since=since)
            for pk, one in zip(new_ids(len(wanted)), wanted, strict=True)
        ],
        batch_size=5_000,
    )
    return len(wanted)


def _key(owner: NewOwner) -> tuple[str, str, str]:
    return owner.id_kind, lookup_hash(owner.id_number), owner.name


def _owners(jurisdiction_id: int, wanted: Iterable[NewOwner]) -> dict[tuple[str, str, str], int]:
    by_key = {_key(one): one for one in wanted}
    hashes = [key[1] for key in by_key]
    fresh = [
        Owner(
            id=pk,
            jurisdiction_id=jurisdiction_id,
            name=one.name,
            id_kind=one.id_kind,
            id_number=one.id_number,
            id_hash=key[1],
            phone=one.phone,
            phone_hash=lookup_hash(one.phone) if one.phone else "",
        )
        for pk, (key, one) in zip(new_ids(len(by_key)), by_key.items(), strict=True)
    ]
    Owner.objects.bulk_create(fresh, batch_size=5_000, ignore_conflicts=True)
    found = Owner.objects.filter(jurisdiction_id=jurisdiction_id, id_hash__in=hashes)
    return {(row[0], row[1], row[2]): row[3] for row in found.values_list("id_kind", "id_hash", "name", "pk")}


def set_first_deposits_due(amounts_fen: dict[int, int]) -> None:
    """Keep what a house's first deposit was set at (首期应交), once: later slips do not change it. Fen by house id."""
    with connection.cursor() as cursor:
        cursor.execute(
            """update estate_house h set first_deposit_due_fen = t.fen
               from unnest(%s::bigint[], %s::bigint[]) as t(house_id, fen)
               where h.id = t.house_id and h.first_deposit_due_fen is null""",
            [list(amounts_fen), list(amounts_fen.values())],
        )


@transaction.atomic
def bind_committee(*, area_id: int, committee_id: int, at: dt.datetime, by_id: int | None = None) -> Area:
    """Name the owners' committee that represents an area from today on; one that represents others may take it too.

    The committee of before ends. Raises: NoSuchCommittee when it is no committee of the area's city, AreaIsServed
    when it is in office already.
    """
    area = Area.objects.select_for_update(of=("self",)).get(pk=area_id)
    former = current_service(area_id=area_id, kind=OrganisationKind.OWNERS_COMMITTEE)
    city_id = city_id_of(area.jurisdiction_id)
    known = organisations(jurisdiction_id=city_id, kind=OrganisationKind.OWNERS_COMMITTEE)
    if not known.filter(pk=committee_id).exists():
        raise NoSuchCommittee("请选择本市已注册的业主委员会")
    begin_service(
        area_id=area_id,
        organisation_id=committee_id,
        since=day_of(at),
        basis="管理部门设置",
        former_id=former.pk if former else None,
        by_id=by_id,
        at=at,
    )
    return area
