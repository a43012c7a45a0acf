"""Owners of the demo city: one with an account, and houses that passed from one to another."""

import datetime as dt
import random

from upkeep.demo.city import PASSWORD, City
from upkeep.demo.fill import Filled, moment
from upkeep.demo.people import credit_code, invent
from upkeep.estate import owners
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import Area, Ownership
from upkeep.estate.owner_accounts import bind
from upkeep.estate.owners import NewOwnership, OwnerDetails
from upkeep.identity.owners import account_of_phone
from upkeep.parties.actions import rename_account, set_password

USERNAME = "demo-owner"


def open_owner_account(city: City, *, area: Area, at: dt.datetime) -> None:
    """The account of the area's first owner: made by his telephone, bound by his ID number, named afterwards."""
    first = Ownership.objects.filter(house__area=area, until__isnull=True).select_related("owner").order_by("pk")[0]
    user = account_of_phone(phone=first.owner.phone, city_id=city.jurisdiction.pk, at=at)
    bind(user=user, id_number=first.owner.id_number, at=at)
    rename_account(user=user, username=USERNAME)
    set_password(user=user, password=PASSWORD, at=at)
    city.users[USERNAME] = user


def pass_houses_on(city: City, filled: Filled, *, today: dt.date, chance: random.Random) -> int:
    """Four houses sold since they were bound: to one person, to a couple, to two by shares, to a company."""
    house_ids = [house.pk for house in filled.houses]
    owned = Ownership.objects.filter(house_id__in=house_ids, until__isnull=True).order_by("pk")[8:12]
    firm = OwnerDetails(
        name="江城云帆贸易有限公司",
        id_kind=IdKind.CREDIT_CODE,
        id_number=credit_code(880),
        phone="0830-3100088",
    )
    couple, partners = owners.split_evenly(2), (600_000, 400_000)
    plans = (
        [NewOwnership(_person(chance))],
        [NewOwnership(_person(chance), part) for part in couple],
        [NewOwnership(_person(chance), part) for part in partners],
        [NewOwnership(firm)],
    )
    for place, (one, new) in enumerate(zip(owned, plans, strict=False)):
        day = today - dt.timedelta(days=70 - 15 * place)
        owners.transfer(
            one.house_id,
            new,
            since=day,
            basis="业主过户（买卖）",
            case_id=None,
            by=city.actor("demo-clerk"),
            at=moment(day, 9, 30 + place),
            joint=place == 1,
        )
    return len(owned)


def _person(chance: random.Random) -> OwnerDetails:
    person = invent(chance)
    return OwnerDetails(name=person.name, id_kind=IdKind.ID_CARD, id_number=person.id_number, phone=person.phone)
