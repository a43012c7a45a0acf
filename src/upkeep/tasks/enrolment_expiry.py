"""Forgets enrolments (未认证用户注册) that were not activated in time. Nightly; until then they count for nothing."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from upkeep.identity.enrolment import delete_expired

log = logging.getLogger(__name__)


@app.periodic(cron="37 18 * * *")  # UTC: half past two at night in Shanghai
@app.task(
    name="upkeep.delete_expired_enrolments", queueing_lock="upkeep.delete_expired_enrolments", pass_context=False
)
def delete(timestamp: int) -> None:
    """What was said of people who never proved themselves is not kept."""
    if deleted := delete_expired(at=timezone.now()):
        log.info("expired_enrolments=%s", deleted)
