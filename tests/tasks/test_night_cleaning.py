"""What has run out is forgotten at night, and nothing that still counts."""

import datetime as dt

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session

from tests.cast import AT
from upkeep.identity import limits
from upkeep.identity.models import Attempts
from upkeep.tasks.night_cleaning import clean

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


class TestTheNight:
    def test_forgets_sessions_failures_and_tries_that_ran_out(self) -> None:
        for key, ends in (("over", AT - DAY), ("open", AT + DAY)):
            Session.objects.create(session_key=key, session_data="", expire_date=ends)
        for name, begun in (("old", AT - 3 * DAY), ("new", AT)):
            limits.allows(limits.FACTORS, key=name, at=begun)
            failed = AccessAttempt.objects.create(username=name, user_agent="", path_info="", failures_since_start=1)
            AccessAttempt.objects.filter(pk=failed.pk).update(attempt_time=begun)

        with time_machine.travel(AT, tick=False):
            clean(0)

        assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
        assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["new"]
        assert Attempts.objects.count() == 1
