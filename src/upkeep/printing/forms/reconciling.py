"""The forms of the reconciliation with the bank."""

import datetime as dt
from dataclasses import dataclass

from upkeep.printing.forms.parts import Fact, Table


@dataclass(frozen=True, kw_only=True)
class BalanceAdjustment:
    """银行存款余额调节表: both balances side by side, and below them, item by item, what only one side has seen."""

    facts: tuple[Fact, ...]
    day_on: dt.date
    balances: Table
    items: tuple[Table, ...]
    remark: str
    printed_for: str
