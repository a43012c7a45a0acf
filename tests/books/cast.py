"""The fixed cast of the books' tests: one area, a custody account for each kind of fund, three houses each."""

import datetime as dt
import itertools
from typing import Any

from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.ledger import api as ledger

AREA, CUSTODY, PUBLIC_CUSTODY = 1, 9, 8
HOUSES = (11, 12, 13)
PUBLIC_HOUSES = (21, 22)
DAY = dt.date(2026, 3, 1)
AT = dt.datetime(2026, 3, 1, 9, 0, tzinfo=dt.UTC)
_sources = itertools.count(1)


def event(**changes: Any) -> dict[str, Any]:
    """What every posting template takes; a new source each time."""
    usual = {"area_id": AREA, "custody_id": CUSTODY, "fund_kind": FundKind.COMMODITY, "booked_on": DAY}
    return usual | {"source": f"test:{next(_sources)}"} | changes


def open_area() -> None:
    """Books and sub-accounts of the cast."""
    sub_accounts.open_for(AREA, [*HOUSES, *PUBLIC_HOUSES])


def deposit(amounts: dict[int, int], **changes: Any) -> int:
    """Money on sub-accounts, the ordinary way."""
    return postings.deposit_confirmed(**event(amounts=amounts, **changes))


def lines_of(entry_id: int) -> list[tuple[str, int, int | None]]:
    """(code, fen: debit positive, house) of an entry's lines."""
    return [
        (line.code, line.debit_fen - line.credit_fen, line.sub_account_id) for line in ledger.entry(entry_id).lines
    ]


def balance(house_id: int) -> int:
    """A house's balance."""
    return sub_accounts.balances([house_id])[house_id].balance_fen
