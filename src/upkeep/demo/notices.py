"""Notices that a developer and the window printed for owners (代打交款通知单): waiting, paid, void, run out, issued anew."""

import datetime as dt
import random
from collections.abc import Sequence

from upkeep.banking.actions import confirm_slip, expire_slips
from upkeep.banking.models import PaySlip
from upkeep.banking.queries import slips_of_case
from upkeep.casework import engine
from upkeep.casework.parts import change_rows, rows_of
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.demo.city import City
from upkeep.demo.fill import Filled, moment
from upkeep.demo.owners import USERNAME
from upkeep.demo.people import invent
from upkeep.deposits.actions import reissue_slip, void_slip
from upkeep.estate import house_choice, owners
from upkeep.estate.models import House, Owner
from upkeep.parties.actor import Actor

PART = "owners"


def print_notices(city: City, filled: Filled, *, today: dt.date, chance: random.Random) -> int:
    """Notices for houses of one area that have not paid, one of them for the demo's owner. Answers with their number."""
    developer, clerk = city.actor("demo-developer"), city.actor("demo-clerk")
    unpaid = filled.houses[round(len(filled.houses) * filled.plan.share_paid) :]
    owned = set(owners.current([house.pk for house in unpaid]).values_list("house_id", flat=True))
    sold = [house for house in unpaid if house.pk in owned]
    unsold = [house for house in unpaid if house.pk not in owned]

    late = _print(
        city, [*sold[:1], *unsold[:1]], by=developer, at=moment(today - dt.timedelta(days=41)), chance=chance
    )
    expire_slips(on=today - dt.timedelta(days=10), at=moment(today - dt.timedelta(days=10), 0, 7))
    reissue_slip(number=late[0].number, by=developer, at=moment(today - dt.timedelta(days=2), 15))

    some = _print(
        city, [*sold[1:3], *unsold[1:5]], by=developer, at=moment(today - dt.timedelta(days=6)), chance=chance
    )
    _pay(city, some[0], serial="DD000001", at=moment(today - dt.timedelta(days=4), 10, 40))
    _pay(city, some[-1], serial="DD000002", at=moment(today - dt.timedelta(days=3), 16, 5))
    day = moment(today - dt.timedelta(days=5), 9, 20)
    void_slip(number=some[1].number, reason="业主要求改由配偶交款", by=developer, at=day)

    own = Owner.objects.filter(account__user=city.users[USERNAME]).order_by("pk")[0]
    asked = moment(today - dt.timedelta(days=1), 14, 10)
    mine = _print(city, unsold[5:6], by=clerk, at=asked, chance=chance, owner=own)
    return len(late) + 1 + len(some) + len(mine)


def _print(
    city: City,
    houses: Sequence[House],
    *,
    by: Actor,
    at: dt.datetime,
    chance: random.Random,
    owner: Owner | None = None,
) -> list[PaySlip]:
    """A form begun, filled in house by house and handed in; `owner` is named where it is somebody known."""
    case = engine.start(register["printed_notice"], by=by, at=at, data={"area": str(houses[0].area_id)})
    house_choice.choose(case.pk, house_ids=[house.pk for house in houses], by=by, at=at)
    changes = {}
    for number, row in rows_of(case, PART):
        if not row["recorded"]:
            one = owner or invent(chance)
            changes[number] = {
                "owner_name": one.name,
                "paper_kind": "身份证",
                "paper_number": one.id_number,
                "owner_phone": one.phone,
            }
    change_rows(case.pk, PART, changes, by=by, at=at)
    engine.move(case.pk, Move.SUBMIT, by=by, at=at + dt.timedelta(minutes=12))
    return slips_of_case(case.pk)


def _pay(city: City, slip: PaySlip, *, serial: str, at: dt.datetime) -> None:
    teller = city.actor(f"demo-teller{city.banks.index(slip.custody.bank) + 1}")
    confirm_slip(number=slip.number, amount_fen=slip.total_fen, serial=serial, by=teller, at=at)
