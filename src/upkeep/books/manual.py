"""手工凭证: what an accountant may book by hand, and the template that books it."""

import datetime as dt
from collections.abc import Sequence

from upkeep.books import chart
from upkeep.books.chart import CHART, HOUSE_MONEY, FundKind
from upkeep.books.errors import in_words
from upkeep.ledger import api as ledger
from upkeep.ledger.api import Entry, Line

__all__ = ["BY_HAND", "Line", "manual_voucher"]

#: Money on its way between custody accounts or put out for a term, and what is owed for houses that are gone, come from their
#: business alone.
_BY_BUSINESS = (chart.IN_TRANSIT, chart.TERM_DEPOSITS, chart.PAYABLE_FOR_LOST_HOUSES)
BY_HAND = tuple(code for code in CHART if code not in _BY_BUSINESS)


def manual_voucher(
    *,
    book_id: int,
    custody_id: int,
    fund_kind: FundKind,
    lines: Sequence[Line],
    source: str,
    booked_on: dt.date,
) -> int:
    """手工记账: the lines as an accountant wrote them, in the book of an area or of a custody account; answers with the id.

    Accounts of houses' money (3001/3002, 4001, 5001, 5101) carry a house each, the others none; all lines are of one
    custody account. Raises: ValueError for lines that break this (a bug of the caller); NotEnoughMoney, Refusal.
    """
    other_fund = chart.PUBLIC_FUND if fund_kind is FundKind.COMMODITY else chart.COMMODITY_FUND
    for line in lines:
        if line.code not in BY_HAND or line.code == other_fund or line.custody_id != custody_id:
            raise ValueError(f"{line.code} is not booked by hand in these books")
        if (line.code in HOUSE_MONEY) != (line.sub_account_id is not None):
            raise ValueError(f"a line on {line.code} names a house where it moves its money, and only there")
    ledger.open_books([book_id])
    with in_words():
        return ledger.post(
            Entry(
                area_id=book_id,
                source=source,
                reason="manual_voucher",
                fund=fund_kind.value,
                booked_on=booked_on,
                lines=lines,
            )
        )
