"""The steps between password and home: dynamic codes, passwords to be changed; and being logged out when idle."""

import base64
import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.cast import AT, Cast
from tests.web.pages import client_of, text
from tests.web.public.door import Door
from upkeep.identity import passwords, second_factor
from upkeep.identity.models import Authenticator, RecoveryCode
from upkeep.identity.sessions import end_sessions
from upkeep.parties.actions import set_password
from upkeep.parties.models import User
from upkeep.policy.actions import set_policy
from upkeep.policy.login_rule import LoginRule
from upkeep.policy.models import PolicyKind
from upkeep.policy.password_rule import PasswordRule

# covers: I6
pytestmark = pytest.mark.django_db
PASSWORD, ANOTHER = "Correct horse 9", "Another good phrase 7"
STEP = "/login/second-factor/"


@pytest.fixture
def door(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Door:
    set_password(user=clerk(), password=PASSWORD, at=timezone.now())
    return Door(monkeypatch)


def clerk() -> User:
    return User.objects.get(username="demo-clerk")


def logged_in() -> Client:
    """A browser of the clerk, as his account is now."""
    client = Client()
    client.force_login(clerk())
    return client


def rule(cast: Cast, **changes: Any) -> None:
    set_policy(
        kind=PolicyKind.LOGIN_RULE,
        jurisdiction_id=cast.city.jurisdiction.pk,
        value=LoginRule(**changes),
        valid_from=dt.date(2020, 1, 1),
    )


def code_at(at: dt.datetime, user: User | None = None) -> str:
    secret = Authenticator.objects.get(user=user or clerk()).secret
    return TOTP(base64.b32decode(secret), 6, SHA1(), 30).generate(int(at.timestamp())).decode()


def enrol() -> list[str]:
    """The clerk has an app; answers with his recovery codes."""
    at = timezone.now() - dt.timedelta(hours=1)
    second_factor.begin(user=clerk(), at=at)
    return second_factor.confirm(user=clerk(), code=code_at(at), at=at)


class TestTheSecondFactor:
    def test_is_asked_of_who_has_set_it_up(self, door: Door) -> None:
        enrol()
        answer = door.try_password("office", "demo-clerk", PASSWORD, next="/cases/")
        assert (answer["Location"], door.is_in) == (STEP, False)
        assert door.client.get("/office/").status_code == 302

        last = door.client.post(STEP, {"code": code_at(timezone.now())})
        assert (last["Location"], door.is_in) == ("/cases/", True)

    def test_is_wrong_with_another_code_and_closes_after_five(self, door: Door) -> None:
        enrol()
        door.try_password("office", "demo-clerk", PASSWORD)
        right = code_at(timezone.now())
        wrong = f"{(int(right) + 1) % 1_000_000:06d}"
        said = [text(door.client.post(STEP, {"code": wrong})) for _ in range(5)]

        assert all("动态口令不正确" in one for one in said)
        assert "请 15 分钟后再试" in text(door.client.post(STEP, {"code": right}))
        assert not door.is_in

    def test_takes_no_code_twice_and_none_older_than_half_a_minute(self, cast: Cast) -> None:
        enrol()
        now = timezone.now()
        code = code_at(now)
        passes = [second_factor.passes(user=clerk(), code=code, at=now) for _ in range(2)]
        later = now + dt.timedelta(minutes=5)
        offsets = [
            second_factor.passes(user=clerk(), code=code_at(later + dt.timedelta(seconds=off)), at=later)
            for off in (-90, 90, -30, 30)
        ]

        assert passes == [True, False]
        assert offsets == [False, False, True, True]

    def test_has_recovery_codes_good_once_each(self, door: Door) -> None:
        codes = enrol()
        assert len(set(codes)) == 10
        answers = []
        for _ in range(2):
            door.try_password("office", "demo-clerk", PASSWORD)
            answers.append(door.client.post(STEP, {"code": codes[0].lower()}).status_code)
            door.client.post("/logout/")

        assert answers == [302, 200]
        assert not RecoveryCode.objects.filter(code_hash__in=codes).exists()

    def test_is_set_up_at_login_where_the_city_asks_it_of_all_staff(self, cast: Cast, door: Door) -> None:
        rule(cast, staff_second_factor="REQUIRED")
        door.try_password("office", "demo-clerk", PASSWORD)
        assert "开始设置" in text(door.client.get(STEP))
        page = door.client.post(STEP, {"begin": "1"}).content.decode()
        assert 'src="data:image/svg+xml' in page
        assert "动态口令不正确" in text(door.client.post(STEP, {"code": "000000"}))
        shown = text(door.client.post(STEP, {"code": code_at(timezone.now())}))

        assert len(re.findall(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b", shown)) == 10
        assert not door.is_in
        assert door.client.post("/login/second-factor/done/")["Location"] == "/office/"
        assert door.is_in

    def test_cannot_be_passed_over(self, cast: Cast, door: Door) -> None:
        rule(cast, staff_second_factor="REQUIRED")
        door.try_password("office", "demo-clerk", PASSWORD)
        past = [door.client.post(f"/login/{page}/") for page in ("second-factor/done", "password")]

        assert [one["Location"] for one in past] == ["/login/", "/login/"]
        assert not door.is_in

    def test_is_not_asked_of_others_or_where_the_city_does_without(self, cast: Cast, door: Door) -> None:
        enrol()
        rule(cast, staff_second_factor="NONE")
        door.try_password("office", "demo-clerk", PASSWORD)
        assert door.is_in
        assert client_of(cast, "demo-developer").get("/second-factor/").status_code == 403

    def test_is_set_up_and_taken_away_on_ones_own_page(self, cast: Cast) -> None:
        client = client_of(cast, "demo-clerk")
        client.post("/second-factor/", {"begin": "1"})
        now = timezone.now()
        shown = text(client.post("/second-factor/", {"code": code_at(now)}))
        assert "请保存备用码" in shown and second_factor.is_enrolled(clerk().pk)
        wrong = text(client.post("/second-factor/", {"code": code_at(now)}))
        assert "动态口令不正确" in wrong
        client.post("/second-factor/", {"code": code_at(now + dt.timedelta(seconds=30))})
        assert not second_factor.is_enrolled(clerk().pk)

    def test_stays_where_the_city_asks_it(self, cast: Cast) -> None:
        enrol()
        rule(cast, staff_second_factor="REQUIRED")
        client_of(cast, "demo-clerk").post("/second-factor/", {"code": code_at(timezone.now())})

        assert second_factor.is_enrolled(clerk().pk)

    def test_lies_encrypted(self, cast: Cast) -> None:
        enrol()
        with connection.cursor() as cursor:
            cursor.execute("select secret from identity_authenticator")
            assert Authenticator.objects.get().secret not in cursor.fetchone()[0]

    def test_knows_the_vectors_of_rfc_6238(self, cast: Cast) -> None:
        secret = base64.b32encode(b"12345678901234567890").decode()
        Authenticator.objects.create(user=clerk(), secret=secret, created_at=AT, confirmed_at=AT)
        for seconds, code in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
            assert second_factor.passes(user=clerk(), code=code, at=dt.datetime.fromtimestamp(seconds, tz=dt.UTC))


class TestBeingOnTheWay:
    def test_ends_after_ten_minutes(self, door: Door) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            enrol()
            door.try_password("office", "demo-clerk", PASSWORD)
            clock.shift(dt.timedelta(minutes=10, seconds=1))
            assert door.client.post(STEP, {"code": code_at(timezone.now())})["Location"] == "/login/"

    @pytest.mark.parametrize("what", ["closed", "ended", "password"])
    def test_ends_with_the_account_its_sessions_or_its_password(self, door: Door, what: str) -> None:
        enrol()
        door.try_password("office", "demo-clerk", PASSWORD)
        if what == "closed":
            User.objects.filter(pk=clerk().pk).update(is_active=False)
        elif what == "ended":
            end_sessions(user_id=clerk().pk)
        else:
            set_password(user=clerk(), password=ANOTHER, at=timezone.now())

        assert door.client.post(STEP, {"code": code_at(timezone.now())})["Location"] == "/login/"
        assert not door.is_in


class TestAPasswordThatMustBeChanged:
    def change(self, door: Door, new: str) -> Any:
        return door.client.post("/login/password/", {"new": new, "again": new})

    def test_was_set_by_somebody_else(self, door: Door) -> None:
        passwords.set_by_other(user=clerk(), password=ANOTHER, at=timezone.now())
        assert door.try_password("office", "demo-clerk", ANOTHER)["Location"] == "/login/password/"
        assert "由他人设置" in text(door.client.get("/login/password/"))
        assert "最近 5 次" in text(self.change(door, ANOTHER))
        assert "最近 5 次" in text(self.change(door, PASSWORD))

        assert self.change(door, "Third good phrase 5")["Location"] == "/office/"
        assert door.is_in and not clerk().must_change_password

    def test_is_older_than_the_rule_allows(self, door: Door) -> None:
        old = timezone.now() - dt.timedelta(days=92)
        set_password(user=clerk(), password=PASSWORD, at=old)
        door.try_password("office", "demo-clerk", PASSWORD)

        assert "已使用超过 90 天" in text(door.client.get("/login/password/"))
        assert not door.is_in

    def test_counts_from_the_first_login_when_nobody_knows_how_old_it_is(self, door: Door) -> None:
        User.objects.filter(pk=clerk().pk).update(password_set_at=None)
        door.try_password("office", "demo-clerk", PASSWORD)
        found = clerk().password_set_at

        assert door.is_in and found is not None and timezone.now() - found < dt.timedelta(minutes=1)

    def test_is_none_where_the_city_lets_them_last(self, cast: Cast, door: Door) -> None:
        set_policy(
            kind=PolicyKind.PASSWORD_RULE,
            jurisdiction_id=cast.city.jurisdiction.pk,
            value=PasswordRule(valid_days=0),
            valid_from=dt.date(2020, 1, 1),
            scope="staff",
        )
        set_password(user=clerk(), password=PASSWORD, at=timezone.now() - dt.timedelta(days=900))
        door.try_password("office", "demo-clerk", PASSWORD)

        assert door.is_in


class TestChangingThePassword:
    def change(self, client: Client, old: str, new: str, again: str = "") -> dict[str, list[str]]:
        answer = client.post("/password/", {"old": old, "new": new, "again": again or new})
        return {} if answer.status_code == 302 else dict(answer.context["form"].errors)

    def test_needs_the_old_one_and_the_same_new_one_twice(self, door: Door) -> None:
        client = logged_in()
        assert "old" in self.change(client, "wrong", ANOTHER)
        assert "again" in self.change(client, PASSWORD, ANOTHER, ANOTHER + "8")
        assert clerk().check_password(PASSWORD)

    @pytest.mark.parametrize(
        ("new", "said"),
        [
            ("Sh0rt!", "至少 12 位"),
            ("all small letters", "至少 3 类"),
            ("1234567890123", "不能全是数字"),
            ("Demo-clerk-123", "与登录名太相似"),
        ],
    )
    def test_keeps_to_the_rules_of_the_city(self, door: Door, new: str, said: str) -> None:
        assert said in str(self.change(logged_in(), PASSWORD, new)["new"])

    def test_refuses_the_last_five_and_takes_the_sixth(self, door: Door) -> None:
        client, used = logged_in(), [PASSWORD]
        for number in range(4):
            assert self.change(client, used[-1], f"Good new phrase {number}") == {}
            used.append(f"Good new phrase {number}")
        assert all("最近 5 次" in str(self.change(client, used[-1], old)) for old in used)
        assert self.change(client, used[-1], ANOTHER) == {}
        assert self.change(client, ANOTHER, PASSWORD) == {}

    def test_tells_the_rules_that_hold_for_this_user(self, door: Door) -> None:
        page = text(logged_in().get("/password/"))

        assert "至少 12 位" in page and "有效期 90 天" in page

    def test_ends_ones_sessions_elsewhere_but_not_here(self, door: Door) -> None:
        here, elsewhere = logged_in(), logged_in()
        assert self.change(here, PASSWORD, ANOTHER) == {}
        assert [one.get("/office/").status_code for one in (here, elsewhere)] == [200, 302]

    def test_stops_guesses_at_the_old_one(self, door: Door) -> None:
        client = logged_in()
        for number in range(5):
            self.change(client, f"guess {number}", ANOTHER)

        assert "15 分钟" in str(self.change(client, PASSWORD, ANOTHER)["old"])


class TestBeingIdle:
    def idle(self, door: Door, minutes: float, tab: str = "office", username: str = "demo-clerk") -> Any:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            door.try_password(tab, username, PASSWORD)
            clock.shift(dt.timedelta(minutes=minutes))
            return door.client.get("/password/")

    def test_of_staff_ends_the_session_after_fifteen_minutes_and_says_so(self, door: Door) -> None:
        answer = self.idle(door, 15.1)
        assert answer["Location"] == "/login/?next=/password/"
        login = text(door.client.get("/c/jiangcheng/login/"))

        assert "您已 15 分钟没有操作" in login
        assert "没有操作" not in text(door.client.get("/c/jiangcheng/login/"))

    def test_shorter_does_not(self, door: Door) -> None:
        assert self.idle(door, 14.9).status_code == 200

    def test_of_others_may_last_half_an_hour(self, cast: Cast, door: Door) -> None:
        set_password(user=User.objects.get(username="demo-developer"), password=PASSWORD, at=timezone.now())

        assert self.idle(door, 29, "developer", "demo-developer").status_code == 200

    def test_is_what_the_city_says(self, cast: Cast, door: Door) -> None:
        rule(cast, staff_idle_minutes=5)

        assert self.idle(door, 5.1).status_code == 302

    def test_begins_anew_with_every_request_but_writes_once_a_minute(self, door: Door) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            door.try_password("office", "demo-clerk", PASSWORD)
            seen = []
            for _ in range(4):
                clock.shift(dt.timedelta(seconds=30))
                door.client.get("/password/")
                seen.append(door.client.session["seen_at"])
            assert len(set(seen)) == 3
            for _ in range(3):
                clock.shift(dt.timedelta(minutes=14))
                assert door.client.get("/password/").status_code == 200
