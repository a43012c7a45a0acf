"""Forms about money: what is to be paid, what was paid, what is ordered to be paid out, what moved."""

import datetime as dt
from dataclasses import dataclass

from upkeep.printing.forms.parts import BankAccount, Fact, SignBox, Table


@dataclass(frozen=True)
class DueLine:
    """A house on a pay notice."""

    building: str
    unit: str
    room: str
    use: str
    area_dm2: int
    standard: str
    due_fen: int


@dataclass(frozen=True)
class DueSummary:
    """Houses of one kind and standard together."""

    kind: str
    houses: int
    area_dm2: int
    standard: str
    due_fen: int


@dataclass(frozen=True, kw_only=True)
class PayNotice:
    """交款通知单: who pays how much for which houses, until when, to which custody account (专户)."""

    payer: str
    area: str
    issued_on: dt.date
    due_on: dt.date | None
    amount_fen: int
    houses: int
    total_dm2: int
    account: BankAccount
    facts: tuple[Fact, ...] = ()
    summary: tuple[DueSummary, ...] = ()
    lines: tuple[DueLine, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for part in (self.summary, self.lines):
            if part and sum(line.due_fen for line in part) != self.amount_fen:
                raise ValueError("a pay notice whose lines do not add up to its amount")


@dataclass(frozen=True, kw_only=True)
class OwnerNotice:
    """交存通知书 of one house: what its owner is to pay, by which rule, until when and where. `qr` is the SVG of its code."""

    number: str
    qr: str
    payer: str
    phone: str
    community: str
    house: str
    address: str
    use: str
    area_dm2: int
    standard: str
    amount_fen: int
    capitals: str
    account: BankAccount
    bank: str
    issued_on: dt.date
    due_on: dt.date
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OwnerNotices:
    """交存通知书, one to a page, printed alone or as a batch."""

    notices: tuple[OwnerNotice, ...]

    def __post_init__(self) -> None:
        if not self.notices:
            raise ValueError("a batch of notices without a notice")


@dataclass(frozen=True)
class ReceiptLine:
    """What a part of the money was paid for."""

    text: str
    area_dm2: int | None
    standard: str
    paid_fen: int


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """票据: proof that money was received. A void one says so across the page; `serial` is its own number (票据号码)."""

    payer: str
    address: str
    paid_on: dt.date
    amount_fen: int
    method: str
    bank_serial: str
    lines: tuple[ReceiptLine, ...]
    facts: tuple[Fact, ...] = ()
    payee: str = ""
    checker: str = ""
    void: bool = False
    serial: str = ""
    capitals: str = ""

    def __post_init__(self) -> None:
        if sum(line.paid_fen for line in self.lines) != self.amount_fen:
            raise ValueError("a receipt whose lines do not add up to its amount")


@dataclass(frozen=True, kw_only=True)
class Receipts:
    """票据, many of one payment in one file, each on a page of its own; `capitals` of each is filled in."""

    items: tuple[Receipt, ...]


@dataclass(frozen=True, kw_only=True)
class PaymentOrder:
    """拨款通知单: the office orders the bank to pay out of the custody account."""

    issued_on: dt.date
    amount_fen: int
    payer: BankAccount
    payee: BankAccount
    purpose: str
    bank: str
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    signs: tuple[SignBox, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BankSlip:
    """银行回单: the bank's word that money moved."""

    bank: str
    booked_on: dt.date
    amount_fen: int
    payer: BankAccount
    payee: BankAccount
    purpose: str
    serial: str
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Journal:
    """银行当日流水: what a bank confirmed and took back on a day, with its sums."""

    bank: str
    day_on: dt.date
    printed_for: str
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class StatementLine:
    """A movement on a sub-account; exactly one of the two amounts is there."""

    day: str
    text: str
    source: str
    in_fen: int | None
    out_fen: int | None
    balance_fen: int


@dataclass(frozen=True, kw_only=True)
class Statement:
    """分户账对账单: the movements of a house's sub-account (分户账) in a period."""

    house: str
    owner: str
    from_on: dt.date
    to_on: dt.date
    opening_fen: int
    received_fen: int
    spent_fen: int
    closing_fen: int
    lines: tuple[StatementLine, ...]
    facts: tuple[Fact, ...] = ()

    def __post_init__(self) -> None:
        if self.opening_fen + self.received_fen - self.spent_fen != self.closing_fen:
            raise ValueError("a statement that does not add up")
