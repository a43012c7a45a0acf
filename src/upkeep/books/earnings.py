"""Posting templates of earnings (收益): what a custody account as a whole has earned comes to the houses, and money put out for a
term. `postings` says how templates are read; docs/adr/0016 why there are two books.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from upkeep.books import chart
from upkeep.books.chart import FundKind
from upkeep.books.errors import in_words
from upkeep.ledger import api as ledger
from upkeep.ledger.api import Entry, Line

ALLOTTED, SHARED = "earnings_allotted", "earnings_shared"


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaShare:
    """What the houses of one area get out of a custody account's earnings; the account's book is open (`custody_books`)."""

    area_id: int
    custody_id: int
    fund_kind: FundKind
    amounts: Mapping[int, int]


def earnings_shared(shares: Sequence[AreaShare], *, source: str, booked_on: dt.date) -> list[int]:
    """收益分配到户: 专户账簿借 3101 贷 1001 (`earnings_allotted`), 区域账簿借 1001 贷 3001/3002 (分户增加).

    One statement for all. Answers with the entries of the areas' books, in order. Raises: Refusal where a period is closed.
    """
    entries: list[Entry] = []
    for one in shares:
        if not one.amounts or min(one.amounts.values()) <= 0:
            raise ValueError("every house's amount must be a positive number of fen, and there must be one")
        total, custody, code = sum(one.amounts.values()), one.custody_id, one.fund_kind.net_asset
        named = f"{source}:{one.area_id}:{custody}"
        allotted = [Line(custody, chart.UNDISTRIBUTED, total, 0), Line(custody, chart.BANK, 0, total)]
        shared = [
            Line(custody, chart.BANK, total, 0),
            *(Line(custody, code, 0, fen, house) for house, fen in sorted(one.amounts.items())),
        ]
        entries.append(_entry(ALLOTTED, custody, one.fund_kind, named, booked_on, allotted))
        entries.append(_entry(SHARED, one.area_id, one.fund_kind, named, booked_on, shared))
    with in_words():
        return ledger.post_many(entries)[1::2]


def sharing_reversed(entry_ids: Sequence[int], *, booked_on: dt.date) -> list[int]:
    """收益分配冲销: the mirrors of areas' entries of `earnings_shared` and of their counterparts, in one statement.

    Answers with the mirrors of the areas' entries, in order. Raises: NotEnoughMoney where a house has spent it; Refusal.
    """
    entries: list[Entry] = []
    for entry_id in entry_ids:
        shared = ledger.entry(entry_id)
        if shared.reason != SHARED:
            raise ValueError(f"entry {entry_id} shares no earnings")
        custody_book = shared.lines[0].custody_id
        other = ledger.entry_of(area_id=custody_book, source=shared.source)
        assert other is not None
        for one in (ledger.entry(other), shared):
            mirrored = [line._replace(debit_fen=line.credit_fen, credit_fen=line.debit_fen) for line in one.lines]
            entries.append(
                Entry(
                    area_id=one.area_id,
                    source=f"{one.source}:reversed",
                    reason=one.reason,
                    fund=one.fund,
                    booked_on=booked_on,
                    lines=mirrored,
                    reverses=one.id,
                )
            )
    with in_words("部分房屋分得的收益已经支出，余额不足，不能冲销"):
        return ledger.post_many(entries)[1::2]


def term_deposit_placed(*, custody_id: int, fund_kind: FundKind, fen: int, source: str, booked_on: dt.date) -> int:
    """转存定期: 专户账簿借 100102 银行存款—定期存款, 贷 1001 银行存款."""
    lines = [Line(custody_id, chart.TERM_DEPOSITS, fen, 0), Line(custody_id, chart.BANK, 0, fen)]
    return _post("term_deposit_placed", custody_id, fund_kind, source, booked_on, lines)


def term_deposit_returned(
    *, custody_id: int, fund_kind: FundKind, principal_fen: int, interest_fen: int, source: str, booked_on: dt.date
) -> int:
    """定期到期或提前支取: 借 1001 银行存款, 贷 100102 (本金)、4101 存款利息收入 (利息)."""
    lines = [
        Line(custody_id, chart.BANK, principal_fen + interest_fen, 0),
        Line(custody_id, chart.TERM_DEPOSITS, 0, principal_fen),
        *([Line(custody_id, chart.BANK_INTEREST, 0, interest_fen)] if interest_fen else []),
    ]
    return _post("term_deposit_returned", custody_id, fund_kind, source, booked_on, lines)


def _entry(reason: str, book: int, fund: FundKind, source: str, on: dt.date, lines: Sequence[Line]) -> Entry:
    return Entry(area_id=book, source=source, reason=reason, fund=fund.value, booked_on=on, lines=lines)


def _post(reason: str, custody_id: int, fund: FundKind, source: str, on: dt.date, lines: Sequence[Line]) -> int:
    with in_words():
        return ledger.post(_entry(reason, custody_id, fund, source, on, lines))
