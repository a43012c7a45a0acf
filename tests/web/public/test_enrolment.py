"""未认证用户注册 and 单位注册申请, from the first page to the organisation's first user.

# covers: I2
"""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tests.circle.person import LETTER, know_the_letters, pdf_text, picture, text_of
from upkeep.casework.models import Case
from upkeep.demo.people import credit_code
from upkeep.identity.models import Enrolment
from upkeep.messaging.models import Outbox
from upkeep.parties.actions import open_account
from upkeep.parties.models import Organisation, User
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.registration_rule import RegistrationRule
from upkeep.web.public import captcha

pytestmark = pytest.mark.django_db

PASSWORD = "correct-Horse-7-battery"
FORM = {
    "name": "韩经办",
    "document_kind": "ID_CARD",
    "document_number": "11010519491231002X",
    "organisation_name": "望江物业服务有限公司",
    "social_credit_code": credit_code(779),
    "phone": "13808305501",
    "email": "han@example.com",
    "username": "hanjingban",
    "password": PASSWORD,
    "password_again": PASSWORD,
}
AT = "/c/jiangcheng/register/"


@pytest.fixture(autouse=True)
def _city_asks_for_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    know_the_letters(monkeypatch)
    set_policy(
        kind=PolicyKind.REGISTRATION_RULE,
        jurisdiction_id=cast.city.jurisdiction.pk,
        value=RegistrationRule(way="UNVERIFIED_FIRST", agreement="NONE"),
        valid_from=timezone.localdate() - dt.timedelta(days=30),
    )


def enrolled(client: Client, **changes: str) -> Any:
    """The form, filled in and sent."""
    client.get("/captcha.png")
    return client.post(AT, FORM | {"captcha": LETTER * captcha.LENGTH} | changes)


def sent_code() -> str:
    found = re.search(r"\d{6}", Outbox.objects.filter(channel="SMS").latest("pk").body)
    assert found is not None
    return found[0]


def sent_link() -> str:
    found = re.search(r"https?://[^/]+(/\S+)", Outbox.objects.filter(channel="EMAIL").latest("pk").body)
    assert found is not None
    return found[1]


def activated(client: Client, **changes: str) -> User:
    enrolled(client, **changes)
    client.post(f"{AT}activation/", {"action": "send"})
    answer = client.post(f"{AT}activation/", {"action": "code", "code": sent_code()}, follow=True)
    assert "激活成功" in text_of(answer)
    return User.objects.get(username=changes.get("username", FORM["username"]))


def logged_in(username: str = FORM["username"]) -> Client:
    client = Client()
    client.get("/captcha.png")
    sent = {"username": username, "password": PASSWORD, "captcha": LETTER * captcha.LENGTH}
    answer = client.post("/c/jiangcheng/login/?as=company", sent)
    assert answer.status_code == 302, text_of(answer)
    return client


def apply_for(client: Client, cast: Cast, **changes: str) -> str:
    """The application, handed in; its address."""
    at = str(client.post("/cases/new/unit_registration/begin/")["Location"]).removesuffix("edit/1/")
    sent = {
        "kind": "PROPERTY_COMPANY",
        "name": FORM["organisation_name"],
        "organisation_code": "MA000779X",
        "social_credit_code": FORM["social_credit_code"],
        "legal_representative": "罗法",
        "address": "春雨路 66 号",
        "office": str(cast.city.districts[1].pk),
        "operator_name": "韩经办",
        "operator_phone": "13808305501",
    } | changes
    answer = client.post(f"{at}edit/1/", sent)
    assert answer.status_code == 302, text_of(answer)
    for paper in ("licence", "operator_id"):
        client.post(f"{at}papers/", {paper: picture()})
    client.post(f"{at}move/", {"move": "SUBMIT"})
    return at


