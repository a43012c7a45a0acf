"""Audits the books (账务全面核查): every night, and whenever somebody asks."""

import logging
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from upkeep.closing.audits import AUDITING, carry_out
from upkeep.jobs.registry import Progress, job

log = logging.getLogger(__name__)


@job(AUDITING)
def audit_on_demand(progress: Progress, *, by_id: int, back: str, **_: Any) -> dict[str, Any]:
    """For the controls page."""
    progress.begin(1, "正在逐条核查分录、分户和科目")
    audit = carry_out(by_id=by_id, at=timezone.now())
    progress.advance()
    return {"audit_id": audit.pk, "next": back}


@app.periodic(cron="7 19 * * *")  # UTC: seven minutes past three at night in Shanghai
@app.task(name="upkeep.audit_at_night", queueing_lock="upkeep.audit_at_night", pass_context=False)
def audit_at_night(timestamp: int) -> None:
    """What is found stands on the controls page in the morning, and forbids a close."""
    audit = carry_out(by_id=None, at=timezone.now())
    log.info("lines=%s findings=%s seconds=%.0f", audit.lines, len(audit.findings), audit.took.total_seconds())
