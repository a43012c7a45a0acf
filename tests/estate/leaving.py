"""A house that has left the register, for tests of what then becomes of it elsewhere."""

import datetime as dt

from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House

DAY = dt.date(2026, 11, 20)


def cancel(house: House) -> None:
    """Empty and close its sub-account, as the database demands, and cancel it."""
    area_id = house.area_id
    sub_accounts.open_for(area_id, [house.pk])
    for custody_id, fen in sub_accounts.balances_by_custody([house.pk]).get(house.pk, {}).items():
        kind = FundKind.PUBLIC if house.nature == "SOLD_PUBLIC" else FundKind.COMMODITY
        postings.loss_recognised(
            area_id=area_id,
            custody_id=custody_id,
            fund_kind=kind,
            amounts={house.pk: fen},
            source=f"test:cancel:{house.pk}",
            booked_on=DAY,
        )
    sub_accounts.close_for(area_id, [house.pk], on=DAY)
    House.objects.filter(pk=house.pk).update(state=HouseState.CANCELLED)
