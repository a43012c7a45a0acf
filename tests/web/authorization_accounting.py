"""The books: what the addresses below /accounting/ name, and who gets in."""

import datetime as dt

from tests.circle.cast import Cast
from tests.web.authorization_people import BOOKKEEPERS, FAR_BOOKKEEPERS, Row, get, post
from upkeep.accounting.manual import NewLine, Written, draft
from upkeep.accounting.openings import BankTotal, hand_in
from upkeep.accounting.printing import keep_voucher
from upkeep.banking.custody_books import books_of, custodies_of
from upkeep.books.vouchers import number_vouchers, voucher_page
from upkeep.kernel.dates import day_of

_READERS = BOOKKEEPERS | FAR_BOOKKEEPERS
_ACCOUNTANTS = {"accountant", "far-accountant"}
_FAR_ACCOUNTANT = {"far-accountant"}
_CHECKERS = {"accountant", "approver"}

ACCOUNTING: dict[str, Row] = {
    "accounting:balances": get("/accounting/balances/", _READERS),
    "accounting:ledger": get("/accounting/ledger/?code=1001", _READERS),
    "accounting:vouchers": get("/accounting/vouchers/", _READERS),
    "accounting:give_numbers": post("/accounting/vouchers/numbers/", _ACCOUNTANTS),
    "accounting:voucher": get("/accounting/vouchers/{voucher}/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "accounting:print_voucher": post("/accounting/vouchers/{voucher}/print/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "accounting:print_month": post("/accounting/vouchers/print/", _READERS),
    "accounting:book_print": get(
        "/accounting/books/{voucher_book}/prints/{voucher_print}/", BOOKKEEPERS, FAR_BOOKKEEPERS
    ),
    "accounting:manual": get("/accounting/manual/", _READERS),
    "accounting:write_manual": get("/accounting/manual/new/", _ACCOUNTANTS),
    "accounting:manual_voucher": get("/accounting/manual/{manual}/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "accounting:edit_manual": get("/accounting/manual/{manual}/edit/", {"accountant"}, _FAR_ACCOUNTANT),
    "accounting:submit_manual": post("/accounting/manual/{manual}/submit/", {"accountant"}, _FAR_ACCOUNTANT),
    "accounting:drop_manual": post("/accounting/manual/{manual}/drop/", {"accountant"}, _FAR_ACCOUNTANT),
    "accounting:approve_manual": post("/accounting/manual/{manual}/approve/", _CHECKERS, FAR_BOOKKEEPERS),
    "accounting:return_manual": post("/accounting/manual/{manual}/return/", _CHECKERS, FAR_BOOKKEEPERS),
    "accounting:reverse_manual": post("/accounting/manual/{manual}/reverse/", {"accountant"}, _FAR_ACCOUNTANT),
    "accounting:openings": get("/accounting/openings/", _READERS),
    "accounting:new_opening": get("/accounting/openings/new/", _ACCOUNTANTS),
    "accounting:opening_table": get("/accounting/openings/table/", _ACCOUNTANTS),
    "accounting:opening": get("/accounting/openings/{opening}/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "accounting:opening_faults": get("/accounting/openings/{opening}/faults/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "accounting:accept_opening": post("/accounting/openings/{opening}/accept/", _CHECKERS, FAR_BOOKKEEPERS),
    "accounting:return_opening": post("/accounting/openings/{opening}/return/", _CHECKERS, FAR_BOOKKEEPERS),
    "accounting:exports": get("/accounting/exports/", _READERS | {"audit-admin"}),
    "accounting:export_table": post("/accounting/exports/table/", _READERS),
    "accounting:export_journal": post("/accounting/exports/journal/", _READERS),
    "accounting:dictionary": get("/accounting/exports/dictionary/", _READERS | {"audit-admin"}),
}


def accounting(cast: Cast, *, at: dt.datetime) -> dict[str, str]:
    """A voucher of the city, one that is being written by hand, and an opening."""
    first, today = dt.date(2000, 1, 1), day_of(at)
    books = books_of(cast.city.jurisdiction.pk)
    number_vouchers(book_ids=books, since=first, through=today)
    head = voucher_page(book_ids=books, first=first, last=today, size=1).rows[0]
    custody = next(iter(custodies_of(cast.city.jurisdiction.pk)))
    lines = [NewLine(code="1001", debit_fen=5), NewLine(code="4901", credit_fen=5)]
    written = Written(custody_id=custody.pk, area_id=None, booked_on=today, summary="利息", lines=lines)
    manual = draft(written, by=cast.city.actor("demo-accountant"), at=at)
    opening = hand_in(
        file_name="期初.csv",
        chunks=[b""],
        opened_on=today,
        totals={custody.pk: BankTotal(bank_fen=5)},
        by=cast.city.actor("demo-accountant"),
        at=at,
    )
    kept = keep_voucher(head.entry_id, by_id=0, at=at)
    return {
        "voucher": str(head.entry_id),
        "manual": manual.number,
        "voucher_book": str(head.book_id),
        "voucher_print": str(kept.pk),
        "opening": opening.number,
    }
