"""Changing the register: areas with their houses, owners, organisations of an area. Bulk where houses are many."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from pypinyin import Style, lazy_pinyin

from upkeep.casework.numbering import next_number
from upkeep.estate.kinds import BuildingKind, HouseNature, HouseState, HouseUse, Structure
from upkeep.estate.models import Area, Building, House
from upkeep.estate.owners import NewOwnership, OwnerDetails, bind_many, current
from upkeep.estate.queries import current_service
from upkeep.estate.serving import begin_service
from upkeep.kernel.bulk import copy_in
from upkeep.kernel.dates import day_of, start_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids
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
class NewOwner(OwnerDetails):
    """An owner to be bound to a house, alone."""

    house_id: int


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
    number: str = "",
    land_area_dm2: int = 0,
    established_on: dt.date | None = None,
    property_company_id: int | None = None,
    committee_id: int | None = None,
    case_id: int | None = None,
) -> Area:
    """Enter an area; the company and the committee named with it serve it from that day on. `number` is given where empty.

    Raises: AreaExists.
    """
    try:
        with transaction.atomic():
            area = Area.objects.create(
                number=number or next_number("WY", on=day_of(at)),
                jurisdiction_id=jurisdiction_id,
                name=name,
                initials=initials_of(name),
                address=address,
                developer_id=developer_id,
                floor_area_dm2=floor_area_dm2,
                land_area_dm2=land_area_dm2,
                established_on=established_on,
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


_NEW_HOUSE = (
    *("id", "area", "building", "unit", "floor", "room", "use", "nature", "area_dm2", "inner_area_dm2"),
    *("address", "note", "state"),
)


@transaction.atomic
def add_houses(*, area_id: int, houses: Sequence[NewHouse]) -> list[int]:
    """Enter houses and the buildings they name, in order of first mention. Answers with the houses' ids, in order.

    Of two who do this in one area at once the second waits for the first. Raises: HouseExists; then none is entered.
    """
    lock_area(area_id)
    buildings = {name: building.pk for name, building in _buildings(area_id, houses).items()}
    ids = new_ids(len(houses))
    rows = (
        (
            *(pk, area_id, buildings[new.building], new.unit, new.floor, new.room, new.use, new.nature),
            *(new.area_dm2, new.inner_area_dm2, new.address, new.note, HouseState.ACTIVE),
        )
        for pk, new in zip(ids, houses, strict=True)
    )
    try:
        copy_in(House, _NEW_HOUSE, rows)
    except IntegrityError:
        raise HouseExists("有房屋已在楼盘表中，请核对楼栋、单元、房号后重新导入") from None
    return ids


def lock_area(area_id: int) -> None:
    """Until the transaction ends nobody else changes which buildings and houses the area has."""
    Area.objects.select_for_update(no_key=True, of=("self",)).only("pk").get(pk=area_id)


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
def bind_owners(
    *,
    jurisdiction_id: int,
    owners: Sequence[NewOwner],
    since: dt.date,
    basis: str = "随首期交存登记",
    at: dt.datetime | None = None,
) -> int:
    """Bind single owners to houses that have none; an owner known in the city by his ID number is found.

    A house that has an owner keeps him: changing owners is 过户. `at` is when it is entered, the beginning of `since` where
    it is not said. Answers with the number of houses bound. Raises: NoSuchHouse.
    """
    taken = set(current([one.house_id for one in owners]).values_list("house_id", flat=True))
    wanted = {one.house_id: [NewOwnership(one)] for one in owners if one.house_id not in taken}
    at = at or start_of(since)
    return bind_many(wanted, since=min(since, day_of(at)), basis=basis, case_id=None, by=None, at=at)


def set_first_deposits_due(amounts_fen: dict[int, int]) -> None:
    """Keep what a house's first deposit was set at (首期应交), once: later slips do not change it. Fen by house id."""
    with connection.cursor() as cursor:
        cursor.execute(
            """update estate_house h set first_deposit_due_fen = t.fen
               from unnest(%s::bigint[], %s::bigint[]) as t(house_id, fen)
               where h.id = t.house_id and h.first_deposit_due_fen is null""",
            [list(amounts_fen), list(amounts_fen.values())],
        )


def clear_first_deposits_due(house_ids: Sequence[int]) -> None:
    """The houses owe their first deposit again, by the standard of the day: its payment was taken back (冲正)."""
    House.objects.filter(pk__in=house_ids).update(first_deposit_due_fen=None)


def lower_first_deposit(house: House, *, by_fen: int, is_whole: bool) -> None:
    """Money of the first deposit was paid back (退款): it was set too high by so much, or never was (then deposit anew)."""
    if house.first_deposit_due_fen is not None:
        house.first_deposit_due_fen = lowered(house.first_deposit_due_fen, by_fen=by_fen, is_whole=is_whole)
        house.save(update_fields=["first_deposit_due_fen"])


def lowered(due_fen: int | None, *, by_fen: int, is_whole: bool) -> int | None:
    """What a first deposit of so much is once `by_fen` of it was paid back, in fen; None: it is to be deposited anew."""
    if due_fen is None or is_whole:
        return None
    return due_fen - by_fen if by_fen < due_fen else due_fen


def put_back_first_deposit(house: House, *, due_fen: int | None) -> None:
    """The bank took the refund's payment back (冲正): the first deposit is what it was before."""
    house.first_deposit_due_fen = due_fen
    house.save(update_fields=["first_deposit_due_fen"])


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
