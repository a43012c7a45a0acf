"""售房单位交存: the unit that sold the flats of 红星小区 has paid for two buildings, is asked for a third, declares a fourth."""

import datetime as dt
import random

from upkeep.banking.actions import confirm_slip
from upkeep.banking.models import PaySlip, ReceiptMode
from upkeep.casework import engine, files, parts
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.demo.city import City
from upkeep.demo.fill import Filled, moment
from upkeep.demo.papers import picture_of
from upkeep.deposits.unit_deposits import Sale, issue_unit_slips
from upkeep.deposits.unit_form import SALES
from upkeep.estate import house_choice
from upkeep.estate.models import House

_LOGIN, _TELLER = "demo-selling-unit", "demo-teller{}"
#: What a square metre was sold for then, in fen, and how the price differs from floor to floor.
_PRICE_FEN_PER_M2 = 165_000
_PAID, _ASKED, _DECLARED = ("1幢", "2幢"), "3幢", "4幢"


def pay_unit_parts(city: City, filled: Filled, *, today: dt.date) -> int:
    """Answers with the number of houses that the unit has paid for."""
    chance = random.Random(1998)
    paid = 0
    for place, building in enumerate(_PAID):
        on = today - dt.timedelta(days=410 - 30 * place)
        slip = _ask(city, filled, building, on=on, chance=chance)
        confirm_slip(
            number=slip.number,
            amount_fen=slip.total_fen,
            serial=f"SF{on:%Y%m%d}{place}",
            by=city.actor(_TELLER.format(city.banks.index(slip.custody.bank) + 1)),
            at=moment(on + dt.timedelta(days=3), 15, 5),
        )
        paid += slip.house_count
    _ask(city, filled, _ASKED, on=today - dt.timedelta(days=4), chance=chance)
    _declare(city, filled, _DECLARED, on=today - dt.timedelta(days=1), chance=chance)
    return paid


def _houses(filled: Filled, building: str) -> list[House]:
    return [house for house in filled.houses if house.building.name == building]


def _sale(house: House, *, on: dt.date, chance: random.Random) -> Sale:
    """To the hundred yuan, the upper floors dearer, paid within the three weeks before."""
    price_fen = house.area_dm2 * (_PRICE_FEN_PER_M2 + 2_500 * house.floor) // 100
    return Sale(price_fen=price_fen // 10_000 * 10_000, received_on=on - dt.timedelta(days=chance.randrange(4, 22)))


def _ask(city: City, filled: Filled, building: str, *, on: dt.date, chance: random.Random) -> PaySlip:
    houses = _houses(filled, building)
    (slip,) = issue_unit_slips(
        area=filled.area,
        houses=houses,
        sales={house.pk: _sale(house, on=on, chance=chance) for house in houses},
        unit=city.sellers[0],
        payer_phone=city.sellers[0].contact_phone,
        receipt_mode=ReceiptMode.WHOLE,
        by=city.actor(_LOGIN),
        at=moment(on),
    )
    return slip


def _declare(city: City, filled: Filled, building: str, *, on: dt.date, chance: random.Random) -> Case:
    """A form that waits at the window."""
    by, at, procedure = city.actor(_LOGIN), moment(on, 16, 10), register["selling_unit_deposit"]
    data = {"area": str(filled.area.pk), "receipt_mode": "WHOLE", "receipt_phone": city.sellers[0].contact_phone}
    case = engine.start(procedure, by=by, at=at, data=data)
    houses = {(one.building.name, one.unit, one.room): one for one in _houses(filled, building)}
    house_choice.choose(case.pk, house_ids=[one.pk for one in houses.values()], by=by, at=at)
    changes = {}
    for number, row in parts.rows_of(case, SALES):
        sale = _sale(houses[row["building"], row["unit"], row["room"]], on=on, chance=chance)
        changes[number] = {"price_fen": sale.price_fen, "received_on": sale.received_on}
    parts.change_rows(case.pk, SALES, changes, by=by, at=at)
    for paper in procedure.papers:
        content = picture_of(paper.title)
        files.attach(case.pk, paper=paper.code, name=f"{paper.title}.png", content=content, by=by, at=at)
    return engine.move(case.pk, Move.SUBMIT, by=by, at=at)
