"""银行存款余额调节表: from the bank's balance and ours to the one adjusted balance, by what only one side has seen."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Min, Q

from upkeep.banking.models import CustodyAccount
from upkeep.books.bank_movements import bank_balance
from upkeep.reconciliation.models import BankLine, BankStatement, BookMovement


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """One account at the end of one day; amounts in fen, all positive. A line that is matched with something of a later
    day was open on this one.
    """

    custody: CustodyAccount
    day: dt.date
    bank_fen: int
    book_fen: int
    we_received: Sequence[BookMovement]
    we_paid: Sequence[BookMovement]
    bank_received: Sequence[BankLine]
    bank_paid: Sequence[BankLine]
    #: What the books had already lacked when the first statement came (books less bank).
    before_fen: int
    since: dt.date

    @property
    def bank_adjusted_fen(self) -> int:
        """调节后银行余额."""
        return self.bank_fen + sum(one.fen for one in [*self.we_received, *self.we_paid])

    @property
    def book_adjusted_fen(self) -> int:
        """调节后账面余额."""
        return self.book_fen + sum(one.fen for one in [*self.bank_received, *self.bank_paid])

    @property
    def difference_fen(self) -> int:
        """What the adjusted balances differ by; 0 when all is explained."""
        return self.book_adjusted_fen - self.bank_adjusted_fen

    @property
    def is_even(self) -> bool:
        return self.difference_fen == 0


def adjustment(custody: CustodyAccount, *, day: dt.date) -> Adjustment | None:
    """The table of a day that has a statement; None where there is none. Six queries."""
    kept = BankStatement.objects.filter(custody=custody, replaced_at__isnull=True)
    statement = kept.filter(day=day).first()
    if statement is None:
        return None
    since: dt.date = kept.aggregate(first=Min("day"))["first"]
    first = kept.get(day=since)
    was_open = Q(match__isnull=True) | Q(match__day__gt=day)
    lines = list(
        BankLine.objects.filter(was_open, custody=custody, day__lte=day, is_replaced=False).order_by("day", "line_no")
    )
    movements = list(
        BookMovement.objects.filter(was_open, custody=custody, day__range=(since, day)).order_by("day", "ordinal")
    )
    return Adjustment(
        custody=custody,
        day=day,
        bank_fen=statement.closing_fen,
        book_fen=bank_balance(custody_id=custody.pk, on=day),
        we_received=[one for one in movements if one.fen > 0],
        we_paid=[one for one in movements if one.fen < 0],
        bank_received=[one for one in lines if one.fen > 0],
        bank_paid=[one for one in lines if one.fen < 0],
        before_fen=bank_balance(custody_id=custody.pk, on=since - dt.timedelta(days=1)) - first.opening_fen,
        since=since,
    )
