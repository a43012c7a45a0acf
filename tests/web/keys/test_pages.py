"""Pages of the keys, without a browser: giving out, logging in by USB key, confirming the operator, and who may not."""

# covers: I5

import base64
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from psycopg.types.range import Range

from tests.cast import Cast
from tests.identity.sm2_token import DAY, SoftAuthority, SoftToken
from tests.identity.soft_key import SoftKey
from tests.web.pages import client_of, text
from upkeep.identity.models import CertificateAuthority, KeyCertificate, KeyEvent, SecurityKey
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.policy.models import Policy, PolicyKind
from upkeep.web.public import captcha

pytestmark = pytest.mark.django_db
PASSWORD, ORIGIN = "correct horse battery 9", "https://fund.example"
CITY = "/c/jiangcheng/"


@dataclass
class Town:
    """The user 物业公司 with a password, the security administrator's browser, and a CA with one key."""

    cast: Cast
    user: User
    keeper: Client
    ca: SoftAuthority
    token: SoftToken

    def rule(self, **value: Any) -> None:
        Policy.objects.create(
            jurisdiction=self.cast.city.jurisdiction,
            kind=PolicyKind.LOGIN_RULE,
            value=value,
            in_force=Range(dt.date(2020, 1, 1), None),
        )

    def believe(self) -> None:
        """On the page: add the CA, load its list."""
        upload = SimpleUploadedFile("root.cer", self.ca.certificate)
        assert self.keeper.post("/office/keys/authorities/", {"certificate": upload}).status_code == 302
        kept = CertificateAuthority.objects.get()
        upload = SimpleUploadedFile("list.crl", self.ca.revocation_list())
        self.keeper.post(f"/office/keys/authorities/{kept.pk}/list/", {"list": upload})

    def issue(self, token: SoftToken | None = None, **changed: str) -> Any:
        """On the page: give the user a key."""
        today = timezone.localdate()
        told = {"valid_from": f"{today}", "valid_until": f"{today + 90 * DAY}"} | changed
        upload = SimpleUploadedFile("user.cer", (token or self.token).certificate)
        return self.keeper.post(f"/office/keys/users/{self.user.pk}/", told | {"certificate": upload})

    def enter(self, client: Client, *, password: str = PASSWORD, token: SoftToken | None = None) -> Any:
        """密钥登录 as the page's script does it."""
        token = token or self.token
        message = client.post(f"{CITY}key-login/message/").json()["message"]
        return send(client, f"{CITY}key-login/check/", **signed(token, message), password=password)

    def give_password(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> Any:
        """Name, password and letters on the ordinary login page."""
        told = {"username": self.user.username, "password": PASSWORD, "captcha": letters(client, monkeypatch)}
        return client.post(f"{CITY}login/?as=company", told)


def signed(token: SoftToken, message: str) -> dict[str, str]:
    signature = token.sign_with(pin="123456", message=message.encode())
    return {"certificate": token.base64, "signature": base64.b64encode(signature).decode()}


def send(client: Client, address: str, **content: Any) -> Any:
    return client.post(address, json.dumps(content), content_type="application/json")


def letters(client: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(captcha, "ALPHABET", "A")
    client.get("/captcha.png")
    return "A" * captcha.LENGTH


@pytest.fixture
def town(cast: Cast, settings: Any) -> Town:
    settings.PUBLIC_URL = ORIGIN
    user = cast.city.users["demo-company"]
    user.set_password(PASSWORD)
    user.phone = "13812345678"
    user.save()
    cast.hire("keeper", [Role.SECURITY_ADMIN])
    ca = SoftAuthority()
    return Town(cast, user, client_of(cast, "keeper"), ca, ca.token())


class TestLoginByUsbKey:
    def test_leads_whoever_has_key_and_password_to_his_home(self, town: Town, client: Client) -> None:
        town.believe()
        assert town.issue().status_code == 302
        page = client.get(f"{CITY}key-login/")
        assert (
            "用户名" in text(page) and "connect-src 'self' http://127.0.0.1:17650" in page["Content-Security-Policy"]
        )
        answer = town.enter(client)
        assert answer.json() == {"url": "/organisation/"}
        assert client.get("/organisation/").status_code == 200
        assert "使用密钥登录" in text(client.get("/account/keys/"))

    def test_refuses_the_right_key_with_a_wrong_password_and_locks_after_five(
        self, town: Town, client: Client
    ) -> None:
        town.believe()
        town.issue()
        answers = [town.enter(client, password="wrong") for _ in range(5)]
        assert [one.status_code for one in answers] == [200] * 4 + [429]
        assert "密码不正确" in answers[0].json()["problem"]
        assert town.enter(client).status_code == 429
        assert client.get("/organisation/").status_code == 302

    def test_refuses_a_revoked_and_a_foreign_key_and_an_answer_sent_twice(self, town: Town, client: Client) -> None:
        town.believe()
        town.issue()
        foreign = SoftAuthority().token()
        assert "没有发放" in town.enter(client, token=foreign).json()["problem"]
        told = signed(town.token, client.post(f"{CITY}key-login/message/").json()["message"])
        send(client, f"{CITY}key-login/check/", **told, password="wrong")
        again = send(client, f"{CITY}key-login/check/", **told, password=PASSWORD)
        assert "已过期或已使用" in again.json()["problem"]
        given = KeyCertificate.objects.get()
        town.keeper.post(f"/office/keys/certificates/{given.pk}/revoke/", {"reason": "丢失"})
        assert "已经收回" in town.enter(client).json()["problem"]

    @pytest.mark.parametrize("body", ["", "[]", "null", '{"certificate": 7}', "[" * 9000, '{"certificate": "MA=="}'])
    def test_answers_nonsense_in_words(self, town: Town, client: Client, body: str) -> None:
        client.post(f"{CITY}key-login/message/")
        answer = client.post(f"{CITY}key-login/check/", body, content_type="application/json")
        assert list(answer.json()) == ["problem"]

    def test_answers_a_form_sent_in_its_place_in_words(self, town: Town, client: Client) -> None:
        assert list(client.post(f"{CITY}key-login/check/", {"certificate": "MA=="}).json()) == ["problem"]


class TestTheStepAfterThePassword:
    def test_asks_the_holder_of_a_usb_key_and_lets_nobody_past_it(
        self, town: Town, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town.believe()
        town.issue()
        assert town.give_password(client, monkeypatch)["Location"] == "/login/key/"
        assert "USB 密钥" in text(client.get("/login/key/"))
        assert client.get("/organisation/").status_code == 302
        message = client.post("/login/key/message/").json()["message"]
        wrong = send(client, "/login/key/certificate/", **signed(town.ca.token("别人"), message))
        assert list(wrong.json()) == ["problem"] and client.get("/organisation/").status_code == 302
        message = client.post("/login/key/message/").json()["message"]
        right = send(client, "/login/key/certificate/", **signed(town.token, message))
        assert right.json() == {"url": "/organisation/"}
        assert client.get("/organisation/").status_code == 200

    def test_without_a_key_where_one_is_required_says_where_to_get_it_and_leads_nowhere(
        self, town: Town, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town.rule(organisation_key="REQUIRED")
        town.give_password(client, monkeypatch)
        page = text(client.get("/login/key/"))
        assert "名下还没有登记密钥" in page and town.cast.city.jurisdiction.office_name in page
        for address in ("options", "check", "message", "certificate"):
            answer = send(client, f"/login/key/{address}/")
            assert "url" not in answer.json()
        assert client.get("/organisation/").status_code == 302

    def test_is_no_page_for_whoever_gave_no_password(self, client: Client, town: Town) -> None:
        assert client.get("/login/key/")["Location"] == "/login/"
        for address in ("options", "check", "message", "certificate"):
            assert "登录已超时" in send(client, f"/login/key/{address}/").json()["problem"]

    def test_is_left_out_where_the_city_uses_no_keys(
        self, town: Town, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town.believe()
        town.issue()
        town.rule(organisation_key="NONE")
        assert town.give_password(client, monkeypatch)["Location"] == "/organisation/"


class TestConfirmingTheOperator:
    def test_shows_him_masked_and_makes_an_old_key_good_for_login(
        self, town: Town, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town.rule(confirm_operator=True)
        town.believe()
        town.issue(is_old="on")
        assert "经办人信息确认" in town.enter(client).json()["problem"]
        assert "经办人信息确认" in text(client.get(f"{CITY}key-login/"))
        told = {"number": town.token.number, "password": PASSWORD}
        sent = told | {"password": "wrong", "captcha": letters(client, monkeypatch)}
        wrong = client.post(f"{CITY}key-confirmation/", sent)
        assert wrong.status_code == 400 and "修改后再次提交" in text(wrong)
        assert town.token.number in wrong.content.decode() and "wrong" not in wrong.content.decode()
        right = client.post(f"{CITY}key-confirmation/", told | {"captcha": letters(client, monkeypatch)})
        shown = text(client.get(right["Location"]))
        assert "138****5678" in shown and town.user.name not in shown and town.user.name[0] + "＊" in shown
        assert "url" not in town.enter(client).json()
        assert client.post(right["Location"])["Location"] == f"{CITY}key-login/"
        assert town.enter(client).json() == {"url": "/organisation/"}

    def test_says_the_same_of_an_unknown_number_a_new_key_and_a_wrong_password(
        self, town: Town, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town.rule(confirm_operator=True)
        town.believe()
        town.issue()
        said = set()
        for number in (town.token.number, "ABCDEF"):
            sent = {"number": number, "password": PASSWORD, "captcha": letters(client, monkeypatch)}
            answer = client.post(f"{CITY}key-confirmation/", sent)
            said.add(str(answer.context["form"].non_field_errors()))
        assert len(said) == 1

    def test_needs_the_letters_and_its_first_page(
        self, town: Town, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town.rule(confirm_operator=True)
        town.believe()
        town.issue(is_old="on")
        letters(client, monkeypatch)
        sent = {"number": town.token.number, "password": PASSWORD, "captcha": "9999"}
        assert "验证码不正确" in text(client.post(f"{CITY}key-confirmation/", sent))
        assert client.post(f"{CITY}key-confirmation/operator/")["Location"] == f"{CITY}key-confirmation/"
        assert KeyCertificate.objects.get().confirmed_at is None

    def test_is_no_page_of_a_city_without_old_keys(self, town: Town, client: Client) -> None:
        assert client.get(f"{CITY}key-confirmation/").status_code == 404


class TestGivingKeysOut:
    def test_says_at_the_field_what_is_wrong(self, town: Town) -> None:
        unknown = town.issue()
        assert unknown.status_code == 400 and "不是本市认可的认证机构" in text(unknown)
        town.believe()
        assert "不能晚于证书的有效期" in text(town.issue(valid_until="2099-01-01"))
        town.issue()
        assert "已经发放给一位用户" in text(town.issue())

    def test_finds_the_user_by_name_organisation_and_certificate(self, town: Town) -> None:
        town.believe()
        town.issue()
        assert town.user.organisation is not None
        for words in (town.user.name, town.user.organisation.name[:4], town.token.number.lower()):
            assert town.user.username in text(town.keeper.get("/office/keys/", {"q": words}))
        assert "没有符合条件" in text(town.keeper.get("/office/keys/", {"q": "查无此人"}))

    def test_is_the_security_administrators_and_of_his_own_city(self, town: Town) -> None:
        stranger = town.cast.city.users["stranger-clerk"]
        assert town.keeper.get(f"/office/keys/users/{stranger.pk}/").status_code == 404
        assert "stranger-clerk" not in text(town.keeper.get("/office/keys/", {"q": "stranger"}))
        for username in ("demo-clerk", "demo-company"):
            other = client_of(town.cast, username)
            for address in ("", f"users/{town.user.pk}/", "authorities/", "log/"):
                assert other.get(f"/office/keys/{address}").status_code == 403
        town.cast.hire("watcher", [Role.AUDIT_ADMIN])
        watcher = client_of(town.cast, "watcher")
        assert (watcher.get("/office/keys/log/").status_code, watcher.get("/office/keys/").status_code) == (200, 403)

    def test_registers_a_security_key_at_the_window_and_takes_it_back(self, town: Town) -> None:
        soft, place = SoftKey(), f"/office/keys/users/{town.user.pk}/"
        options = town.keeper.post(f"{place}options/").content.decode()
        answer = soft.register(options, origin=ORIGIN)
        assert send(town.keeper, f"{place}add/", name="窗口登记", answer=answer).json() == {"url": place}
        key = SecurityKey.objects.get(user=town.user)
        assert key.created_by.username == "keeper" and "窗口登记" in text(town.keeper.get(place))
        town.keeper.post(f"/office/keys/security/{key.pk}/remove/")
        assert KeyEvent.objects.filter(user=town.user).count() == 2
        assert town.keeper.post(f"/office/keys/security/{key.pk}/remove/").status_code == 404


class TestOnesOwnKeys:
    def test_are_added_and_removed_with_the_password_asked_again(self, town: Town) -> None:
        mine, soft = client_of(town.cast, "demo-company"), SoftKey()
        assert "登录密码不正确" in send(mine, "/account/keys/options/", password="wrong").json()["problem"]
        options = send(mine, "/account/keys/options/", password=PASSWORD).content.decode()
        answer = soft.register(options, origin=ORIGIN)
        assert send(mine, "/account/keys/add/", name="蓝色密钥", answer=answer).json() == {"url": "/account/keys/"}
        key = SecurityKey.objects.get()
        assert "蓝色密钥" in text(mine.get("/account/keys/"))
        place = f"/account/keys/{key.pk}/remove/"
        assert client_of(town.cast, "demo-developer").get(place).status_code == 404
        assert "登录密码不正确" in text(mine.post(place, {"password": "wrong"}))
        assert mine.post(place, {"password": PASSWORD})["Location"] == "/account/keys/"
        assert mine.get(place).status_code == 404

    def test_ask_the_password_five_times_at_most(self, town: Town) -> None:
        mine = client_of(town.cast, "demo-company")
        for _ in range(5):
            send(mine, "/account/keys/options/", password="wrong")
        assert "15 分钟后" in send(mine, "/account/keys/options/", password=PASSWORD).json()["problem"]
