"""Slips for further deposits in batches: one a house, its owners the payer. Who cannot be asked now is named with the reason."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from upkeep.banking import actions as banking
from upkeep.banking.models import PaySlip, ReceiptMode
from upkeep.deposits.models import Obstacle
from upkeep.estate.claims import HouseIsBusy, busy_houses
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Area, House, Ownership
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.queries import current_ownerships
from upkeep.kernel.dates import day_of
from upkeep.parties.actor import Actor
from upkeep.policy.pay_slip_rule import pay_slip_rule

#: The purpose of a further deposit's slip (`further_purpose.FurtherDeposit`).
FURTHER = "further_deposit"
_TRIES = 5
_MOST_NAME, _MOST_RULE = 100, 120


@dataclass(frozen=True, kw_only=True)
class Item:
    """What one house is asked for; `key` is the caller's own name for it. The house's building is loaded."""

    key: int
    house: House
    amount_fen: int
    rule: str
    due_on: dt.date


@dataclass(frozen=True)
class Batch:
    """Slips and obstacles by the items' keys; every item has one of the two."""

    slips: dict[int, PaySlip]
    obstacles: dict[int, Obstacle]


@transaction.atomic
def issue_batch(area: Area, items: Sequence[Item], *, case_id: int | None, by: Actor, at: dt.datetime) -> Batch:
    """Issue a slip for each house of the area that can be asked; a house has one live slip at a time.

    A slip holds until its house's time limit, or as long as the city's rule says where that is later.
    Raises: banking.NoCustody.
    """
    owners = current_ownerships([item.house.pk for item in items])
    for tries in range(1, _TRIES + 1):  # each round leaves out whoever became busy meanwhile
        obstacles = _obstacles(items, owners)
        free = [item for item in items if item.key not in obstacles]
        try:
            with transaction.atomic():
                issued = banking.issue_slips(new=_new(area, free, owners, case_id, day_of(at)), by=by, at=at)
            return Batch({item.key: slip for item, slip in zip(free, issued, strict=True)}, obstacles)
        except HouseIsBusy:
            if tries == _TRIES:
                raise
    raise AssertionError("the last try returns or raises")


def _obstacles(items: Sequence[Item], owners: Mapping[int, Sequence[Ownership]]) -> dict[int, Obstacle]:
    ids = [item.house.pk for item in items]
    asked = {house.pk for house in busy_houses(ids, ClaimKind.DEPOSIT)}
    live = set(House.objects.filter(pk__in=ids, state=HouseState.ACTIVE).values_list("pk", flat=True))
    found = {}
    for item in items:
        house_id = item.house.pk
        if house_id not in live:
            found[item.key] = Obstacle.GONE
        elif not owners.get(house_id):
            found[item.key] = Obstacle.NO_OWNER
        elif house_id in asked:
            found[item.key] = Obstacle.BUSY
        asked.add(house_id)
    return found


def _new(
    area: Area,
    items: Sequence[Item],
    owners: Mapping[int, Sequence[Ownership]],
    case_id: int | None,
    day: dt.date,
) -> list[banking.NewSlip]:
    place = area.jurisdiction_id
    until = pay_slip_rule(jurisdiction_id=place, on=day).last_day(day)
    funds = {banking.fund_kind_of(item.house.nature) for item in items}
    custody = {one: banking.default_custody(jurisdiction_id=place, fund_kind=one).pk for one in funds}
    return [
        banking.NewSlip(
            custody_id=custody[banking.fund_kind_of(item.house.nature)],
            jurisdiction_id=place,
            area_id=area.pk,
            purpose=FURTHER,
            payer_name="、".join(one.owner.name for one in owners[item.house.pk])[:_MOST_NAME],
            payer_phone=next((one.owner.phone for one in owners[item.house.pk] if one.owner.phone), ""),
            receipt_mode=ReceiptMode.PER_HOUSE,
            items=[
                banking.SlipItem(
                    house_id=item.house.pk,
                    area_dm2=item.house.area_dm2,
                    rule=item.rule[:_MOST_RULE],
                    amount_fen=item.amount_fen,
                )
            ],
            expires_on=max(item.due_on, until),
            case_id=case_id,
        )
        for item in items
    ]
