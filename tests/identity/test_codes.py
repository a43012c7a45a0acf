"""One-time codes by SMS."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from tests.cast import AT, Cast, at_once
from upkeep.identity import limits
from upkeep.identity.codes import TooMany, check_code, send_code
from upkeep.identity.models import CodesOfDay, OneTimeCode
from upkeep.messaging.models import Outbox

PHONE, SESSION = "13912345678", "s" * 32
MINUTE = dt.timedelta(minutes=1)


def send(cast: Cast, *, at: dt.datetime = AT, phone: str = PHONE, **more: Any) -> str:
    """Send a code; answers with it, as it stands in the newest SMS."""
    wanted: dict[str, Any] = {
        "purpose": "login",
        "session_key": SESSION,
        "jurisdiction_id": cast.city.jurisdiction.pk,
    } | more
    send_code(phone=phone, at=at, **wanted)
    found = re.search(r"\b\d{6}\b", Outbox.objects.order_by("-created_at", "-pk")[0].body)
    assert found is not None
    return found[0]


def check(code: str, *, at: dt.datetime = AT, **other: str) -> bool:
    wanted = {"phone": PHONE, "purpose": "login", "session_key": SESSION} | other
    return check_code(code=code, at=at, **wanted)


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.django_db
class TestACode:
    def test_is_good_once(self, cast: Cast) -> None:
        code = send(cast)

        assert [check(code), check(code)] == [True, False]

    @pytest.mark.parametrize(
        "other", [{"phone": "13912345679"}, {"purpose": "registration"}, {"session_key": "t" * 32}], ids=str
    )
    def test_is_bound_to_phone_purpose_and_session(self, cast: Cast, other: dict[str, Any]) -> None:
        code = send(cast)

        assert not check(code, **other)
        assert check(code)

    def test_lives_for_five_minutes(self, cast: Cast) -> None:
        code = send(cast)

        assert not check(code, at=AT + 5 * MINUTE)
        assert check(code, at=AT + dt.timedelta(minutes=4, seconds=59))

    def test_may_be_tried_five_times(self, cast: Cast) -> None:
        code = send(cast)
        wrong = [check(another(code)) for _ in range(5)]

        assert (wrong, check(code)) == ([False] * 5, False)

    def test_is_right_at_the_fifth_try(self, cast: Cast) -> None:
        code = send(cast)
        for _ in range(4):
            check(another(code))

        assert check(f" {code} ")

    def test_counts_no_longer_when_another_was_sent(self, cast: Cast) -> None:
        first, second = send(cast), send(cast, at=AT + MINUTE)

        assert check(second, at=AT + MINUTE)
        assert not check(first, at=AT + MINUTE)

    def test_cannot_be_read_from_the_database(self, cast: Cast) -> None:
        code = send(cast)
        [kept] = OneTimeCode.objects.values_list("phone_hash", "session_hash", "digest")

        assert not any(secret in value for value in kept for secret in (code, PHONE, SESSION))


@pytest.mark.django_db
class TestSending:
    def test_waits_a_minute_between_two_codes_of_a_phone(self, cast: Cast) -> None:
        send(cast)

        with pytest.raises(TooMany, match="60 秒后"):
            send(cast, at=AT + dt.timedelta(seconds=59), session_key="t" * 32, purpose="registration")
        assert check(send(cast, at=AT + MINUTE), at=AT + MINUTE)

    def test_stops_after_five_a_day(self, cast: Cast) -> None:
        for place in range(5):
            send(cast, at=AT + place * MINUTE)

        with pytest.raises(TooMany, match="请明天再试"):
            send(cast, at=AT + 10 * MINUTE)
        send(cast, at=AT + dt.timedelta(days=1))
        assert Outbox.objects.count() == 6

    def test_stops_after_twenty_an_hour_from_one_address_whatever_the_phones(self, cast: Cast) -> None:
        for place in range(limits.SENDINGS_AN_HOUR.most):
            send(cast, phone=f"139{place:08d}", address="203.0.113.7")

        with pytest.raises(TooMany, match="一小时后"):
            send(cast, phone="13899999999", address="203.0.113.7")
        send(cast, phone="13899999999", address="203.0.113.8")
        send(cast, phone="13799999999", address="203.0.113.7", at=AT + 61 * MINUTE)

    @pytest.mark.parametrize(
        "changes",
        [
            {"tries": 6},
            {"expires_at": AT + dt.timedelta(minutes=5, seconds=1)},
            {"expires_at": AT - MINUTE},
        ],
        ids=["a sixth try", "a long life", "a life over before it begins"],
    )
    def test_keeps_to_limits_that_the_database_holds_too(self, cast: Cast, changes: dict[str, Any]) -> None:
        send(cast)

        with pytest.raises(IntegrityError), transaction.atomic():
            OneTimeCode.objects.update(**changes)

    def test_twice_within_a_minute_or_a_sixth_time_a_day_is_refused_by_the_database(self, cast: Cast) -> None:
        send(cast)
        again = OneTimeCode.objects.get()
        again.pk, again.quiet = again.pk + 1, DateTimeTZRange(AT + MINUTE / 2, AT + 2 * MINUTE)

        with pytest.raises(IntegrityError, match="phone_is_sent_one_code_a_minute"), transaction.atomic():
            again.save(force_insert=True)
        with pytest.raises(IntegrityError, match="phone_is_sent_five_codes_a_day_at_most"), transaction.atomic():
            CodesOfDay.objects.update(sent=6)


@pytest.mark.commits
class TestManyAtOnce:
    def test_send_one_sms(self, cast: Cast) -> None:
        answers = at_once(*[lambda: send(cast)] * 50)

        refused = [one for one in answers if isinstance(one, TooMany)]
        assert len(refused) == 49
        assert Outbox.objects.count() == 1

    def test_at_midnight_send_one_sms(self, cast: Cast) -> None:
        midnight = dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC)
        just_before = midnight - dt.timedelta(milliseconds=1)
        works: list[Callable[[], object]] = [lambda: send(cast, at=just_before), lambda: send(cast, at=midnight)] * 5
        answers = at_once(*works)

        assert sum(isinstance(one, TooMany) for one in answers) == 9
        assert Outbox.objects.count() == 1

    def test_try_no_more_than_five_codes(self, cast: Cast) -> None:
        code = send(cast)
        at_once(*[lambda: check(another(code))] * 20)

        assert OneTimeCode.objects.get().tries == 5

    def test_use_a_code_once(self, cast: Cast) -> None:
        code = send(cast)

        assert sorted(map(bool, at_once(*[lambda: check(code)] * 5))) == [False] * 4 + [True]
