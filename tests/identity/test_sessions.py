"""Ending sessions, and how often one may try."""

import datetime as dt

import pytest
from django.test import Client

from tests.cast import AT, Cast, at_once
from tests.web.pages import client_of
from upkeep.identity.limits import Limit, allows, forget
from upkeep.identity.sessions import end_sessions
from upkeep.parties.models import User

LIMIT = Limit("test", 3, dt.timedelta(minutes=10))


@pytest.mark.django_db
class TestEndingSessions:
    def test_logs_the_user_out_everywhere_at_once_and_nobody_else(self, cast: Cast) -> None:
        here, there, other = (
            client_of(cast, "demo-clerk"),
            client_of(cast, "demo-clerk"),
            client_of(cast, "demo-reviewer"),
        )
        end_sessions(user_id=cast["demo-clerk"].user_id)

        assert [one.get("/office/").status_code for one in (here, there, other)] == [302, 302, 200]

    def test_lets_him_log_in_again(self, cast: Cast) -> None:
        end_sessions(user_id=cast["demo-clerk"].user_id)
        again = Client()
        again.force_login(User.objects.get(pk=cast["demo-clerk"].user_id))

        assert again.get("/office/").status_code == 200

    def test_closing_an_account_ends_them_too(self, cast: Cast) -> None:
        client = client_of(cast, "demo-clerk")
        User.objects.filter(pk=cast["demo-clerk"].user_id).update(is_active=False)

        assert client.get("/office/").status_code == 302


@pytest.mark.django_db
class TestALimit:
    def test_is_kept_for_each_source_and_begins_anew_after_its_window(self) -> None:
        tries = [allows(LIMIT, key="a", at=AT + dt.timedelta(minutes=minute)) for minute in range(4)]

        assert tries == [True, True, True, False]
        assert allows(LIMIT, key="b", at=AT)
        assert not allows(LIMIT, key="a", at=AT + dt.timedelta(minutes=9, seconds=59))
        assert allows(LIMIT, key="a", at=AT + dt.timedelta(minutes=10))

    def test_is_forgotten_for_who_proved_himself(self) -> None:
        for _ in range(5):
            allows(LIMIT, key="a", at=AT)
        forget(LIMIT, key="a")

        assert allows(LIMIT, key="a", at=AT)


@pytest.mark.commits
class TestManyAtOnce:
    def test_are_counted_every_one(self) -> None:
        answers = at_once(*[lambda: allows(LIMIT, key="a", at=AT)] * 20)

        assert sum(map(bool, answers)) == 3
