"""年度结存单: what every house of an area had at the beginning of a year, what moved it, and what it had at the end."""

import datetime as dt
from dataclasses import dataclass

from upkeep.printing.forms.parts import Fact


@dataclass(frozen=True, kw_only=True)
class AnnualSheet:
    """One house's slip. `serial` is its 流水号 within the print, `account` its 分户代码."""

    serial: str
    address: str
    owner: str
    account: str
    bank_account: str
    opening_fen: int
    received_fen: int
    interest_fen: int
    other_received_fen: int
    spent_fen: int
    repairs_fen: int
    other_spent_fen: int
    closing_fen: int

    def __post_init__(self) -> None:
        sound = (
            self.interest_fen + self.other_received_fen == self.received_fen
            and self.repairs_fen + self.other_spent_fen == self.spent_fen
            and self.opening_fen + self.received_fen - self.spent_fen == self.closing_fen
        )
        if not sound:
            raise ValueError("an annual slip that does not add up")


@dataclass(frozen=True, kw_only=True)
class AnnualStatement:
    """The slips of an area, two on a page to be cut apart."""

    area: str
    from_on: dt.date
    to_on: dt.date
    houses: int
    closing_fen: int
    sheets: tuple[AnnualSheet, ...]
    contacts: tuple[Fact, ...] = ()
    note: str = ""