class TestAPersonWithoutAnAccount:
    def test_enrols_proves_his_phone_applies_and_becomes_the_first_user(self, cast: Cast) -> None:
        assert "未认证用户注册" in text_of(Client().get("/c/jiangcheng/"))
        page = text_of(Client().get(AT))
        assert all(words in page for words in ("证件类型", "社会诚信代码", "使用原账户登录", "房地产开发企业"))
        user = activated(Client())
        client = logged_in()
        assert actor_of(user).roles == {Role.UNVERIFIED}
        home = text_of(client.get("/organisation/"))
        assert "单位注册申请" in home and "物业区域与楼盘表" not in home
        assert client.get("/areas/").status_code == 403
        prefilled = client.get(client.post("/cases/new/unit_registration/begin/")["Location"]).content.decode()
        assert FORM["organisation_name"] in prefilled and FORM["social_credit_code"] in prefilled

        at = apply_for(client, cast)

        done = text_of(client.get(f"{at}done/"))
        assert "业务办理完成" in done and "纳溪区管理部" in done and "再来一笔" in done
        case = Case.objects.get(state="SUBMITTED")
        assert case.jurisdiction == cast.city.districts[1]
        [address] = re.findall(r'href="(/cases/[^"]+/prints/\d+/)"', client.get(f"{at}done/").content.decode())
        assert "物业（单位）注册申请单" in pdf_text(client.get(address).content)
        self._decided(cast, at)
        user.refresh_from_db()
        assert user.organisation == Organisation.objects.get(name=FORM["organisation_name"])
        assert user.organisation.jurisdiction == cast.city.jurisdiction
        assert actor_of(user).roles == {Role.PROPERTY_COMPANY, Role.ORG_ADMIN}
        # The session of before goes on in the new role, and what he handed in stays his to see.
        assert "物业区域与楼盘表" in text_of(client.get("/organisation/"))
        assert "已办结" in text_of(client.get(at))
        assert (
            client.post("/cases/new/unit_registration/begin/", follow=True)
            .redirect_chain[-1][0]
            .endswith("/cases/new/unit_registration/")
        )

    def _decided(self, cast: Cast, at: str) -> None:
        """By people of the office that he chose, not by those of another district."""
        near, far = cast.city.districts[1].pk, cast.city.districts[0].pk
        for username, role, place in (
            ("far-clerk", Role.WINDOW_CLERK, far),
            ("near-clerk", Role.WINDOW_CLERK, near),
            ("near-reviewer", Role.FIRST_REVIEWER, near),
        ):
            cast.hire(username, [role], at_city=place)
        moves = (("far-clerk", "ACCEPT", 404), ("near-clerk", "ACCEPT", 302), ("near-reviewer", "PASS", 302))
        for username, move, status in moves:
            staff = Client()
            staff.force_login(cast.city.users[username])
            assert staff.post(f"{at}move/", {"move": move}).status_code == status

    def test_with_something_wrong_is_told_what(self, cast: Cast) -> None:
        for changes, words in (
            ({"document_number": "110105194912310021"}, "身份证号码不正确"),
            ({"document_kind": "PASSPORT", "document_number": "E1"}, "证件号码应为 4 至 30 位"),
            ({"social_credit_code": credit_code(779)[:-1] + "?"}, "统一社会信用代码不正确"),
            ({"phone": "0830-3100000"}, "请填写能接收短信的 11 位手机号"),
            ({"email": "han"}, "请填写正确的邮箱地址"),
            ({"username": "1a"}, "用户名为字母开头"),
            ({"password": "short-1A", "password_again": "short-1A"}, "密码太短"),
            ({"password_again": "x"}, "两次输入的密码不一致"),
            ({"captcha": "zzzz"}, "验证码不正确或已过期"),
        ):
            answer = enrolled(Client(), **changes)
            assert (answer.status_code, words in text_of(answer)) == (400, True), (changes, text_of(answer)[-900:])
        assert not Enrolment.objects.exists()

    def test_with_a_passport_needs_no_check_digit(self, cast: Cast) -> None:
        assert enrolled(Client(), document_kind="PASSPORT", document_number="EA1234567").status_code == 302

    def test_is_sent_on_where_units_register_directly(self, cast: Cast) -> None:
        assert "本市的单位可以直接注册" in text_of(Client().get("/c/yandu/register/"))
        assert enrolled(Client()).status_code == 302
        client = Client()
        client.get("/captcha.png")
        client.post("/c/yandu/register/", FORM | {"captcha": LETTER * captcha.LENGTH})
        assert Enrolment.objects.count() == 1


