"""What stands behind public houses: the selling unit's account of each (售房单位分账), what it holds, how it shares a cost.

For packages above that spend money: `unit_parts_of` says what of each share the unit bears; `amounts_of_sub_accounts` makes
of it the amounts for `sub_accounts.hold`, `order_payments` and `postings.repair_paid`, houses and accounts side by side.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, Sum

from upkeep.banking.models import PaySlip, SlipState
from upkeep.books import sub_accounts
from upkeep.books.deposited import left_of
from upkeep.deposits.models import UnitSale
from upkeep.deposits.public_shares import PublicHouse, by_sub_account, unit_parts
from upkeep.estate.models import SellingUnitAccount


def public_houses(house_ids: Collection[int]) -> dict[int, PublicHouse]:
    """Of the houses those for which a selling unit has paid in, with its account and what owner and unit paid in: by house id.

    What owners paid in is what came in for the house less what was refunded. Two queries.
    """
    rows = UnitSale.objects.filter(house_id__in=house_ids, ended_at__isnull=True, deposited_fen__isnull=False)
    found = {
        house_id: (account_id, fen)
        for house_id, account_id, fen in rows.values_list("house_id", "account_id", "deposited_fen")
    }
    owners = left_of(list(found)) if found else {}
    return {
        house_id: PublicHouse(
            account_id=account_id, owner_deposit_fen=max(owners.get(house_id, 0), 0), unit_deposit_fen=fen or 0
        )
        for house_id, (account_id, fen) in found.items()
    }


def accounts_behind(house_ids: Collection[int]) -> dict[int, int]:
    """The selling unit's account behind each public house that has one: account id by house id. One query."""
    rows = UnitSale.objects.filter(house_id__in=house_ids, ended_at__isnull=True, deposited_fen__isnull=False)
    return dict(rows.values_list("house_id", "account_id"))


def unit_parts_of(shares: Mapping[int, int]) -> dict[int, int]:
    """What selling units' accounts bear of each house's share, fen by house id; 0 where no account stands behind the house.

    `public_shares.unit_parts` of what was paid in until now.
    """
    return unit_parts(shares, public_houses(list(shares)))


def amounts_of_sub_accounts(shares: Mapping[int, int], parts: Mapping[int, int]) -> dict[int, int]:
    """The amounts to hold, order and book: fen by house id (its own part) and by account id (the unit's parts together).

    `shares` is fen by house id, `parts` what the unit bears of each (`unit_parts_of`, kept by the caller since).
    Raises: KeyError where a part is borne and no account stands behind the house any more.
    """
    return by_sub_account(shares, parts, accounts_behind([house_id for house_id, fen in parts.items() if fen]))


@dataclass(frozen=True, kw_only=True)
class UnitStanding:
    """How a selling unit's account stands: for how many houses it was paid in, how much, what is left, held, awaited; in fen."""

    account: SellingUnitAccount
    houses: int
    price_fen: int
    deposited_fen: int
    balance_fen: int
    held_fen: int
    #: Asked for by slips that wait at the bank.
    waiting_fen: int

    @property
    def available_fen(self) -> int:
        """What may still be promised or paid."""
        return self.balance_fen - self.held_fen


def sales_of(account_id: int) -> list[UnitSale]:
    """The houses the account is for, with price and part paid in, in the order of the building table. One query."""
    rows = UnitSale.objects.filter(account_id=account_id, ended_at__isnull=True).select_related("house__building")
    return list(rows.order_by("house__building__order", "-house__floor", "house__unit", "house__room"))


def standings(accounts: Collection[SellingUnitAccount]) -> list[UnitStanding]:
    """How accounts stand, in the order given. Three queries."""
    ids = [account.pk for account in accounts]
    if not ids:
        return []
    balances = sub_accounts.balances(ids)
    rows = UnitSale.objects.filter(account_id__in=ids, ended_at__isnull=True, deposited_fen__isnull=False)
    sums = {
        row["account_id"]: row
        for row in rows.order_by()
        .values("account_id")
        .annotate(houses=Count("pk"), price=Sum("price_fen"), deposited=Sum("deposited_fen"))
    }
    slips = PaySlip.objects.filter(unit_account_id__in=ids, state=SlipState.WAITING).order_by()
    waiting = dict(slips.values_list("unit_account_id").annotate(total=Sum("total_fen")))
    empty = {"houses": 0, "price": 0, "deposited": 0}
    return [
        UnitStanding(
            account=account,
            houses=sums.get(account.pk, empty)["houses"],
            price_fen=sums.get(account.pk, empty)["price"],
            deposited_fen=sums.get(account.pk, empty)["deposited"],
            balance_fen=balances[account.pk].balance_fen,
            held_fen=balances[account.pk].held_fen,
            waiting_fen=waiting.get(account.pk, 0),
        )
        for account in accounts
    ]
