"""记账凭证: one voucher, or all of a book's month, two on a page to be cut apart and bound."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class VoucherRow:
    """A line: an account with its custody account, and an amount on one side."""

    words: str
    account: str
    custody: str
    houses: str
    debit_fen: int | None
    credit_fen: int | None


@dataclass(frozen=True, kw_only=True)
class VoucherSheet:
    """One voucher, or a part of a long one (`part` such as 1/2)."""

    name: str
    booked_on: dt.date
    part: str
    rows: tuple[VoucherRow, ...]
    total_fen: int | None
    capitals: str
    basis: str
    attachments: str
    made_by: str
    checked_by: str
    is_reversal: bool = False


@dataclass(frozen=True, kw_only=True)
class Vouchers:
    """The vouchers of a book."""

    book: str
    sheets: tuple[VoucherSheet, ...]
