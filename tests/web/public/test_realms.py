"""Whose account a name is: by city, by realm, by kind of organisation; and where a visitor is."""

import statistics
import time

import pytest
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.test import Client, override_settings

from tests.cast import AT, TODAY, Cast, at_once
from tests.web.pages import text
from tests.web.public.door import Door
from upkeep.demo.preset_cities import PRESET_CITIES, found_preset_city
from upkeep.identity import limits
from upkeep.parties.actions import NameTaken, open_account
from upkeep.parties.models import User
from upkeep.parties.queries import demo_accounts
from upkeep.parties.roles import Role

# covers: I3
PASSWORD = "correct horse battery 9"


def account(cast: Cast, username: str, role: Role, *, city: int = 0, organisation: int | None = None) -> User:
    return open_account(
        username=username,
        name="王敏",
        roles=[role],
        jurisdiction_id=city or cast.city.jurisdiction.pk,
        organisation_id=organisation,
        at=AT,
        password=PASSWORD,
    )


@pytest.fixture
def door(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Door:
    account(cast, "Builder", Role.DEVELOPER, organisation=cast.city.developers[0].pk)
    return Door(monkeypatch)


@pytest.mark.django_db
class TestAnOrganisation:
    def test_logs_in_under_its_own_kind_large_or_small_letters(self, door: Door) -> None:
        assert door.try_password("developer", " bUILDER ", PASSWORD)["Location"] == "/organisation/"

    @pytest.mark.parametrize("tab", ["company", "committee", "selling", "office", "bank", "owner"])
    def test_of_another_kind_is_told_the_same_as_with_a_wrong_password(self, door: Door, tab: str) -> None:
        other_kind = text(door.try_password(tab, "builder", PASSWORD))
        wrong = text(door.try_password(tab, "nobody", "wrong password"))

        assert "登录名或密码不正确" in other_kind and not door.is_in
        assert other_kind == wrong

    def test_has_a_tab_of_its_own(self, door: Door) -> None:
        page = text(door.client.get("/c/jiangcheng/login/"))

        for tab in ("开发建设单位", "物业服务企业", "业主委员会", "售房单位", "业主", "管理中心", "专户银行"):
            assert f" {tab} " in page

    def test_in_the_making_may_use_any_kind(self, cast: Cast, door: Door) -> None:
        account(cast, "newcomer", Role.DEVELOPER)

        assert door.try_password("company", "newcomer", PASSWORD).status_code == 302


@pytest.mark.django_db
class TestALoginName:
    def test_may_be_used_in_another_city_and_another_realm(self, cast: Cast, door: Door) -> None:
        elsewhere = cast["stranger-clerk"].jurisdiction_id
        there = account(cast, "admin", Role.SYSTEM_ADMIN, city=elsewhere)
        here = account(cast, "admin", Role.SYSTEM_ADMIN)
        account(cast, "admin", Role.OWNER)

        door.try_password("office", "admin", PASSWORD)
        assert door.client.session["_auth_user_id"] == str(here.pk)
        door.client.post("/logout/")
        door.city = "yandu"
        door.try_password("office", "admin", PASSWORD)
        assert door.client.session["_auth_user_id"] == str(there.pk)

    def test_is_refused_twice_in_one_realm_by_us_and_by_the_database(self, cast: Cast, door: Door) -> None:
        with pytest.raises(NameTaken):
            account(cast, "BUILDER", Role.PROPERTY_COMPANY)
        with (
            pytest.raises(IntegrityError, match="login_name_is_unique_in_its_city_and_realm"),
            transaction.atomic(),
        ):
            User.objects.filter(username="demo-company").update(username="BUILDER")

    @pytest.mark.parametrize("changes", [{"realm": "public"}, {"username": ""}], ids=str)
    def test_has_a_realm_that_is_one_and_is_not_empty(self, cast: Cast, changes: dict[str, str]) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(username="demo-company").update(**changes)

    def test_is_locked_in_its_own_city_and_realm_only(self, cast: Cast, door: Door) -> None:
        elsewhere = cast["stranger-clerk"].jurisdiction_id
        for city in (0, elsewhere):
            account(cast, "admin", Role.SYSTEM_ADMIN, city=city)
        for _ in range(5):
            locked = door.try_password("office", "ADMIN", "wrong password")
        door.city = "yandu"

        assert locked.status_code == 429
        assert door.try_password("office", "admin", PASSWORD).status_code == 302

    @pytest.mark.commits
    def test_is_tried_no_oftener_by_many_at_once(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        account(cast, "admin", Role.SYSTEM_ADMIN)
        doors = [Door(monkeypatch) for _ in range(12)]
        letters = [one.letters() for one in doors]
        tries = [
            lambda one=one, seen=seen: (
                one.client.post(
                    "/c/jiangcheng/login/?as=office", {"username": "admin", "password": "wrong", "captcha": seen}
                ).status_code
            )
            for one, seen in zip(doors, letters, strict=True)
        ]

        answers = at_once(*tries)
        assert (answers.count(400), answers.count(429)) == (4, 8)


@pytest.mark.django_db
class TestABruteForce:
    def test_over_many_names_stops_at_the_limit_of_the_address_before_any_hashing(
        self, door: Door, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(limits.LOGINS_A_MINUTE.most):
            assert door.try_password("developer", f"name{number}", "wrong password").status_code == 400
        hashed: list[str] = []
        monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))
        answer = door.try_password("developer", "builder", PASSWORD)

        assert (answer.status_code, hashed, door.is_in) == (429, [], False)
        assert "登录尝试过于频繁" in text(answer)

    def test_is_counted_by_the_address_that_our_own_proxy_saw(self, door: Door) -> None:
        def tries(seen: str) -> int:
            sent = {"username": f"name-{seen}", "password": "wrong password", "captcha": door.letters()}
            headers = {"X-Forwarded-For": seen}
            return int(door.client.post("/c/jiangcheng/login/", sent, headers=headers).status_code)

        with override_settings(TRUSTED_PROXIES=1):
            answers = [tries(f"192.0.2.{number}, 203.0.113.9") for number in range(limits.LOGINS_A_MINUTE.most + 1)]
            assert answers[-1] == 429
            assert tries("203.0.113.10") != 429

    def test_learns_nothing_from_how_long_an_answer_takes(self, cast: Cast, door: Door) -> None:
        """Unknown name, wrong password, another kind: each hashes once, with the real hasher."""
        with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"]):
            User.objects.filter(username="Builder").update(password=make_password(PASSWORD))
            took = {}
            for name, tab, password in (
                ("builder", "developer", "wrong password"),
                ("nobody", "developer", "wrong password"),
                ("builder", "company", PASSWORD),
            ):
                times = []
                for _ in range(3):
                    began = time.perf_counter()
                    door.try_password(tab, name, password)
                    times.append(time.perf_counter() - began)
                took[name, tab] = statistics.median(times)

        assert max(took.values()) < 2 * min(took.values()), took


@pytest.mark.django_db
class TestAVisitor:
    def test_is_asked_for_his_city_when_there_are_several(self, cast: Cast, client: Client) -> None:
        page = client.get("/login/?next=/office/&as=office")

        assert "请选择城市" in text(page)
        assert "/c/yandu/login/?as=office&amp;next=%2Foffice%2F" in page.content.decode()

    def test_is_in_the_city_whose_pages_he_saw_last(self, cast: Cast, client: Client) -> None:
        client.get("/c/yandu/")
        there = text(client.get("/login/"))
        client.get("/c/jiangcheng/notices/")
        here = text(client.get("/login/"))

        assert "盐都市维修资金中心" in there and "江城市住宅专项维修资金管理中心" in here
        assert "请选择城市" in text(client.get("/login/?choose=1"))

    def test_finds_no_login_of_a_city_that_is_not_there(self, cast: Cast, client: Client) -> None:
        assert client.get("/c/nowhere/login/").status_code == 404
        assert "请选择城市" in text(client.get("/login/"))

    def test_comes_back_to_the_login_of_his_city_when_he_logs_out(self, cast: Cast, door: Door) -> None:
        door.try_password("developer", "builder", PASSWORD)
        answer = door.client.post("/logout/")

        assert (answer["Location"], door.is_in) == ("/c/jiangcheng/login/", False)
        assert "您已安全退出" in text(door.client.get(answer["Location"]))

    def test_of_the_demo_logs_in_as_anybody_with_one_click(self, settled: Cast, client: Client) -> None:
        for plan in PRESET_CITIES:
            found_preset_city(plan, today=TODAY, password_hash="!")
        places = client.get("/login/").context["demo_cities"]
        accounts = [one for place in places for _, group in place["groups"] for one in group]
        shut_out = []
        for one in accounts:
            browser = Client()
            limits.forget(limits.LOGINS_A_MINUTE, key="127.0.0.1")
            sent = {"username": one["username"], "password": "x", "demo_pass": one["demo_pass"]}
            User.objects.filter(username=one["username"]).update(password=make_password("x"))
            browser.post(one["address"], sent)
            if "_auth_user_id" not in browser.session:
                shut_out.append(one["username"])

        assert len(places) == 1 + len(PRESET_CITIES) and shut_out == []
        assert {role for one in demo_accounts() for role in one.roles} == set(Role) - {Role.PUBLIC}
