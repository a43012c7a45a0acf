"""期初建账 in the background: a file is read and checked, and what was accepted is booked. Killed, either is done again."""

from typing import Any

from django.utils import timezone

from upkeep.accounting import openings
from upkeep.jobs.registry import Progress, job


@job(openings.READING)
def read(progress: Progress, *, opening_id: int, back: str, **_: Any) -> dict[str, Any]:
    """The result says how many rows there are and how many faults; the opening's page has them."""
    opening = openings.read(opening_id, progress=progress)
    return {"rows": opening.rows, "faults": opening.faults, "next": back}


@job(openings.BOOKING)
def book(progress: Progress, *, opening_id: int, back: str, **_: Any) -> dict[str, Any]:
    """One transaction: all of it or nothing."""
    opening = openings.book(opening_id, at=timezone.now(), progress=progress)
    return {"rows": opening.rows, "next": back}
