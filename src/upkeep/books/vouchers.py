"""Vouchers (凭证) and the accounts they move (总账, 明细账): what an accountant follows from a figure down to its entries.

An entry of the journal is a voucher; its number (凭证号) counts in its book and month and is given by `number_vouchers`.
"""

import calendar
import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from upkeep.books.chart import CHART, Account
from upkeep.books.titles import title_of
from upkeep.ledger import api as ledger
from upkeep.ledger.api import AccountLine, AccountWanted, BookedEntry, EntryHead

__all__ = [
    "AccountLine",
    "AccountPage",
    "AccountWanted",
    "BookedEntry",
    "EntryHead",
    "HouseLine",
    "MonthRow",
    "VoucherLine",
    "VoucherPage",
    "account_months",
    "account_page",
    "entry",
    "heads_of",
    "houses_page",
    "number_vouchers",
    "numbered",
    "reversed_by",
    "unnumbered",
    "voucher_lines",
    "voucher_page",
    "words_of",
]


@dataclass(frozen=True, kw_only=True)
class VoucherPage:
    """Vouchers in the order of booking. `next_key` is empty on the last page."""

    rows: Sequence[EntryHead]
    next_key: str


@dataclass(frozen=True, kw_only=True)
class AccountPage:
    """A page of an account's lines, each with the balance after it (fen, debit positive)."""

    rows: Sequence[tuple[AccountLine, int]]
    opening_fen: int
    next_key: str


@dataclass(frozen=True, kw_only=True)
class MonthRow:
    """A month of the general ledger (总账): what was booked, the year so far within the period, and the balance at its end."""

    month: dt.date
    debit_fen: int
    credit_fen: int
    year_debit_fen: int
    year_credit_fen: int
    balance_fen: int

    @property
    def last(self) -> dt.date:
        """The last day of the month."""
        return self.month.replace(day=calendar.monthrange(self.month.year, self.month.month)[1])


@dataclass(frozen=True, kw_only=True)
class VoucherLine:
    """One line of a voucher as it is shown: an account, with the lines of its houses added up."""

    custody_id: int
    account: Account
    debit_fen: int
    credit_fen: int
    houses: int


@dataclass(frozen=True, kw_only=True)
class HouseLine:
    """What a voucher moved on one sub-account (分户账); money that left it is on the debit side."""

    line_no: int
    house_id: int
    account: Account
    debit_fen: int
    credit_fen: int


def number_vouchers(*, book_ids: Collection[int], since: dt.date, through: dt.date) -> int:
    """Give numbers (凭证编号) to what is booked in a period and has none, in the order of booking; how many those were."""
    return ledger.number_vouchers(book_ids=book_ids, since=since, through=through)


def unnumbered(*, book_ids: Collection[int], first: dt.date, last: dt.date) -> int:
    """How many vouchers of a period have no number yet."""
    return ledger.unnumbered(book_ids=book_ids, first=first, last=last)


def numbered(*, book_id: int, month: dt.date, number: int) -> int | None:
    """The id of the entry with this number in the book's month."""
    return ledger.numbered(book_id=book_id, month=month, number=number)


def words_of(head: EntryHead | AccountLine) -> str:
    """The voucher's 摘要: what was booked, and whether it takes something back."""
    title = title_of(head.reason)
    return f"冲正：{title}" if head.reverses else title


def voucher_page(
    *, book_ids: Collection[int], first: dt.date, last: dt.date, after: str = "", size: int = 20
) -> VoucherPage:
    """The vouchers of books in a period, in the order of booking. One query."""
    key = _key(after)
    found = ledger.entry_heads(
        book_ids=book_ids, first=first, last=last, after=key and (key[0], key[1]), size=size + 1
    )
    next_key = f"{found[size - 1].booked_on:%Y%m%d}-{found[size - 1].ordinal}" if len(found) > size else ""
    return VoucherPage(rows=found[:size], next_key=next_key)


def account_page(wanted: AccountWanted, *, after: str = "", size: int = 20) -> AccountPage:
    """明细账: a page of what was booked on accounts, with the balance after each row. Two queries."""
    key = _key(after)
    account_key = (key[0], key[1], key[2], key[3]) if key is not None else None
    found = ledger.account_lines(wanted, after=account_key, size=size + 1)
    balance = opening = ledger.balance_before(wanted, after=account_key)
    rows = []
    for line in found[:size]:
        balance += line.debit_fen - line.credit_fen
        rows.append((line, balance))
    last = found[size - 1] if len(found) > size else None
    next_key = f"{last.booked_on:%Y%m%d}-{last.ordinal}-{last.custody_id}-{last.code}" if last else ""
    return AccountPage(rows=rows, opening_fen=opening, next_key=next_key)


def account_months(wanted: AccountWanted) -> tuple[int, list[MonthRow]]:
    """总账: what accounts stood at before the period, and each month with something booked. Two queries."""
    opening = ledger.balance_before(wanted, after=None)
    balance, rows = opening, []
    year, debits, credits = 0, 0, 0
    for month in ledger.account_months(wanted):
        if month.month.year != year:
            year, debits, credits = month.month.year, 0, 0
        debits, credits = debits + month.debit_fen, credits + month.credit_fen
        balance += month.debit_fen - month.credit_fen
        rows.append(
            MonthRow(
                month=month.month,
                debit_fen=month.debit_fen,
                credit_fen=month.credit_fen,
                year_debit_fen=debits,
                year_credit_fen=credits,
                balance_fen=balance,
            )
        )
    return opening, rows


def heads_of(ids: Collection[int]) -> dict[int, EntryHead]:
    """Vouchers by id, as in a list; those that there are not are left out. One query."""
    return ledger.heads_of(ids)


def entry(entry_id: int) -> BookedEntry:
    """A voucher with every line, for what needs them all. Raises: LookupError."""
    return ledger.entry(entry_id)


def reversed_by(entry_id: int) -> int | None:
    """The id of the entry that takes this one back, if any. One query."""
    return ledger.reversed_by(entry_id)


def voucher_lines(entry_ids: Iterable[int]) -> dict[int, list[VoucherLine]]:
    """The lines of vouchers by id, added up by account, debits first. One query."""
    found: dict[int, list[VoucherLine]] = {}
    for entry_id, custody_id, code, debit, credit, houses in ledger.lines_by_account(list(entry_ids)):
        found.setdefault(entry_id, []).append(
            VoucherLine(custody_id=custody_id, account=CHART[code], debit_fen=debit, credit_fen=credit, houses=houses)
        )
    return found


def houses_page(*, entry_id: int, after_line: int = 0, size: int = 20) -> tuple[list[HouseLine], int]:
    """A page of what a voucher moved on sub-accounts, and the line behind which the next one begins; 0: no more."""
    found = ledger.houses_page(entry_id=entry_id, after_line=after_line, size=size + 1)
    rows = [
        HouseLine(line_no=line_no, house_id=house_id, account=CHART[code], debit_fen=debit, credit_fen=credit)
        for line_no, house_id, code, debit, credit in found[:size]
    ]
    return rows, rows[-1].line_no if len(found) > size else 0


def _key(text: str) -> tuple[dt.date, int, int, str] | None:
    """The key of an address; what is none begins at the first page."""
    found = re.fullmatch(r"([0-9]{8})-([0-9]{1,18})(?:-([0-9]{1,18})-([0-9]{1,10}))?", text)
    if not found:
        return None
    try:
        day = dt.datetime.strptime(found[1], "%Y%m%d").date()  # noqa: DTZ007
    except ValueError:
        return None
    return day, int(found[2]), int(found[3] or 0), found[4] or ""
