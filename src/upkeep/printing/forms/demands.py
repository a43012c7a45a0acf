"""欠款催缴通知单: one letter or thousands of them in one file, each with its own number and QR code."""

import datetime as dt
from dataclasses import dataclass

from upkeep.printing.forms.parts import BankAccount


@dataclass(frozen=True, kw_only=True)
class DemandLetter:
    """What one house owes: to whom, why, how much (in words too), until when. `qr`: `checking.qr_modules` of its number."""

    number: str
    qr: str
    addressee: str
    house: str
    address: str
    area_dm2: int
    first_due_fen: int
    balance_fen: int
    percent_left: str
    since_on: dt.date
    owed_fen: int
    owed_capitals: str
    why: str
    slip_number: str
    share_fen: int | None = None

    def __post_init__(self) -> None:
        if self.owed_fen <= 0:
            raise ValueError("a demand letter that asks for nothing")


@dataclass(frozen=True, kw_only=True)
class DemandLetters:
    """A batch: what is the same in all letters, and the letters in the order in which they are handed round.

    With a `matter` they ask for what is lacking of a share in a repair, without for what a balance lacks.
    """

    area: str
    issued_on: dt.date
    deadline_on: dt.date
    percent: int
    sender: str
    office: str
    office_address: str
    office_phone: str
    account: BankAccount
    how: tuple[str, ...]
    letters: tuple[DemandLetter, ...]
    matter: str = ""
