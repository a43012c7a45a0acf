"""Sub-accounts (分户账): opened, held, released, read. A sub-account's id is its house's id, or that of a selling unit's account
(`estate.models.SellingUnitAccount`, 售房单位分账), which no house has: wherever this module and `postings` speak of houses'
ids and amounts, those accounts may stand beside the houses.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from upkeep.books.errors import in_words
from upkeep.ledger import api as ledger
from upkeep.ledger.api import Movement, SubAccountBalance

__all__ = [
    "BALANCES",
    "STANDING",
    "Movement",
    "SubAccountBalance",
    "available",
    "balances",
    "balances_by_custody",
    "close_for",
    "held",
    "hold",
    "lock",
    "open_for",
    "release",
    "reopen_for",
]

#: For statements above that go over all houses at once: a row per house with `house_id` and `balance_fen`. A house that
#: moved to another area has a sub-account in each; its money is their sum.
BALANCES = "(select id as house_id, sum(balance_fen)::bigint as balance_fen from ledger.sub_account group by id)"

#: The same with what is held, and the area in which the money stands: a row per sub-account.
STANDING = "(select id as account_id, area_id, balance_fen, held_fen, closed_on from ledger.sub_account)"

_NOTHING = SubAccountBalance(balance_fen=0, held_fen=0)


def open_for(area_id: int, house_ids: Collection[int]) -> None:
    """Open the area's books and its houses' sub-accounts; what is open already stays. One statement each."""
    ledger.open_books([area_id])
    if house_ids:
        ledger.open_sub_accounts(area_id=area_id, ids=house_ids)


def lock(area_id: int) -> None:
    """Lock the area's books until the transaction ends, so that balances read now are still those that are posted."""
    ledger.open_books([area_id])
    ledger.lock_books([area_id])


def close_for(area_id: int, house_ids: Collection[int], *, on: dt.date) -> None:
    """Close (销户) empty sub-accounts: they take no posting any more.

    Raises: Refusal when money stands or is held on one.
    """
    with in_words():
        ledger.close_sub_accounts(area_id=area_id, ids=house_ids, on=on)


def reopen_for(area_id: int, house_ids: Collection[int]) -> None:
    """Open closed sub-accounts again, when the closing was a mistake."""
    ledger.reopen_sub_accounts(area_id=area_id, ids=house_ids)


def balances(house_ids: Collection[int]) -> dict[int, SubAccountBalance]:
    """Balance, held and available of every house asked for; zero where no sub-account was opened."""
    found = ledger.balances(house_ids)
    return {house_id: found.get(house_id, _NOTHING) for house_id in house_ids}


def balances_by_custody(house_ids: Collection[int]) -> dict[int, dict[int, int]]:
    """In which custody accounts (专户) each house's money lies: house id -> custody account -> fen; no zeros."""
    return ledger.balances_by_custody(house_ids)


def available(house_ids: Collection[int]) -> dict[int, int]:
    """What may still be promised or paid, per house."""
    return {house_id: balance.available_fen for house_id, balance in balances(house_ids).items()}


def hold(*, area_id: int, amounts: Mapping[int, int], source: str, at: dt.datetime) -> None:
    """Hold (冻结) approved money until the bank has paid; the same hold again changes nothing.

    Raises: NotEnoughMoney with `.short`; SourceConflict when the source holds something else now.
    """
    if not amounts or min(amounts.values()) <= 0:
        raise ValueError("every house's amount must be a positive number of fen, and there must be one")
    with in_words("部分房屋的分户可用余额不足，请核对各户余额后重新提交"):
        ledger.hold(area_id=area_id, source=source, amounts=amounts, at=at)


def release(*, area_id: int, source: str, at: dt.datetime) -> int:
    """Release (解冻) all that the source holds, before its payment is booked; returns the sum, 0 for nothing."""
    return ledger.release(area_id=area_id, source=source, at=at)


def held(*, area_id: int, source: str) -> dict[int, int]:
    """What the source holds now: house id -> fen."""
    return ledger.held(area_id=area_id, source=source)
