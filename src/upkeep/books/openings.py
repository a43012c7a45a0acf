"""期初建账: the balances of sub-accounts and of whole custody accounts with which a city moves in, booked many at a time."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from upkeep.books import chart
from upkeep.books.chart import FundKind
from upkeep.books.errors import in_words
from upkeep.ledger import api as ledger
from upkeep.ledger.api import Entry, Line

#: For statements above that match a file with the sub-accounts: `version` 0 means that nothing was ever booked on it.
ACCOUNTS = "(select id as account_id, area_id, version, closed_on from ledger.sub_account)"


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaOpening:
    """What the houses of an area have in one custody account: fen by sub-account."""

    area_id: int
    custody_id: int
    fund_kind: FundKind
    amounts: Mapping[int, int]
    source: str
    booked_on: dt.date


def lock_books(book_ids: Collection[int]) -> None:
    """Open the books where they are not open, and lock them all until the transaction ends: nothing is booked meanwhile."""
    ledger.open_books(book_ids)
    ledger.lock_books(book_ids)


def openings_booked(openings: Sequence[AreaOpening]) -> list[int]:
    """期初建账, many areas in one statement: 借 1001 银行存款, 贷 3001/3002 维修资金 (分户增加).

    Raises: Refusal where a period or a sub-account is closed.
    """
    entries = [
        Entry(
            area_id=one.area_id,
            source=one.source,
            reason="opening_balance",
            fund=one.fund_kind.value,
            booked_on=one.booked_on,
            lines=[
                Line(one.custody_id, chart.BANK, sum(one.amounts.values()), 0),
                *(
                    Line(one.custody_id, one.fund_kind.net_asset, 0, fen, account_id)
                    for account_id, fen in one.amounts.items()
                ),
            ],
        )
        for one in openings
    ]
    with in_words():
        return ledger.post_many(entries)


def opening_undistributed(
    *, custody_id: int, fund_kind: FundKind, undistributed_fen: int, bonds_fen: int, source: str, booked_on: dt.date
) -> int:
    """期初待分配收益与国债, in the custody account's book: 借 1101 国债投资, 贷 3101 待分配累计收益, the difference on 1001.

    The areas' books have all of the houses' money as 1001; what of it lies in bonds is less than zero here (docs/adr/0016).
    """
    difference = undistributed_fen - bonds_fen
    lines = [
        *([Line(custody_id, chart.BONDS, bonds_fen, 0)] if bonds_fen else []),
        *([Line(custody_id, chart.BANK, difference, 0)] if difference > 0 else []),
        *([Line(custody_id, chart.BANK, 0, -difference)] if difference < 0 else []),
        *([Line(custody_id, chart.UNDISTRIBUTED, 0, undistributed_fen)] if undistributed_fen else []),
    ]
    with in_words():
        return ledger.post(
            Entry(
                area_id=custody_id,
                source=source,
                reason="opening_undistributed",
                fund=fund_kind.value,
                booked_on=booked_on,
                lines=lines,
            )
        )
