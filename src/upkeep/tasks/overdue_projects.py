"""Every night: starters are told of projects past their day (超期); and the owners of a cancelled project, when it is."""

import datetime as dt
import logging
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from upkeep.jobs.registry import Progress, job
from upkeep.kernel.dates import day_of
from upkeep.repairs.cancelling import TELLING, tell_cancelled, tell_overdue

log = logging.getLogger(__name__)


@app.periodic(cron="22 18 * * *")  # UTC: twenty-two past two at night in Shanghai
@app.task(name="upkeep.tell_overdue_projects", queueing_lock="upkeep.tell_overdue_projects", pass_context=False)
def find(timestamp: int) -> None:
    """Running twice tells nobody twice."""
    at = timezone.now()
    log.info("overdue=%s", tell_overdue(on=day_of(at), at=at))


@job(TELLING)
def tell(progress: Progress, *, project_id: int, happened_at: str, **_: Any) -> dict[str, Any]:
    """Done again after a worker died, it tells nobody twice."""
    return {"told": tell_cancelled(project_id, happened_at=dt.datetime.fromisoformat(happened_at))}
