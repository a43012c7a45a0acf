"""Tells the owners of a vote, thousands of them, once it is open, counted or decided."""

import datetime as dt
from typing import Any

from upkeep.jobs.registry import Progress, job
from upkeep.voting.telling import TELLING, send_vote_messages


@job(TELLING)
def tell(progress: Progress, *, vote_id: int, what: str, happened_at: str, **_: Any) -> dict[str, Any]:
    """Done again after a worker died, it tells nobody twice."""
    told = send_vote_messages(vote_id, what, at=dt.datetime.fromisoformat(happened_at), progress=progress)
    return {"told": told}
