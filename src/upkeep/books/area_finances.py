"""小区财务: what 165号令 第三十条 has published of an area at least once a year: 交存、使用、增值收益和结存的总额.

Every line is read from the journal, and the lines add up: opening balance and what moved it are the closing balance.
"""

import datetime as dt
from dataclasses import dataclass

from upkeep.books.chart import EARNINGS, IN_TRANSIT, MONEY, OTHER_EXPENSE, PAYABLE_FOR_LOST_HOUSES
from upkeep.books.statements import CLOSING
from upkeep.books.transactions import KIND_OF, MoveKind
from upkeep.ledger import api as ledger

_REPAIRS = ("repair_paid", "repair_paid_in_cash", "repair_cleared_back")


@dataclass(frozen=True, kw_only=True)
class AreaFinances:
    """An area's fund in a period, in fen. `other_fen`: carried over from elsewhere, such as 期初建账 or 专户划转."""

    opening_fen: int
    deposits_fen: int
    repairs_fen: int
    returned_fen: int
    earnings_fen: int
    expenses_fen: int
    closing_fen: int

    @property
    def other_fen(self) -> int:
        """What the named lines do not explain."""
        named = self.deposits_fen - self.repairs_fen - self.returned_fen + self.earnings_fen - self.expenses_fen
        return self.closing_fen - self.opening_fen - named


def area_finances(area_id: int, *, first: dt.date, last: dt.date) -> AreaFinances:
    """The area's fund from one day to another. Two queries.

    Spending is what the bank has paid out or must; what is approved and waits for the bank is still in the balance.
    """
    totals = ledger.totals(first=first, last=last, area_ids=[area_id], without=CLOSING)
    wanted = ledger.MovesWanted(area_ids=[area_id], reasons=list(KIND_OF), first=first, last=last)
    moved = {row.reason: row.in_fen - row.out_fen for row in ledger.sums(wanted)}
    spent = {reason: -fen for reason, fen in moved.items() if KIND_OF[reason] is MoveKind.SPENDING}
    assets = [one for one in totals if one.code in (*MONEY, IN_TRANSIT, PAYABLE_FOR_LOST_HOUSES)]
    return AreaFinances(
        opening_fen=sum(one.opening_fen for one in assets),
        deposits_fen=sum(fen for reason, fen in moved.items() if KIND_OF[reason] is MoveKind.DEPOSIT),
        repairs_fen=sum(spent.get(reason, 0) for reason in _REPAIRS),
        returned_fen=sum(fen for reason, fen in spent.items() if reason not in _REPAIRS),
        earnings_fen=sum(one.credit_fen - one.debit_fen for one in totals if one.code in EARNINGS),
        expenses_fen=sum(one.debit_fen - one.credit_fen for one in totals if one.code == OTHER_EXPENSE),
        closing_fen=sum(one.closing_fen for one in assets),
    )
