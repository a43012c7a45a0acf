"""Every minute: votes held online only are counted when they end; results that nobody objects to become final."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from upkeep.repairs.deciding import close_due

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="upkeep.close_votes", queueing_lock="upkeep.close_votes", pass_context=False)
def close(timestamp: int) -> None:
    """Whoever votes after the closing minute is refused anyway; running twice changes nothing."""
    if closed := close_due(at=timezone.now()):
        log.info("closed_votes=%s", closed)
