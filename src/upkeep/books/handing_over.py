"""划转业主大会: an area's money leaves the custody account for the one its owners' assembly keeps itself (165号令 第十五条)."""

import datetime as dt
from collections.abc import Mapping

from upkeep.books import chart
from upkeep.books.chart import FundKind
from upkeep.books.errors import in_words
from upkeep.ledger import api as ledger
from upkeep.ledger.api import Entry, Line

#: What an area earned by itself and nobody has distributed to its houses yet.
_EARNINGS = (
    chart.UNDISTRIBUTED,
    chart.BANK_INTEREST,
    chart.BOND_INTEREST,
    chart.OPERATING_INCOME,
    chart.DISPOSAL_INCOME,
    chart.OTHER_INCOME,
    chart.OTHER_EXPENSE,
)
_INVESTED = (chart.BONDS, chart.PETTY_CASH, chart.IN_TRANSIT)
_BEGINNING = dt.date(1900, 1, 1)


def fund_handed_over(
    *, area_id: int, custody_id: int, fund_kind: FundKind, amounts: Mapping[int, int], source: str, booked_on: dt.date
) -> int:
    """划转业主大会: 借 3001/3002 (分户减少), 贷 1001 银行存款."""
    entry = Entry(
        area_id=area_id,
        source=source,
        reason="fund_handed_over",
        fund=fund_kind.value,
        booked_on=booked_on,
        lines=[
            *(Line(custody_id, fund_kind.net_asset, fen, 0, holder) for holder, fen in sorted(amounts.items())),
            Line(custody_id, chart.BANK, 0, sum(amounts.values())),
        ],
    )
    with in_words():
        return ledger.post(entry)


def undistributed(*, area_id: int, on: dt.date) -> int:
    """Earnings in the area's own book that no house has been given, in fen."""
    totals = ledger.totals(first=_BEGINNING, last=on, area_ids=[area_id])
    return -sum(total.closing_fen for total in totals if total.code in _EARNINGS)


def not_in_the_bank(*, area_id: int, on: dt.date) -> int:
    """Money of the area's book that lies in bonds, in cash or on its way between two accounts, in fen."""
    totals = ledger.totals(first=_BEGINNING, last=on, area_ids=[area_id])
    return sum(total.closing_fen for total in totals if total.code in _INVESTED)
