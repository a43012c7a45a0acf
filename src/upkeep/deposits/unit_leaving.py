"""What a selling unit paid for houses that leave the register: given back to it (165号令 第二十九条), or handed on (拆分合并).

The unit's part of a house is the account's balance in the proportion of what was paid in for the house to what was paid in for
all houses of the account that are still there: what repairs have used up and interest has added is borne and shared alike, and
with the last house the account is empty.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence

from django.db.models import QuerySet

from upkeep.books import sub_accounts
from upkeep.deposits.models import SaleEnd, UnitSale
from upkeep.estate.claims import names_of
from upkeep.estate.division import Division
from upkeep.estate.lineage import Successor
from upkeep.kernel.allocation import allocate
from upkeep.kernel.errors import Problem
from upkeep.kernel.ids import new_ids


def parts_of(house_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """The units' parts of houses now: fen by (house id, account id), Σ exact; houses without a part are left out. Three queries.

    Whoever posts by it holds the area's books.
    """
    leaving = set(house_ids)
    account_ids = set(_deposited().filter(house_id__in=leaving).values_list("account_id", flat=True))
    if not account_ids:
        return {}
    weights: dict[int, dict[int, int]] = {}
    for account_id, house_id, fen in (
        _deposited().filter(account_id__in=account_ids).values_list("account_id", "house_id", "deposited_fen")
    ):
        weights.setdefault(account_id, {})[house_id] = fen or 0
    balances = sub_accounts.balances(account_ids)
    return {
        (house_id, account_id): part
        for account_id, deposits in sorted(weights.items())
        for house_id, part in sorted(allocate(balances[account_id].balance_fen, deposits).items())
        if part and house_id in leaving
    }


def end_returned(house_ids: Collection[int], *, at: dt.datetime) -> None:
    """The houses are gone and the unit's parts are owed to it: nothing is asked of the unit for them any more."""
    UnitSale.objects.filter(house_id__in=house_ids, ended_at__isnull=True).update(ended_at=at, end=SaleEnd.RETURNED)


def merging_problems(divisions: Sequence[Division]) -> Iterator[Problem]:
    """Houses that different units have sold and that are to become one. One query."""
    ids = {house.pk for one in divisions for house in one.old}
    accounts = dict(_deposited().filter(house_id__in=ids).values_list("house_id", "account_id"))
    for one in divisions:
        if len({accounts[house.pk] for house in one.old if house.pk in accounts}) > 1:
            yield Problem("", f"{names_of(one.old)}由不同的售房单位交存，不能合并")


def hand_on(successors: Sequence[Successor], *, at: dt.datetime) -> None:
    """What was paid in for houses that were split or merged is what was paid in for those in their place, by floor area.

    Called when the new houses stand in the register. Three statements.
    """
    olds = {house.pk for one in successors for house in one.division.old}
    sales = {sale.house_id: sale for sale in _deposited().filter(house_id__in=olds)}
    UnitSale.objects.filter(house_id__in=olds, ended_at__isnull=True).update(ended_at=at, end=SaleEnd.DIVIDED)
    fresh = [sale for one in successors if (sale := _inherited(one, sales, at=at)) is not None]
    for pk, sale in zip(new_ids(len(fresh)), fresh, strict=True):
        sale.pk = pk
    UnitSale.objects.bulk_create(fresh, batch_size=5_000)


def _inherited(one: Successor, sales: Mapping[int, UnitSale], *, at: dt.datetime) -> UnitSale | None:
    mine = [sales[house.pk] for house in one.division.old if house.pk in sales]
    fen = sum(one.division.shares(sale.deposited_fen or 0)[one.part.number] for sale in mine)
    if not fen:
        return None
    price = sum(one.division.shares(sale.price_fen)[one.part.number] for sale in mine)
    return UnitSale(
        account_id=mine[0].account_id,
        house_id=one.house_id,
        price_fen=max(price, fen),
        received_on=max(sale.received_on for sale in mine),
        case_id=mine[0].case_id,
        declared_at=at,
        is_inherited=True,
        deposited_fen=fen,
        deposited_on=max(sale.deposited_on for sale in mine if sale.deposited_on),
    )


def _deposited() -> QuerySet[UnitSale]:
    return UnitSale.objects.filter(ended_at__isnull=True, deposited_fen__isnull=False)
