"""Tells owners of a change of their balance, once the payment that caused it has been booked."""

import datetime as dt
from typing import Any

from django.utils import timezone

from upkeep.books.balance_messages import TELLING, send_balance_messages
from upkeep.jobs.registry import Progress, job


@job(TELLING)
def tell(
    progress: Progress, *, area_id: int, source: str, happened_at: str, why: str = "", **_: Any
) -> dict[str, Any]:
    """Done again after a worker died, it tells nobody twice."""
    told = send_balance_messages(
        area_id=area_id,
        source=source,
        why=why,
        happened_at=dt.datetime.fromisoformat(happened_at),
        now=timezone.now(),
    )
    return {"told": told}
