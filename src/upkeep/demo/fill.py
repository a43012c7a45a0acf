"""Areas with their houses, owners and first deposits."""

import dataclasses
import datetime as dt
import random
from dataclasses import dataclass

from upkeep.banking.actions import confirm_slip
from upkeep.banking.models import PaySlip, ReceiptMode
from upkeep.books import sub_accounts
from upkeep.demo.areas import Plan, houses_of
from upkeep.demo.city import City
from upkeep.demo.people import Person, invent
from upkeep.deposits.actions import issue_deposit_slips
from upkeep.estate import actions as estate
from upkeep.estate import facilities, queries
from upkeep.estate.facilities import Data, Place
from upkeep.estate.kinds import FacilityKind, HouseUse, IdKind
from upkeep.estate.models import Area, House
from upkeep.kernel.dates import SHANGHAI
from upkeep.parties.models import Organisation


@dataclass(frozen=True)
class Filled:
    """An area as the demo loaded it."""

    plan: Plan
    area: Area
    houses: list[House]


def moment(day: dt.date, hour: int = 10, minute: int = 0) -> dt.datetime:
    """A moment of a day in Shanghai."""
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=SHANGHAI)


def fill_area(
    city: City, plan: Plan, *, place: int, committee: Organisation | None, on: dt.date, chance: random.Random
) -> Filled:
    """Enter an area with houses, facilities and owners, as collected on that day."""
    filled = enter_area(city, plan, place=place, committee=committee, at=moment(on), chance=chance)
    _bind_owners(city, filled.houses, plan, since=on, chance=chance)
    return filled


def enter_area(
    city: City, plan: Plan, *, place: int, committee: Organisation | None, at: dt.datetime, chance: random.Random
) -> Filled:
    """Enter an area with houses and facilities; nobody owns a house yet."""
    district = city.districts[plan.district]
    street = f"{district.name}{('滨江路', '翠微路', '忠山路', '龙涧路')[place % 4]}{100 + place * 8}号{plan.name}"
    houses = list(houses_of(plan, street=street, chance=chance))
    area = estate.create_area(
        jurisdiction_id=district.pk,
        name=plan.name,
        address=street,
        developer_id=city.developers[place % len(city.developers)].pk,
        property_company_id=city.companies[place % len(city.companies)].pk,
        committee_id=committee.pk if committee else None,
        floor_area_dm2=sum(house.area_dm2 for house in houses),
        land_area_dm2=sum(house.area_dm2 for house in houses) * 10 // 22,
        at=at,
    )
    estate.add_houses(area_id=area.pk, houses=houses)
    entered = queries.houses_of_area(area.pk)
    sub_accounts.open_for(area_id=area.pk, house_ids=[house.pk for house in entered])
    _add_facilities(area, plan, at=at)
    return Filled(plan, area, entered)


def _add_facilities(area: Area, plan: Plan, *, at: dt.datetime) -> None:
    """Roofs, lifts, the pump and the gate, as old as their building; a lift lives 15 years, a pump ten."""
    built = dt.date(int(plan.built[:4]), int(plan.built[4:]), 20)
    everywhere = Place()
    entries = [
        (everywhere, Data(kind=FacilityKind.PUMP, name="小区供水水泵", maker="江城泵业", model_number="CDL32-60")),
        (everywhere, Data(kind=FacilityKind.GATE, name="小区大门门禁")),
    ]
    for building in (counted.building for counted in queries.buildings_of(area.pk)):
        if not building.name.endswith("幢"):
            continue
        entries.append((Place(building.pk), Data(kind=FacilityKind.ROOF, name=f"{building.name}屋面")))
        for unit in range(1, plan.units + 1) if plan.has_lift else ():
            lift = Data(
                kind=FacilityKind.LIFT, name=f"{building.name}{unit}单元电梯", maker="西南电梯", model_number="GPS-III"
            )
            entries.append((Place(building.pk, f"{unit}单元"), lift))
    lives = {FacilityKind.PUMP: 10, FacilityKind.LIFT: 15, FacilityKind.ROOF: 20}
    for place, data in entries:
        aged = dataclasses.replace(data, installed_on=built, life_years=lives.get(data.kind))
        facilities.add(area_id=area.pk, place=place, data=aged, by_id=None, at=at)


def _bind_owners(city: City, houses: list[House], plan: Plan, *, since: dt.date, chance: random.Random) -> None:
    """Nearly every house that has paid is sold; of the others more than half. Some people own a flat and a space."""
    owners: list[estate.NewOwner] = []
    people: list[Person] = []
    for place, house in enumerate(houses):
        sold = chance.random() < (0.985 if place < len(houses) * plan.share_paid else 0.6)
        if not sold:
            continue
        if house.use == HouseUse.GARAGE and people:
            person = chance.choice(people)
        else:
            person = invent(chance)
            people.append(person)
        owners.append(
            estate.NewOwner(
                house_id=house.pk,
                name=person.name,
                id_kind=IdKind.ID_CARD,
                id_number=person.id_number,
                phone=person.phone,
            )
        )
    estate.bind_owners(jurisdiction_id=city.jurisdiction.pk, owners=owners, since=since)


def pay_deposits(city: City, filled: Filled, *, on: dt.date, serial: str) -> list[PaySlip]:
    """The houses that have paid, on one slip for each custody account, confirmed by its bank two days later."""
    paying = filled.houses[: round(len(filled.houses) * filled.plan.share_paid)]
    if not paying:
        return []
    slips = ask_deposits(city, filled, houses=paying, on=on)
    return [
        confirm_slip(
            number=slip.number,
            amount_fen=slip.total_fen,
            serial=f"{serial}{place}",
            by=city.actor(f"demo-teller{city.banks.index(slip.custody.bank) + 1}"),
            at=moment(on + dt.timedelta(days=2), 14, 20),
        )
        for place, slip in enumerate(slips)
    ]


def ask_deposits(city: City, filled: Filled, *, houses: list[House], on: dt.date) -> list[PaySlip]:
    """Slips for the first deposits of some houses, asked for by the developer."""
    developer = next(one for one in city.developers if one.pk == filled.area.developer_id)
    place = city.developers.index(developer)
    return issue_deposit_slips(
        area=filled.area,
        houses=houses,
        payer_name=developer.name,
        payer_phone=developer.contact_phone,
        payer_organisation_id=developer.pk,
        receipt_mode=ReceiptMode.WHOLE,
        by=city.actor("demo-developer" if place == 0 else f"more-developer{place + 1}"),
        at=moment(on),
    )
