"""Matches large statements in the background; every night matches what was booked since and asks for statements that lack."""

import datetime as dt
import logging
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from upkeep.jobs.registry import Progress, job
from upkeep.kernel.dates import day_of
from upkeep.reconciliation.matching import match_custody
from upkeep.reconciliation.nightly import ask_for_missing, match_all

log = logging.getLogger(__name__)


@job("match_custody")
def match(progress: Progress, *, custody_id: int, back: str, **_: Any) -> dict[str, Any]:
    """One transaction: a killed worker leaves nothing half matched."""
    progress.begin(1, "正在勾对")
    done = match_custody(custody_id=custody_id, at=timezone.now())
    progress.advance()
    return {"matched": done.total, "next": back}


@app.periodic(cron="22 17 * * *")  # UTC: twenty-two past one at night in Shanghai
@app.task(name="upkeep.reconcile", queueing_lock="upkeep.reconcile", pass_context=False)
def reconcile(timestamp: int) -> None:
    """Running twice changes nothing."""
    at = timezone.now()
    matched = match_all(at=at)
    asked = ask_for_missing(until=day_of(at) - dt.timedelta(days=1), at=at)
    log.info("matched=%s accounts_lacking_statements=%s", matched, asked)
