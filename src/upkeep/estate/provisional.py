"""Houses that their payer has entered (暂列, D4): outside the register until the bank has confirmed, then a part of it.

Source: manual 002 快捷服务 1(1) (同时将房屋补录到系统). Nobody has looked at such a house, so no list shows it, nothing but
its slip may hold it, and whoever enters the same house by the regular way is not in its way.
"""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from upkeep.estate.actions import NewHouse, lock_area
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Building, House
from upkeep.estate.public_queries import bare
from upkeep.kernel.errors import Refusal

_ENTERED = "该房屋已有人办理未备案房屋交款，有待交的交款通知单；通知单遗失或信息有误的，请到窗口办理"


class EnteredAlready(Refusal):
    """Somebody else has entered the house and his slip waits to be paid."""


class Superseded(Refusal):
    """The register has the house by now, or its building has moved: the slip no longer fits."""


def known_building(area_id: int, name: str) -> Building | None:
    """The building of the register that people mean by the name: 3号楼 is 3幢."""
    return next((one for one in Building.objects.filter(area_id=area_id) if bare(one.name) == bare(name)), None)


def same_house(area_id: int, *, building: str, unit: str, room: str) -> House | None:
    """The live house of the register that goes by these names, however they are written."""
    return _named(House.objects.filter(area_id=area_id, state=HouseState.ACTIVE), building, unit, room)


def _named(houses: QuerySet[House], building: str, unit: str, room: str) -> House | None:
    """The house that goes by these names; rooms are narrowed in the database, the rest is compared here."""
    wanted = (bare(building), bare(unit), bare(room))
    same_room = houses.filter(room__in={room, bare(room), f"{bare(room)}室"}).select_related("building")
    return next(
        (one for one in same_room if (bare(one.building.name), bare(one.unit), bare(one.room)) == wanted), None
    )


@transaction.atomic
def enter(*, area_id: int, new: NewHouse) -> House:
    """Enter a house that is not yet a part of the register, and its building where the register has none of that name.

    Raises: EnteredAlready.
    """
    lock_area(area_id)
    building = known_building(area_id, new.building)
    waiting = House.everything.filter(area_id=area_id, state=HouseState.PROVISIONAL)
    if _named(waiting, new.building, new.unit, new.room):
        raise EnteredAlready(_ENTERED)
    try:
        with transaction.atomic():
            return House.everything.create(
                area_id=area_id,
                building=building or _provisional_building(area_id, new),
                unit=new.unit,
                floor=new.floor,
                room=new.room,
                use=new.use,
                nature=new.nature,
                area_dm2=new.area_dm2,
                inner_area_dm2=new.inner_area_dm2,
                address=new.address,
                note=new.note,
                state=HouseState.PROVISIONAL,
            )
    except IntegrityError:
        raise EnteredAlready(_ENTERED) from None


def _provisional_building(area_id: int, new: NewHouse) -> Building:
    """The building of that name outside the register; what is said of it now holds, for its houses are not decided."""
    said = {
        "kind": new.building_kind,
        "has_lift": new.has_lift,
        "structure": new.structure or "",
        "built_in": new.built_in,
    }
    building, _ = Building.everything.get_or_create(
        area_id=area_id, name=new.building, is_provisional=True, defaults=said
    )
    if any(getattr(building, key) != value for key, value in said.items()):
        Building.everything.filter(pk=building.pk).update(**said)
        building.refresh_from_db()
    return building


@transaction.atomic
def take_into_register(house_ids: Iterable[int]) -> None:
    """The bank has the money: provisional houses among these become houses of the register; others stay as they are.

    Raises: Superseded, telling the teller and the payer what to do; then nothing has happened.
    """
    for house in _locked(house_ids):
        lock_area(house.area_id)
        if house.building.area_id != house.area_id:
            raise Superseded("该房屋所在楼栋已调整到其他物业区域，不能收款，请交款人重新办理通知单")
        try:
            with transaction.atomic():
                house.building = _building_of_the_register(house.building)
                house.state = HouseState.ACTIVE
                house.save(update_fields=["building", "state"])
        except IntegrityError:
            raise Superseded(
                "该房屋已另行备案，此通知单不能收款，请交款人到“业主自主办理区”查找房屋重新办理交款"
            ) from None


def _building_of_the_register(building: Building) -> Building:
    """The building itself, one that was entered meanwhile under the same name, or the provisional one made regular."""
    if not building.is_provisional:
        return building
    known = Building.objects.filter(area_id=building.area_id, name=building.name).first()
    if known is None:
        last = Building.objects.filter(area_id=building.area_id).aggregate(last=Max("order", default=0))["last"]
        building.is_provisional, building.order = False, last + 1
        building.save(update_fields=["is_provisional", "order"])
        return building
    return known


@transaction.atomic
def drop(house_ids: Iterable[int]) -> None:
    """Their slip ran out or was made void: provisional houses among these never were a part of the register."""
    for house in _locked(house_ids):
        house.state = HouseState.DROPPED
        house.save(update_fields=["state"])


def _locked(house_ids: Iterable[int]) -> list[House]:
    rows = House.everything.select_for_update(of=("self",)).filter(
        pk__in=list(house_ids), state=HouseState.PROVISIONAL
    )
    return list(rows.select_related("building").order_by("pk"))
