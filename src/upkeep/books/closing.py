"""The period close (期末结转与结账): carries income and expenses forward, then closes the books through a day.

Closing a closed period changes nothing, and what was carried forward is never carried again.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from django.db import transaction

from upkeep.books import postings
from upkeep.books.chart import CHART, AccountKind, FundKind
from upkeep.kernel.errors import Refusal
from upkeep.ledger import api as ledger

_BEGINNING = dt.date(1900, 1, 1)
_Scope = tuple[int, int, str]


def unclosed(*, area_ids: Collection[int], through: dt.date) -> dict[_Scope, dict[str, int]]:
    """Income and expense not yet carried forward: (area, custody account, fund) -> code -> fen on its natural side."""
    found: defaultdict[_Scope, dict[str, int]] = defaultdict(dict)
    for total in ledger.totals(first=_BEGINNING, last=through, area_ids=area_ids, per_area=True):
        kind = CHART[total.code].kind
        if total.area_id is not None and total.closing_fen and kind in (AccountKind.INCOME, AccountKind.EXPENSE):
            fen = total.closing_fen if kind.is_debit else -total.closing_fen
            found[total.area_id, total.custody_id, total.fund][total.code] = fen
    return dict(found)


def close_period(*, area_ids: Collection[int], through: dt.date, at: dt.datetime, by: str) -> None:
    """Carry forward all income and expense of the areas through the day and close their books (结账)."""
    with transaction.atomic():
        ledger.lock_books(area_ids)
        for (area_id, custody_id, fund), codes in sorted(unclosed(area_ids=area_ids, through=through).items()):
            income = {code: fen for code, fen in codes.items() if CHART[code].kind is AccountKind.INCOME}
            expenses = {code: fen for code, fen in codes.items() if CHART[code].kind is AccountKind.EXPENSE}
            key = f"close:{through}:{custody_id}:{at.isoformat()}"
            if income:
                postings.income_carried_forward(
                    area_id=area_id,
                    custody_id=custody_id,
                    fund_kind=FundKind(fund),
                    unclosed=income,
                    source=f"{key}:income",
                    booked_on=through,
                )
            if expenses:
                postings.expenses_carried_forward(
                    area_id=area_id,
                    custody_id=custody_id,
                    fund_kind=FundKind(fund),
                    unclosed=expenses,
                    source=f"{key}:expenses",
                    booked_on=through,
                )
        ledger.close_periods(area_ids=area_ids, through=through, at=at, by=by)


def reopen_period(*, area_ids: Collection[int], through: dt.date, at: dt.datetime, by: str) -> None:
    """Reopen (反结账) the last closing; what was carried forward stays so, later bookings go with the next.

    Raises: Refusal when that closing is not every area's last.
    """
    try:
        ledger.reopen_periods(area_ids=area_ids, through=through, at=at, by=by)
    except ledger.Unsound as refused:
        raise Refusal("只能反结账最近一次结账的期间，请从最近的期间开始逐期反结账") from refused


def closed_through(area_id: int) -> dt.date | None:
    """The last day of the area's closed period, if any is closed."""
    return ledger.closed_through(area_id)
