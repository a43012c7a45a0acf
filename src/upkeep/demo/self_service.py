"""What owners began themselves on the public site: a deposit that waits to be paid, houses that the register does not have."""

import datetime as dt
import random
from typing import Any

from upkeep.casework import engine, files, prints
from upkeep.casework.models import Case
from upkeep.casework.pages import PROOF
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.demo.city import City
from upkeep.demo.papers import picture_of
from upkeep.demo.people import Person, invent
from upkeep.estate import owner_cases
from upkeep.estate.models import Area, House
from upkeep.estate.queries import current_ownerships
from upkeep.parties.actor import ANONYMOUS, Actor


def pay_oneself(city: City, house: House, *, at: dt.datetime) -> None:
    """购房人交款 of an owner who proved himself on the site: the slip waits at the bank."""
    owner = current_ownerships([house.pk])[house.pk][0].owner
    said = {"payer_name": owner.name, "payer_phone": owner.phone}
    _hand_in(city, "owner_deposit", owner_cases.begun_for(house) | said, at=at)


def describe_house(
    city: City, area: Area, *, building: str, room: str, at: dt.datetime, chance: random.Random
) -> None:
    """未备案房屋交款 of a buyer whom the register does not know: reviewed, or with its slip at once, as the city has it."""
    buyer: Person = invent(chance)
    said = {
        "area": str(area.pk),
        "building": building,
        "building_kind": "MID_RISE",
        "has_lift": "YES",
        "unit": "1",
        "floor": room[:-2],
        "room": room,
        "area_m2": f"{chance.randint(8_500, 13_000) / 100:.2f}",
        "use": "RESIDENTIAL",
        "nature": "COMMODITY",
        "payer_name": buyer.name,
        "payer_phone": buyer.phone,
        "id_kind": "ID_CARD",
        "id_number": buyer.id_number,
        "contract": f"{at.year}-{area.initials.upper()}-{chance.randint(100, 999):04d}",
    }
    _hand_in(city, "unregistered_deposit", said, at=at)


def _hand_in(city: City, code: str, said: dict[str, Any], *, at: dt.datetime) -> None:
    """As a visitor does it: fill in, prove the telephone, upload, submit, print."""
    procedure = register[code]
    case = engine.start(procedure, by=ANONYMOUS, at=at, jurisdiction_id=city.jurisdiction.pk, data=said)
    guest = Actor(user_id=0, name="", roles=ANONYMOUS.roles, guest_cases=frozenset({case.pk}))
    engine.save_draft(case.pk, {PROOF: procedure.proof(case)}, by=guest, at=at)
    for paper in procedure.papers:
        content = picture_of(paper.title)
        files.attach(case.pk, paper=paper.code, name=f"{paper.title}.png", content=content, by=guest, at=at)
    submitted_at = at + dt.timedelta(minutes=12)
    engine.move(case.pk, Move.SUBMIT, by=guest, at=submitted_at)
    handed_in = Case.objects.get(pk=case.pk)
    for one in procedure.prints_of(handed_in):
        prints.keep(handed_in, one.code, by_id=None, at=submitted_at)
