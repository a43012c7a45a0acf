"""交易明细: every movement of houses' money by type, period, area and house, newest first, as entries or house by house.

Source: manual 000 §2.4, §2.5, §2.6 交易明细 (维修资金缴存、列支信息; 查询类型, 订单号).
"""

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import models

from upkeep.ledger import api as ledger
from upkeep.ledger.api import MoneyLine, MoneyMove

__all__ = [
    "KIND_OF",
    "REASONS",
    "MoneyLine",
    "MoneyMove",
    "MoveFilter",
    "MoveKind",
    "MovePage",
    "MoveSums",
    "counted_in",
    "lines_page",
    "moves_page",
    "sums_of",
]


class MoveKind(models.TextChoices):
    """查询类型: what a movement of houses' money is, as owners and organisations call it."""

    DEPOSIT = "DEPOSIT", "缴存"
    SPENDING = "SPENDING", "列支"
    EARNINGS = "EARNINGS", "收益"
    CARRIED = "CARRIED", "结转"


#: The posting templates (`postings`) of each kind; a reversal is of the kind of what it reverses.
REASONS: dict[MoveKind, tuple[str, ...]] = {
    MoveKind.DEPOSIT: ("deposit_confirmed",),
    MoveKind.SPENDING: (
        "repair_paid",
        "repair_paid_in_cash",
        "repair_cleared_back",
        "refund_paid",
        "loss_recognised",
        "balance_returned",
        "fund_handed_over",
    ),
    MoveKind.EARNINGS: ("earnings_distributed", "earnings_shared"),
    MoveKind.CARRIED: (
        "opening_balance",
        "transfer_arrived",
        "houses_moved_out",
        "houses_moved_in",
        "house_money_divided",
        "manual_voucher",
        "expenses_carried_forward",
    ),
}
KIND_OF: dict[str, MoveKind] = {reason: kind for kind, reasons in REASONS.items() for reason in reasons}


@dataclass(frozen=True, kw_only=True)
class MoveFilter:
    """What the list is narrowed to; `kind` None is every type. `sources` are those of a number that was searched for, a
    source that ends in ":" stands for all that begin so; `house_ids` are the houses found. None narrows nothing.
    """

    area_ids: Collection[int]
    first: dt.date
    last: dt.date
    kind: MoveKind | None = None
    sources: Collection[str] | None = None
    house_ids: Collection[int] | None = None


_Row = TypeVar("_Row", MoneyMove, MoneyLine)


@dataclass(frozen=True, kw_only=True)
class MovePage(Generic[_Row]):
    """A page of entries or of houses' lines. `next_key` is empty on the last page."""

    rows: Sequence[_Row]
    next_key: str


@dataclass(frozen=True, kw_only=True)
class MoveSums:
    """Everything the filter finds together, in fen."""

    entries: int
    lines: int
    in_fen: int
    out_fen: int


def moves_page(wanted: MoveFilter, *, after: str = "", size: int = 20) -> MovePage[MoneyMove]:
    """One row per entry (a slip, an order). One query."""
    found = ledger.moves(_wanted(wanted), after=_key(after), size=size + 1)
    return MovePage(rows=found[:size], next_key=_text(found, size))


def lines_page(wanted: MoveFilter, *, after: str = "", size: int = 20) -> MovePage[MoneyLine]:
    """One row per house and entry. One query."""
    found = ledger.lines(_wanted(wanted), after=_key(after), size=size + 1)
    return MovePage(rows=found[:size], next_key=_text(found, size))


def sums_of(wanted: MoveFilter) -> dict[MoveKind, MoveSums]:
    """What came in and went out by type, over all pages. One query."""
    found: dict[MoveKind, MoveSums] = {}
    for row in ledger.sums(_wanted(wanted)):
        kind = KIND_OF[row.reason]
        before = found.get(kind, MoveSums(entries=0, lines=0, in_fen=0, out_fen=0))
        found[kind] = MoveSums(
            entries=before.entries + row.entries,
            lines=before.lines + row.lines,
            in_fen=before.in_fen + row.in_fen,
            out_fen=before.out_fen + row.out_fen,
        )
    return found


def counted_in(moves: Sequence[MoneyMove], *, account_ids: Collection[int]) -> dict[int, int]:
    """How many of some sub-accounts each entry has moved, by entry id; for those that are no houses' (售房单位分账)."""
    return ledger.counted_in([one.entry_id for one in moves], ids=account_ids)


def _wanted(wanted: MoveFilter) -> ledger.MovesWanted:
    kinds = [wanted.kind] if wanted.kind else list(MoveKind)
    return ledger.MovesWanted(
        area_ids=wanted.area_ids,
        reasons=[reason for kind in kinds for reason in REASONS[kind]],
        first=wanted.first,
        last=wanted.last,
        sources=wanted.sources,
        house_ids=wanted.house_ids,
    )


def _text(found: Sequence[MoneyMove] | Sequence[MoneyLine], size: int) -> str:
    if len(found) <= size:
        return ""
    last = found[size - 1]
    return f"{last.booked_on:%Y%m%d}-{last.ordinal}-{last.line_no if isinstance(last, MoneyLine) else 0}"


def _key(text: str) -> tuple[dt.date, int, int] | None:
    """The key of an address; what is none begins at the first page."""
    found = re.fullmatch(r"([0-9]{8})-([0-9]{1,18})-([0-9]{1,9})", text)
    if not found:
        return None
    try:
        day = dt.datetime.strptime(found[1], "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        return None
    return day, int(found[2]), int(found[3])
