"""Taking back, on its day, what a bank confirmed by mistake (冲正): the exact mirror of the entry its paper booked."""

import datetime as dt

from upkeep.books import postings
from upkeep.ledger import api as ledger


class NeverBooked(LookupError):
    """No entry was booked under the source: a bug of the caller."""


def take_back_deposit(*, area_id: int, source: str, booked_on: dt.date) -> int:
    """The mirror of the deposit booked under `source`. Raises: NotEnoughMoney where the money was used since."""
    return postings.deposit_reversed(
        entry_id=_entry(area_id, source), source=f"{source}:reversed", booked_on=booked_on
    )


def take_back_payment(*, area_id: int, source: str, booked_on: dt.date) -> int:
    """The mirror of the payment booked under `source`: the houses have their money back."""
    return postings.entry_reversed(entry_id=_entry(area_id, source), source=f"{source}:reversed", booked_on=booked_on)


def take_back_clearing(*, area_id: int, source: str, booked_on: dt.date) -> int:
    """The mirror of what was cleared back under `source` (清退冲正). Raises: NotEnoughMoney where it was used since."""
    return postings.entry_reversed(entry_id=_entry(area_id, source), source=f"{source}:reversed", booked_on=booked_on)


def was_booked(*, area_id: int, source: str) -> bool:
    """Whether an entry was booked under the source."""
    return ledger.entry_of(area_id=area_id, source=source) is not None


def _entry(area_id: int, source: str) -> int:
    found = ledger.entry_of(area_id=area_id, source=source)
    if found is None:
        raise NeverBooked(f"area {area_id} has no entry of {source}")
    return found
