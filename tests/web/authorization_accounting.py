"""The books: what the addresses below /accounting/ name, and who gets in."""

import datetime as dt

from tests.circle.cast import Cast
from tests.web.authorization_people import BOOKKEEPERS, FAR_BOOKKEEPERS, Row, get, post
from upkeep.banking.custody_books import books_of
from upkeep.books.vouchers import number_vouchers, voucher_page
from upkeep.kernel.dates import day_of

_READERS = BOOKKEEPERS | FAR_BOOKKEEPERS
_ACCOUNTANTS = {"accountant", "far-accountant"}

ACCOUNTING: dict[str, Row] = {
    "accounting:balances": get("/accounting/balances/", _READERS),
    "accounting:ledger": get("/accounting/ledger/?code=1001", _READERS),
    "accounting:vouchers": get("/accounting/vouchers/", _READERS),
    "accounting:give_numbers": post("/accounting/vouchers/numbers/", _ACCOUNTANTS),
    "accounting:voucher": get("/accounting/vouchers/{voucher}/", BOOKKEEPERS, FAR_BOOKKEEPERS),
}


def accounting(cast: Cast, *, at: dt.datetime) -> dict[str, str]:
    """A voucher of the city."""
    first, today = dt.date(2000, 1, 1), day_of(at)
    books = books_of(cast.city.jurisdiction.pk)
    number_vouchers(book_ids=books, since=first, through=today)
    head = voucher_page(book_ids=books, first=first, last=today, size=1).rows[0]
    return {"voucher": str(head.entry_id)}
