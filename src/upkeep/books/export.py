"""The journal as hledger and beancount read it, so that programs that are not ours can add it up.

Amounts are integers of FEN: with decimals both programs would wave through errors below a fen.
"""

import datetime as dt
from collections.abc import Collection, Iterator

from django.db import models

from upkeep.books.chart import CHART, AccountKind
from upkeep.ledger import api as ledger
from upkeep.ledger.api import BookedEntry, Line


class JournalFormat(models.TextChoices):
    """The programs we write for."""

    HLEDGER = "hledger", "hledger"
    BEANCOUNT = "beancount", "beancount"


_ROOTS = {
    AccountKind.ASSET: "Assets",
    AccountKind.LIABILITY: "Liabilities",
    AccountKind.NET_ASSET: "Equity",
    AccountKind.INCOME: "Income",
    AccountKind.EXPENSE: "Expenses",
}


def account_name(line: Line, *, sub_accounts: bool) -> str:
    """`Assets:1001-银行存款:C9`; with sub-accounts `Income:4001-交存收入:C9:H17`."""
    account = CHART[line.code]
    name = account.name.replace("—", "-")
    house = f":H{line.sub_account_id}" if sub_accounts and line.sub_account_id is not None else ""
    return f"{_ROOTS[account.kind]}:{account.code}-{name}:C{line.custody_id}{house}"


def journal_lines(
    wanted: JournalFormat,
    *,
    sub_accounts: bool = False,
    book_ids: Collection[int] | None = None,
    last: dt.date | None = None,
) -> Iterator[str]:
    """The journal of books through a day in the order of booking, line by line without line ends; None means all."""
    if wanted is JournalFormat.HLEDGER:
        yield "commodity 1. FEN"
        for entry in ledger.journal(book_ids=book_ids, last=last):
            yield ""
            yield f"{entry.booked_on} ({entry.ordinal}) {entry.reason} {_plain(entry.source)}"
            yield from _postings(entry, sub_accounts=sub_accounts)
        return
    opened: set[str] = set()
    for entry in ledger.journal(book_ids=book_ids, last=last):
        names = sorted({account_name(line, sub_accounts=sub_accounts) for line in entry.lines} - opened)
        opened.update(names)
        yield from (f"1900-01-01 open {name} FEN" for name in names)
        yield f'{entry.booked_on} * "{entry.reason}" "{_plain(entry.source)}"'
        yield from _postings(entry, sub_accounts=sub_accounts)


def _postings(entry: BookedEntry, *, sub_accounts: bool) -> Iterator[str]:
    """Each account once: a house's many lines on one account are summed unless sub-accounts are asked for."""
    sums: dict[str, int] = {}
    for line in entry.lines:
        name = account_name(line, sub_accounts=sub_accounts)
        sums[name] = sums.get(name, 0) + line.debit_fen - line.credit_fen
    yield from (f"    {name}  {fen} FEN" for name, fen in sums.items())


def _plain(text: str) -> str:
    """Without what either program reads as syntax."""
    return text.translate({ord(mark): "_" for mark in ';"|\\()'})
