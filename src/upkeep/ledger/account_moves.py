"""What moved one account of a custody account, whatever the book: sums by day, and entry by entry."""

import datetime as dt
from collections.abc import Collection

from upkeep.ledger.database import rows
from upkeep.ledger.types import AccountMove

# Every book that has the account; from there on each question goes through an index that begins with the book.
_BOOKS = "from ledger.account a"
_WHERE = "where a.custody_id = %(custody)s and a.code = %(code)s"


def day_sums(*, custody_id: int, code: str, first: dt.date, last: dt.date) -> dict[dt.date, tuple[int, int]]:
    """Debit and credit of each day on which anything moved: day -> (debit fen, credit fen), in order."""
    found = rows(
        f"select t.booked_on, sum(t.debit_fen)::bigint, sum(t.credit_fen)::bigint {_BOOKS}"
        " join ledger.day_total t on t.area_id = a.area_id and t.custody_id = a.custody_id and t.code = a.code"
        f" {_WHERE} and t.booked_on between %(first)s and %(last)s group by 1 order by 1",
        {"custody": custody_id, "code": code, "first": first, "last": last},
    )
    return {day: (debit, credit) for day, debit, credit in found}


def account_moves(
    *, custody_id: int, code: str, first: dt.date, last: dt.date, without: Collection[str] = ()
) -> list[AccountMove]:
    """Each entry's net movement of the account in the order of booking; entries that leave it as it was are left out.

    `without` leaves out entries of these templates, and reversals of such.
    """
    found = rows(
        "select e.id, e.area_id, e.ordinal, e.booked_on, e.source, e.reason, m.fen"
        f" {_BOOKS} join ledger.entry e on e.area_id = a.area_id and e.booked_on between %(first)s and %(last)s"
        " cross join lateral (select sum(l.debit_fen - l.credit_fen)::bigint fen from ledger.line l"
        " where l.entry_id = e.id and l.area_id = e.area_id and l.custody_id = a.custody_id and l.code = a.code) m"
        " left join ledger.entry o on o.id = e.reverses and o.area_id = e.area_id"
        f" {_WHERE} and m.fen <> 0 and not coalesce(o.reason, e.reason) = any (%(without)s::text[])"
        " order by e.booked_on, e.ordinal",
        {"custody": custody_id, "code": code, "first": first, "last": last, "without": list(without)},
    )
    return [AccountMove(*row) for row in found]
