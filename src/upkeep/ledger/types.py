"""What the journal takes and gives: plain frozen values."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class Line(NamedTuple):
    """One side of an entry: an amount on a general-ledger account and, where a house's money moves, its sub-account.

    A NamedTuple because a batch may bring a million of them.
    """

    custody_id: int
    code: str
    debit_fen: int = 0
    credit_fen: int = 0
    sub_account_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An entry (分录) to book: one area, one set of books (`fund`), two lines or more, balanced per custody account.

    `source` is the idempotency key within the area; the order of lines is part of the content.
    """

    area_id: int
    source: str
    reason: str
    fund: str
    booked_on: dt.date
    lines: Sequence[Line]
    reverses: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class BookedEntry:
    """An entry as it stands in the journal."""

    id: int
    ordinal: int
    area_id: int
    source: str
    reason: str
    fund: str
    booked_on: dt.date
    reverses: int | None
    reversed_by: int | None
    lines: Sequence[Line]


@dataclass(frozen=True, kw_only=True, slots=True)
class SubAccountBalance:
    """What stands on a sub-account (分户账) and what of it is held. `day_product` (积数) see docs/ledger.md."""

    balance_fen: int
    held_fen: int
    day_product: int = 0

    @property
    def available_fen(self) -> int:
        """What may still be promised or paid."""
        return self.balance_fen - self.held_fen


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """One change of a sub-account, with the balance after it."""

    entry_id: int
    source: str
    reason: str
    booked_on: dt.date
    code: str
    amount_fen: int
    balance_fen: int
    reverses: int | None


class AccountMove(NamedTuple):
    """What one entry moved on one account of a custody account; `fen` is positive for a debit."""

    entry_id: int
    area_id: int
    ordinal: int
    booked_on: dt.date
    source: str
    reason: str
    fen: int


class MoneyMove(NamedTuple):
    """An entry with what it moved on houses' sub-accounts. `house_id` is one of them: the only one where `houses` is 1."""

    entry_id: int
    area_id: int
    ordinal: int
    source: str
    reason: str
    booked_on: dt.date
    reverses: int | None
    in_fen: int
    out_fen: int
    houses: int
    house_id: int


class MoneyLine(NamedTuple):
    """What an entry moved on one house; money that left it is negative."""

    entry_id: int
    area_id: int
    ordinal: int
    source: str
    reason: str
    booked_on: dt.date
    reverses: int | None
    line_no: int
    house_id: int
    amount_fen: int


class MoneySum(NamedTuple):
    """All movements of one reason together: entries, lines of houses, in and out."""

    reason: str
    entries: int
    lines: int
    in_fen: int
    out_fen: int


class EntryHead(NamedTuple):
    """An entry as it stands in a list of vouchers (凭证). `number` counts in its book and month, None while it has none;
    `amount_fen` is its debit side, which is its credit side."""

    entry_id: int
    book_id: int
    ordinal: int
    source: str
    reason: str
    booked_on: dt.date
    reverses: int | None
    number: int | None
    amount_fen: int
    houses: int


class AccountLine(NamedTuple):
    """What an entry booked on one account. `house_id` is one of the sub-accounts it moved there, None without any."""

    entry_id: int
    book_id: int
    ordinal: int
    source: str
    reason: str
    booked_on: dt.date
    reverses: int | None
    number: int | None
    custody_id: int
    code: str
    debit_fen: int
    credit_fen: int
    houses: int
    house_id: int | None


class AccountMonth(NamedTuple):
    """What was booked on accounts in the month that begins on `month`, in fen."""

    month: dt.date
    debit_fen: int
    credit_fen: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountTotal:
    """What a general-ledger account stood at before a period (debit positive) and what was booked on it within.

    `area_id` is None in a sum over areas.
    """

    area_id: int | None
    custody_id: int
    fund: str
    code: str
    opening_fen: int
    debit_fen: int
    credit_fen: int

    @property
    def closing_fen(self) -> int:
        """The balance at the end, debit positive."""
        return self.opening_fen + self.debit_fen - self.credit_fen


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something the audit found wrong: which rule, a sentence in Chinese, and where."""

    code: str
    text: str
    keys: Mapping[str, Any]


class LedgerRefused(Exception):
    """The journal refused; `rule` names the guard that did."""

    def __init__(self, rule: str, detail: str = "") -> None:
        self.rule = rule
        super().__init__(f"{rule}: {detail}" if detail else rule)


class Unsound(LedgerRefused):
    """The entry contradicts itself or names what does not exist: a bug of the caller."""


class Unbalanced(Unsound):
    """Debit and credit differ, or there are fewer than two lines: a bug of the caller."""


class Overdrawn(LedgerRefused):
    """A sub-account has less than the entry or hold asks for. `short`: sub-account id -> fen missing."""

    def __init__(self, rule: str, detail: str = "", *, short: Mapping[int, int] | None = None) -> None:
        self.short = dict(short or {})
        super().__init__(rule, detail)


class PeriodClosed(LedgerRefused):
    """The day lies in a closed period."""


class SubAccountClosed(LedgerRefused):
    """The sub-account is closed, or is to be closed while money stands on it."""


class AlreadyReversed(LedgerRefused):
    """The entry has been reversed before, or is itself a reversal."""


class Duplicate(LedgerRefused):
    """The source was used before, with another content."""