class TestTheLink:
    def link(self, client: Client) -> str:
        enrolled(client)
        told = text_of(client.post(f"{AT}activation/", {"action": "email"}, follow=True))
        assert "激活邮件已发送至 han@example.com" in told
        return sent_link()

    def test_opened_changes_nothing_and_pressed_activates_once(self, cast: Cast) -> None:
        link, elsewhere = self.link(Client()), Client()

        for _ in range(2):  # a mail scanner, then the person
            assert "点击激活" in text_of(elsewhere.get(link))
        assert not User.objects.filter(username="hanjingban").exists()
        assert "未认证用户名 hanjingban" in text_of(elsewhere.post(link, follow=True))
        assert actor_of(User.objects.get(username="hanjingban")).roles == {Role.UNVERIFIED}

        again = Client()
        assert "激活链接无效、已使用或已过期" in text_of(again.get(link))
        assert "激活链接无效、已使用或已过期" in text_of(again.post(link, follow=True))
        logged_in()

    @pytest.mark.parametrize("what", ["expired", "forged", "replaced", "of another city"])
    def test_that_does_not_hold_activates_nobody(self, cast: Cast, what: str) -> None:
        client = Client()
        link = self.link(client)
        if what == "expired":
            Enrolment.objects.update(expires_at=timezone.now() - dt.timedelta(minutes=1))
        elif what == "forged":
            link = link.rstrip("/")[:-4] + "AAAA/"
        elif what == "replaced":
            client.post(f"{AT}activation/", {"action": "email"})
        else:
            link = link.replace("jiangcheng", "yandu")

        for answer in (Client().get(link), Client().post(link, follow=True)):
            assert "激活链接无效、已使用或已过期" in text_of(answer)
        assert not User.objects.filter(username="hanjingban").exists()

    def test_lies_in_the_database_as_a_hash(self, cast: Cast) -> None:
        token = self.link(Client()).rstrip("/").rsplit("/", 1)[1]
        kept = Enrolment.objects.get()

        assert kept.token_hash and token not in str(list(Enrolment.objects.values()))
        assert kept.expires_at - timezone.now() < dt.timedelta(hours=24)

    def test_is_not_sent_to_one_address_without_end(self, cast: Cast) -> None:
        client = Client()
        enrolled(client)
        for _ in range(7):
            told = text_of(client.post(f"{AT}activation/", {"action": "email"}, follow=True))

        assert "过于频繁" in told
        assert Outbox.objects.filter(channel="EMAIL").count() == 5


class TestAUserNameThatIsTaken:
    def test_is_said_only_to_him_who_has_proved_himself(self, cast: Cast) -> None:
        taken = cast.city.users["demo-developer"].username
        known, unknown = Client(), Client()
        answers = [enrolled(known, username=taken), enrolled(unknown, username="nobody")]
        assert {answer["Location"] for answer in answers} == {f"{AT}activation/"}
        pages = [text_of(client.get(f"{AT}activation/")) for client in (known, unknown)]
        assert pages[0].replace(taken, "NAME") == pages[1].replace("nobody", "NAME")
        assert "已被使用" not in pages[0]
        assert known.get(f"{AT}name/")["Location"] == AT

        known.post(f"{AT}activation/", {"action": "send"})
        answer = known.post(f"{AT}activation/", {"action": "code", "code": sent_code()}, follow=True)
        assert f"用户名 {taken} 已被使用" in text_of(answer)
        assert "已被使用，请换一个" in text_of(known.post(f"{AT}name/", {"username": taken.upper()}))
        assert "激活成功" in text_of(known.post(f"{AT}name/", {"username": "hanjingban"}, follow=True))
        logged_in()

    def test_goes_to_the_first_who_proves_himself(self, cast: Cast) -> None:
        first, second = Client(), Client()
        enrolled(first)
        enrolled(second, phone="13808305502", name="另一人")
        for client in (second, first):
            client.post(f"{AT}activation/", {"action": "send"})
            client.post(f"{AT}activation/", {"action": "code", "code": sent_code()})

        assert User.objects.get(username="hanjingban").name == "另一人"
        assert "hanjingban 已被使用" in text_of(first.get(f"{AT}activation/", follow=True))

    def test_is_free_again_when_an_enrolment_has_run_out(self, cast: Cast) -> None:
        enrolled(Client())
        late = Client()
        enrolled(late)
        Enrolment.objects.update(expires_at=timezone.now())

        assert late.get(f"{AT}activation/")["Location"] == AT
        activated(Client())


