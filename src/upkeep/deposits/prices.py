"""合同价: noted by the office for a house whose first deposit is a share of it (D7), and corrected until it has paid."""

import datetime as dt

from django.db import transaction

from upkeep.deposits.models import HousePrice
from upkeep.estate.models import House
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.ids import new_id
from upkeep.parties.actor import Actor


def price_of(house_id: int) -> HousePrice | None:
    """The price that is known now."""
    return HousePrice.objects.filter(house_id=house_id, until__isnull=True).first()


@transaction.atomic
def note_price(house_id: int, *, price_fen: int, contract: str, by: Actor, at: dt.datetime) -> HousePrice:
    """Write down the price of a house's contract, in the place of the one before, which is kept.

    Raises: HasProblems without a contract's number, or when the house has paid its first deposit.
    """
    house = House.objects.select_for_update(of=("self",), no_key=True).get(pk=house_id)
    contract = contract.strip()
    if not contract:
        raise HasProblems([Problem("contract", "请填写合同编号")])
    if house.first_deposit_due_fen is not None:
        raise HasProblems([Problem("", "该房屋已交首期维修资金，合同价不再影响应交金额，无须登记")])
    HousePrice.objects.filter(house=house, until__isnull=True).update(until=at)
    return HousePrice.objects.create(
        id=new_id(),
        house=house,
        price_fen=price_fen,
        contract=contract[:60],
        noted_by_id=by.user_id or None,
        noted_by_name=by.name,
        noted_at=at,
    )
