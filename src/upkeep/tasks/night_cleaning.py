"""Forgets what has run out: enrolments nobody activated, sessions that ended, old counts of tries, what withdrawn cases held,
nonces of banks' messages that are too old to be sent again."""

import datetime as dt
import logging

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app

from upkeep.bank_api.calls import forget_nonces
from upkeep.casework import forgetting
from upkeep.identity import enrolment, limits

#: Well past the quarter of an hour for which failed logins lock a name (AXES_COOLOFF_TIME).
_FAILURES_KEPT = dt.timedelta(days=1)
log = logging.getLogger(__name__)


@app.periodic(cron="37 18 * * *")  # UTC: half past two at night in Shanghai
@app.task(name="upkeep.clean_at_night", queueing_lock="upkeep.clean_at_night", pass_context=False)
def clean(timestamp: int) -> None:
    """What was said of people who never proved themselves is not kept, nor what nobody can use any more."""
    now = timezone.now()
    enrolments = enrolment.delete_expired(at=now)
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    failures, _ = AccessAttempt.objects.filter(attempt_time__lt=now - _FAILURES_KEPT).delete()
    tries = limits.forget_old(at=now)
    cases = forgetting.forget_withdrawn(at=now)
    nonces = forget_nonces(at=now)
    log.info("enrolments=%s sessions=%s failures=%s tries=%s", enrolments, sessions, failures, tries)
    log.info("cases=%s nonces=%s", cases, nonces)