class TestAnApplication:
    def test_of_a_registered_code_is_taken_in_and_refused_by_the_office(self, cast: Cast) -> None:
        activated(Client())
        code = cast.city.companies[0].code
        client = logged_in()
        at = apply_for(client, cast, social_credit_code=code)

        assert "该代码已注册" not in text_of(client.get(at)) + text_of(client.get(f"{at}done/"))
        clerk, reviewer = Client(), Client()
        clerk.force_login(cast.city.users["demo-clerk"])
        reviewer.force_login(cast.city.users["demo-reviewer"])
        assert "该代码已注册" in text_of(clerk.get(at))
        clerk.post(f"{at}move/", {"move": "ACCEPT"})
        assert "该代码已注册" in text_of(reviewer.post(f"{at}move/", {"move": "PASS"}, follow=True))
        assert User.objects.get(username="hanjingban").organisation is None

    def test_is_made_one_at_a_time(self, cast: Cast) -> None:
        activated(Client())
        client = logged_in()
        apply_for(client, cast)
        at = apply_for(client, cast)

        told = text_of(client.post(f"{at}move/", {"move": "SUBMIT"}, follow=True))
        assert "您已有一张单位注册申请正在办理" in told

    def test_is_for_unverified_users_only(self, cast: Cast) -> None:
        for username in ("demo-developer", "demo-clerk"):
            client = Client()
            client.force_login(cast.city.users[username])
            told = text_of(client.post("/cases/new/unit_registration/begin/", follow=True))
            assert "您没有办理“单位注册申请”的权限" in told

    def test_turned_back_stays_with_its_office(self, cast: Cast) -> None:
        activated(Client())
        client = logged_in()
        at = apply_for(client, cast)
        clerk = Client()
        clerk.force_login(cast.city.users["demo-clerk"])
        clerk.post(f"{at}move/", {"move": "RETURN", "note": "执照过期"})
        other = {key: str(value) for key, value in Case.objects.get().data.items()}
        client.post(f"{at}edit/1/", other | {"office": str(cast.city.districts[2].pk)})

        told = text_of(client.post(f"{at}move/", {"move": "SUBMIT"}, follow=True))
        assert "不能改换" in told
        assert Case.objects.get().jurisdiction == cast.city.districts[1]


class TestAnUnverifiedUser:
    def test_sees_nothing_of_others(self, cast: Cast) -> None:
        activated(Client())
        client = logged_in()
        other = open_account(
            username="another",
            name="另一人",
            roles=[Role.UNVERIFIED],
            jurisdiction_id=cast.city.jurisdiction.pk,
            password_hash="!",
            at=timezone.now(),
        )
        at = apply_for(client, cast)
        stranger = Client()
        stranger.force_login(other)

        assert stranger.get(at).status_code == 404
        assert "没有符合条件的业务单" in text_of(stranger.get("/cases/"))
        assert at.split("/")[2] in text_of(client.get("/cases/"))
        for address in ("/areas/", "/projects/", "/deposits/state/", "/office/", "/bank/"):
            assert client.get(address).status_code == 403
