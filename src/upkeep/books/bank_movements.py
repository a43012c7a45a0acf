"""What the books say of a custody account at its bank: 1001 银行存款 over all books that keep money there."""

import datetime as dt

from upkeep.books import chart
from upkeep.ledger import api as ledger
from upkeep.ledger.api import AccountMove

#: What moves 1001 from one book of a custody account to another: the bank sees nothing of it.
WITHIN = ("earnings_allotted", "earnings_shared", "houses_moved_out", "houses_moved_in")
_BEGINNING = dt.date(1900, 1, 1)


def bank_balance(*, custody_id: int, on: dt.date) -> int:
    """The account's balance after the day's bookings, in fen."""
    totals = ledger.totals(first=_BEGINNING, last=on, custody_ids=[custody_id])
    return sum(total.closing_fen for total in totals if total.code == chart.BANK)


def bank_days(*, custody_id: int, first: dt.date, last: dt.date) -> dict[dt.date, tuple[int, int]]:
    """Debit and credit of 1001 on each day on which it moved, in fen; a later booking on an earlier day shows here."""
    return ledger.day_sums(custody_id=custody_id, code=chart.BANK, first=first, last=last)


def bank_movements(*, custody_id: int, day: dt.date) -> list[AccountMove]:
    """What moved at the bank on a day, entry by entry: positive for money that came in."""
    return ledger.account_moves(custody_id=custody_id, code=chart.BANK, first=day, last=day, without=WITHIN)


def day_to_book_on(*, book_id: int, day: dt.date, today: dt.date) -> dt.date:
    """The bank's day, or today where the book is closed through the bank's day."""
    closed = ledger.closed_through(book_id)
    return today if closed is not None and closed >= day else day
