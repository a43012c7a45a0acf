"""Closes pay slips whose last day has passed. Hourly, so that no time zone and no missed run matters."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from upkeep.banking.actions import expire_slips
from upkeep.kernel.dates import day_of

log = logging.getLogger(__name__)


@app.periodic(cron="7 * * * *")
@app.task(name="upkeep.expire_slips", queueing_lock="upkeep.expire_slips", pass_context=False)
def expire(timestamp: int) -> None:
    """The bank refuses an expired slip by its date anyway; this frees its houses for a new one."""
    at = timezone.now()
    if expired := expire_slips(on=day_of(at), at=at):
        log.info("expired_slips=%s", expired)
