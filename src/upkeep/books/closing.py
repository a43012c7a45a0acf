"""The period close (期末结转与结账): carries income and expenses forward, then closes the books through a day.

Closing a closed period changes nothing, and what was carried forward is never carried again. All books of a city are closed
in one transaction: it takes seconds, and a close that was broken off has left nothing behind.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction

from upkeep.books import bearing, carrying
from upkeep.books.chart import CHART, AccountKind, FundKind
from upkeep.books.errors import in_words
from upkeep.kernel.errors import Refusal
from upkeep.ledger import api as ledger
from upkeep.ledger.api import Entry, Line

_BEGINNING = dt.date(1900, 1, 1)
_Scope = tuple[int, int, str]


@dataclass(frozen=True, kw_only=True)
class Closed:
    """What a close did: how many books it shut, and what it carried forward, in entries and fen."""

    books: int
    entries: int
    income_fen: int
    expense_fen: int


def unclosed(*, area_ids: Collection[int], through: dt.date) -> dict[_Scope, dict[str, int]]:
    """Income and expense not yet carried forward: (area, custody account, fund) -> code -> fen on its natural side."""
    found: defaultdict[_Scope, dict[str, int]] = defaultdict(dict)
    for total in ledger.totals(first=_BEGINNING, last=through, area_ids=area_ids, per_area=True):
        kind = CHART[total.code].kind
        if total.area_id is not None and total.closing_fen and kind in (AccountKind.INCOME, AccountKind.EXPENSE):
            fen = total.closing_fen if kind.is_debit else -total.closing_fen
            found[total.area_id, total.custody_id, total.fund][total.code] = fen
    return dict(found)


@transaction.atomic
def close_period(
    *,
    area_ids: Collection[int],
    through: dt.date,
    at: dt.datetime,
    by: str,
    other_expense_to_houses: bool = False,
) -> Closed:
    """Carry forward all income and expense of the books through the day and close them (结账).

    `other_expense_to_houses`: 5901 goes to 3001/3002 and is borne by the houses, not by 3101 (see `bearing`).
    """
    ledger.lock_books(area_ids)
    open_items = unclosed(area_ids=area_ids, through=through)
    entries: list[Entry] = []
    if other_expense_to_houses:
        entries, open_items = bearing.borne(open_items, area_ids=area_ids, through=through, at=at)
    carried = [entry for scope in sorted(open_items) for entry in _carried(scope, open_items[scope], through, at)]
    with in_words():
        if entries or carried:
            ledger.post_many([*entries, *carried])
        behind = len(ledger.books_behind(through, area_ids=area_ids))
        ledger.close_periods(area_ids=area_ids, through=through, at=at, by=by)
    sums = {True: 0, False: 0}
    for codes in open_items.values():
        for code, fen in codes.items():
            sums[CHART[code].kind is AccountKind.INCOME] += fen
    return Closed(books=behind, entries=len(entries) + len(carried), income_fen=sums[True], expense_fen=sums[False])


def _carried(scope: _Scope, codes: Mapping[str, int], through: dt.date, at: dt.datetime) -> Iterator[Entry]:
    area_id, custody_id, fund = scope
    key = f"close:{through}:{custody_id}:{at.isoformat()}"
    parts = {
        kind: {code: fen for code, fen in codes.items() if CHART[code].kind is kind}
        for kind in (AccountKind.INCOME, AccountKind.EXPENSE)
    }
    named = {"custody_id": custody_id, "fund_kind": FundKind(fund)}
    lines: dict[str, list[Line]] = {
        "income": carrying.income_lines(**named, unclosed=parts[AccountKind.INCOME]),  # type: ignore[arg-type]
        "expenses": carrying.expense_lines(**named, unclosed=parts[AccountKind.EXPENSE]),  # type: ignore[arg-type]
    }
    for what, booked in lines.items():
        if booked:
            yield Entry(
                area_id=area_id,
                source=f"{key}:{what}",
                reason=f"{what}_carried_forward",
                fund=fund,
                booked_on=through,
                lines=booked,
            )


@transaction.atomic
def reopen_period(*, area_ids: Collection[int], through: dt.date, at: dt.datetime, by: str) -> None:
    """Reopen (反结账) the last closing; what was carried forward stays so, later bookings go with the next.

    Raises: Refusal when that closing is not every area's last.
    """
    try:
        ledger.reopen_periods(area_ids=area_ids, through=through, at=at, by=by)
    except ledger.Unsound as refused:
        raise Refusal("只能反结账最近一次结账的期间，请从最近的期间开始逐期反结账") from refused


@transaction.atomic
def reopen_books(
    *, area_ids: Collection[int], through: dt.date, before: dt.date | None, at: dt.datetime, by: str
) -> int:
    """Reopen a city's last closing in all its books, and leave every one closed through the period `before` it.

    Books that were opened since then may lack the earlier closing: they get it. Answers with the number reopened.
    Raises: Refusal when nothing is closed through that day.
    """
    ledger.lock_books(area_ids)
    closed = ledger.books_closed_through(through, area_ids=area_ids)
    if not closed:
        raise Refusal("没有以该日为截止日的结账，可能已经反结账，请刷新后查看")
    reopen_period(area_ids=closed, through=through, at=at, by=by)
    if before is not None:
        ledger.close_periods(area_ids=area_ids, through=before, at=at, by=by)
    return len(closed)


def closed_through(area_id: int) -> dt.date | None:
    """The last day of the area's closed period, if any is closed."""
    return ledger.closed_through(area_id)


def books_behind(day: dt.date, *, area_ids: Collection[int]) -> list[int]:
    """The books that are not closed through a day."""
    return ledger.books_behind(day, area_ids=area_ids)
