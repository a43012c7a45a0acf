"""Logging in."""

import datetime as dt

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.sessions.backends.cache import SessionStore
from django.test import Client
from django.utils import timezone

from upkeep.parties import actions
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.web.public import captcha

# covers: I3
pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery 9"
NOW = dt.datetime(2026, 11, 21, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def clerk() -> User:
    city = actions.add_jurisdiction(code="510500", slug="luzhou", name="泸州市", office_name="泸州市维修资金中心")
    return actions.open_account(
        username="demo-clerk",
        name="王敏",
        roles=[Role.WINDOW_CLERK],
        jurisdiction_id=city.pk,
        at=timezone.now(),
        password=PASSWORD,
    )


def letters(client: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    """Fetch a picture whose letters are known."""
    monkeypatch.setattr(captcha, "ALPHABET", "A")
    assert client.get("/captcha.png")["Content-Type"] == "image/png"
    return "A" * captcha.LENGTH


def sent(captcha_text: str, password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"username": "demo-clerk", "password": password, "captcha": captcha_text, **more}


class TestLogin:
    def test_leads_to_the_home_of_ones_portal_in_a_new_session(
        self, client: Client, clerk: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = letters(client, monkeypatch)
        before = client.session.session_key
        answer = client.post("/login/?as=office", sent(text.lower()))
        assert (answer.status_code, answer["Location"]) == (302, "/office/")
        assert client.session.session_key != before

    def test_goes_on_to_the_page_one_came_from_but_never_to_another_site(
        self, client: Client, clerk: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ours = client.post("/login/?as=office", sent(letters(client, monkeypatch), next="/password/"))
        client.post("/logout/")
        other = client.post("/login/?as=office", sent(letters(client, monkeypatch), next="//evil.example/"))
        assert (ours["Location"], other["Location"]) == ("/password/", "/office/")

    def test_refuses_wrong_letters_even_with_the_right_password(
        self, client: Client, clerk: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        letters(client, monkeypatch)
        answer = client.post("/login/?as=office", sent("9999"))
        assert answer.status_code == 400
        assert "验证码不正确或已过期" in answer.content.decode()

    def test_refuses_the_same_letters_twice(
        self, client: Client, clerk: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = letters(client, monkeypatch)
        client.post("/login/?as=office", sent(text, password="wrong password"))
        assert "验证码不正确或已过期" in client.post("/login/?as=office", sent(text)).content.decode()

    def test_takes_letters_for_two_minutes_and_no_longer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(captcha, "ALPHABET", "A")
        answers = []
        for seconds in (119, 121):
            session = SessionStore()
            captcha.draw(session=session, at=NOW)
            at = NOW + dt.timedelta(seconds=seconds)
            answers.append(captcha.passes(session=session, answer="A" * captcha.LENGTH, at=at))
        assert answers == [True, False]

    def test_says_the_same_for_a_wrong_password_and_an_unknown_or_closed_account(
        self, client: Client, clerk: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wrong = client.post("/login/?as=office", sent(letters(client, monkeypatch), password="wrong password"))
        unknown = client.post("/login/?as=office", sent(letters(client, monkeypatch)) | {"username": "nobody"})
        User.objects.update(is_active=False)
        closed = client.post("/login/?as=office", sent(letters(client, monkeypatch)))
        said = [answer.context["form"].non_field_errors()[0] for answer in (wrong, unknown, closed)]
        assert said == ["登录名或密码不正确，还可尝试 4 次"] * 2 + ["登录名或密码不正确，还可尝试 3 次"]

    def test_locks_the_name_for_a_quarter_of_an_hour_after_five_failures(
        self, client: Client, clerk: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with time_machine.travel(NOW, tick=False) as clock:
            for _ in range(5):
                answer = client.post(
                    "/login/?as=office", sent(letters(client, monkeypatch), password="wrong password")
                )
            assert answer.status_code == 429
            right = client.post("/login/?as=office", sent(letters(client, monkeypatch)))
            assert (right.status_code, "锁定 15 分钟" in right.content.decode()) == (429, True)
            clock.shift(dt.timedelta(minutes=15, seconds=1))
            assert client.post("/login/?as=office", sent(letters(client, monkeypatch))).status_code == 302


class TestTheDemo:
    def test_logs_in_with_one_click(self, client: Client, clerk: User) -> None:
        page = client.get("/login/")
        [(portal, [account])] = page.context["demo_cities"][0]["groups"]
        assert (portal, account["role"]) == ("管理中心", "窗口受理")
        answer = client.post(account["address"], sent("", demo_pass=account["demo_pass"]))
        assert answer["Location"] == "/office/"

    def test_pass_is_good_for_its_own_account_only_and_in_the_demo_only(
        self, client: Client, clerk: User, settings: LazySettings
    ) -> None:
        demo_pass = client.get("/login/").context["demo_cities"][0]["groups"][0][1][0]["demo_pass"]
        other = client.post("/login/?as=office", sent("", demo_pass=demo_pass) | {"username": "demo-other"})
        settings.DEMO = False
        real = client.post("/login/?as=office", sent("", demo_pass=demo_pass))
        assert (other.status_code, real.status_code) == (400, 400)
        assert "demo-clerk" not in client.get("/login/").content.decode()
