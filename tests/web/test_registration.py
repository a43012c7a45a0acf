"""机构注册 through the pages, in cities that want it differently: the same form, another behaviour.

# covers: I1
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast, at_once
from tests.circle.person import LETTER, know_the_letters, picture, text_of
from upkeep.casework.models import Case, OriginalsReminder
from upkeep.demo.people import credit_code
from upkeep.estate.models import Area, Service
from upkeep.estate.serving import end_service
from upkeep.messaging.models import Outbox
from upkeep.parties.actions import add_jurisdiction
from upkeep.parties.models import Jurisdiction, Organisation, User
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.registration_rule import RegistrationRule
from upkeep.web.public import captcha

pytestmark = pytest.mark.django_db

PASSWORD = "correct-Horse-7-battery"
PHONE = "13808305501"
AT_ONCE = RegistrationRule(
    way="AT_ONCE", agreement="READ", papers=True, originals="FIRST_CASE", areas="REGISTRATION", printed=False
)
BARE = RegistrationRule(
    way="AT_ONCE", agreement="NONE", papers=False, login_name="FREE", originals="NONE", printed=False
)


@pytest.fixture(autouse=True)
def _letters(monkeypatch: pytest.MonkeyPatch) -> None:
    know_the_letters(monkeypatch)


def rule(city: Jurisdiction, value: RegistrationRule, kind: str = "") -> None:
    since = timezone.localdate() - dt.timedelta(days=30)
    set_policy(kind=PolicyKind.REGISTRATION_RULE, jurisdiction_id=city.pk, value=value, valid_from=since, scope=kind)


def last_code() -> str:
    found = re.search(r"\d{6}", Outbox.objects.filter(channel="SMS").latest("pk").body)
    assert found is not None
    return found[0]


class Guest:
    """A visitor who fills in the registration of one city, page by page."""

    def __init__(self, city: str = "jiangcheng") -> None:
        self.client = Client()
        answer = self.client.post("/cases/new/organisation_registration/begin/", {"city": city})
        self.at = str(answer["Location"]).removesuffix("edit/1/")
        self.page = 1

    def fill(self, **data: Any) -> None:
        """Fill the next page rightly."""
        answer = self.client.post(f"{self.at}edit/{self.page}/", data)
        assert answer.status_code == 302, text_of(answer)
        self.page += 1
        assert answer["Location"] == f"{self.at}edit/{self.page}/"

    def unit(self, kind: str = "DEVELOPER", code: str = "", name: str = "望江置业有限公司") -> None:
        self.fill(kind=kind, name=name, social_credit_code=code, legal_representative="罗法", address="春雨路 66 号")

    def account(self, **more: str) -> None:
        both = {"password": PASSWORD, "password_again": PASSWORD}
        self.fill(operator_name="韩经办", operator_phone=PHONE, **both, **more)

    def prove(self) -> None:
        self.client.post(f"{self.at}edit/{self.page}/", {"action": "send"})
        self.fill(code=last_code())

    def upload(self) -> None:
        for paper in ("licence", "operator_id"):
            self.client.post(f"{self.at}papers/", {paper: picture()})
        self.fill()

    def look(self, page: int = 0) -> str:
        return text_of(self.client.get(f"{self.at}edit/{page or self.page}/"))

    def submit(self) -> str:
        return text_of(self.client.post(f"{self.at}move/", {"move": "SUBMIT"}, follow=True))


def logged_in(username: str, city: str = "jiangcheng", *, tab: str = "committee") -> Client:
    client = Client()
    client.get("/captcha.png")
    sent = {"username": username, "password": PASSWORD, "captcha": LETTER * captcha.LENGTH}
    answer = client.post(f"/c/{city}/login/?as={tab}", sent)
    assert answer.status_code == 302, text_of(answer)
    return client


class TestTwoCities:
    def test_ask_the_same_form_and_do_as_their_rule_says(self, cast: Cast) -> None:
        bare = add_jurisdiction(code="620100", slug="huanghe", name="黄河市", office_name="黄河市维修资金中心")
        rule(bare, BARE)
        here, there = Guest("jiangcheng"), Guest("huanghe")
        for guest in (here, there):
            guest.unit(code=credit_code(777))

        assert "我已阅读并同意" in here.look() and "登录名" not in here.look()
        assert "我已阅读并同意" not in there.look() and "登录名" in there.look()
        here.account(agreed="on")
        there.account(username="Wangjiang")
        here.upload()
        there.prove()

        reviewed, at_once = here.submit(), there.submit()
        assert "业务办理完成" in reviewed and "窗口受理" in reviewed
        assert "开发建设单位注册申请表" in reviewed and "营业执照或备案证明原件" in reviewed
        assert "注册成功" in at_once and "登录" in at_once
        assert "申请表" not in at_once and "原件" not in at_once
        assert [user.username for user in User.objects.filter(name="韩经办")] == ["Wangjiang"]
        assert Organisation.objects.get(name="望江置业有限公司").code == credit_code(777)
        logged_in("wangjiang", "huanghe", tab="developer")

    def test_tell_on_the_first_page_what_they_ask_of_whom(self, cast: Cast) -> None:
        rule(cast.city.jurisdiction, AT_ONCE, "OWNERS_COMMITTEE")

        told = text_of(Client().get("/cases/new/organisation_registration/?city=jiangcheng"))

        assert "开发建设单位 窗口受理、审核通过后方可登录；须上传要件；须打印注册申请表；注册时携原件到窗口" in told
        assert "业主委员会 提交后即可登录；须上传要件；首次办理业务时携复印件（加盖公章）" in told

    def test_let_no_one_in_directly_who_has_to_enrol_first(self, cast: Cast) -> None:
        rule(cast.city.jurisdiction, RegistrationRule(way="UNVERIFIED_FIRST"), "PROPERTY_COMPANY")
        guest = Guest()
        sent = {"kind": "PROPERTY_COMPANY", "name": "甲", "social_credit_code": credit_code(777)}

        answer = guest.client.post(f"{guest.at}edit/1/", sent | {"legal_representative": "乙", "address": "丙"})

        assert "其他单位须先注册为未认证用户" in text_of(answer)


class TestACommitteeThatRegistersAtOnce:
    """Manual 004 §1.1: code from the area's pinyin, area chosen, papers uploaded, copies with the first business."""

    @pytest.fixture
    def town(self, settled: Cast) -> Cast:
        rule(settled.city.jurisdiction, AT_ONCE, "OWNERS_COMMITTEE")
        return settled

    def registered(self, area: Area) -> Guest:
        guest = Guest()
        guest.unit("OWNERS_COMMITTEE", name="第一届业主委员会")
        found = guest.client.post(f"{guest.at}edit/2/", {"action": "search", "q": area.name[:2]}, follow=True)
        assert area.name in text_of(found)
        guest.fill(area=str(area.pk))
        return guest

    def free_area(self) -> Area:
        """One whose committee has gone."""
        service = Service.objects.filter(kind="OWNERS_COMMITTEE", until__isnull=True).select_related("area")[0]
        end_service(service_id=service.pk, until=timezone.localdate(), reason="任期届满", at=timezone.now())
        return service.area

    def test_is_offered_the_pinyin_of_its_area_and_may_choose_another(self, town: Cast) -> None:
        area = Area.objects.get(name="翠竹苑")
        guest = self.registered(area)

        assert 'value="cuizhuyuan"' in guest.client.get(f"{guest.at}edit/3/").content.decode()
        assert "第一届" not in guest.client.get(f"{guest.at}edit/3/").content.decode().split("committee_code")[1][:200]
        guest.account(committee_code="czy2026", agreement="0")
        assert Case.objects.get(number=guest.at.split("/")[2]).data["committee_code"] == "czy2026"

    def test_serves_its_area_at_once_and_owes_the_copies_until_the_clerk_has_them(self, town: Cast) -> None:
        area = self.free_area()
        guest = self.registered(area)
        guest.account(committee_code="xinyeweihui", agreement="0")
        guest.prove()
        guest.upload()
        done = guest.submit()

        assert "注册成功" in done and "首次办理业务时，请一并提交以下材料" in done
        user = User.objects.get(username="XINYEWEIHUI")
        assert actor_of(user).roles == {Role.OWNERS_COMMITTEE, Role.ORG_ADMIN}
        assert Service.objects.get(organisation=user.organisation, until__isnull=True).area == area
        case = Case.objects.get(subject="第一届业主委员会")
        assert "接受的机构注册协议 通用文本" in text_of(guest.client.get(guest.at))
        committee = logged_in("xinyeweihui")
        assert area.name in text_of(committee.get("/areas/"))
        self._first_case_reminds(town, user, case)

    def _first_case_reminds(self, town: Cast, user: User, registration: Case) -> None:
        first = Case.objects.create(
            number="WX202611200000001",
            procedure="area_collection",
            jurisdiction=town.city.jurisdiction,
            state="SUBMITTED",
            waits_for="WINDOW_CLERK",
            chain=[{"role": "WINDOW_CLERK", "working_days": 1, "party": ""}],
            applicant_organisation=user.organisation,
            applicant_user=user,
            created_at=timezone.now(),
            submitted_at=timezone.now(),
        )
        clerk, applicant = Client(), Client()
        clerk.force_login(town.city.users["demo-clerk"])
        applicant.force_login(user)
        for client in (clerk, applicant):
            assert "首次办理业务须一并提交要件复印件" in text_of(client.get(f"/cases/{first.number}/"))
        assert "要件已核收" not in text_of(applicant.get(f"/cases/{first.number}/"))
        assert applicant.post(f"/cases/{first.number}/originals/").status_code == 403

        told = text_of(clerk.post(f"/cases/{first.number}/originals/", follow=True))
        assert "注册要件已核收" in told and "李窗 已于" in told
        reminder = OriginalsReminder.objects.get(registration=registration)
        assert (reminder.received_by, reminder.received_with) == (town.city.users["demo-clerk"], first)
        assert "或已由他人核收" in text_of(clerk.post(f"/cases/{first.number}/originals/", follow=True))

    def test_without_an_area_is_asked_for_one(self, town: Cast) -> None:
        guest = Guest()
        guest.unit("OWNERS_COMMITTEE", name="第一届业主委员会")

        for sent in ({}, {"area": "1"}, {"area": ["x", "9" * 30]}):
            assert "请至少勾选一个物业区域" in text_of(guest.client.post(f"{guest.at}edit/2/", sent))

    def test_cannot_take_an_area_that_has_one(self, town: Cast) -> None:
        taken = Service.objects.filter(kind="OWNERS_COMMITTEE", until__isnull=True)[0].area
        guest = self.registered(taken)
        guest.account(committee_code="xinyeweihui", agreement="0")
        assert "已有业主委员会" not in guest.look(6)
        guest.prove()
        guest.upload()

        assert f"“{taken.name}”已有业主委员会" in guest.look()
        assert "已有业主委员会" in guest.submit()
        assert not User.objects.filter(username="XINYEWEIHUI").exists()

    def test_is_not_let_on_by_a_wrong_code(self, town: Cast) -> None:
        guest = self.registered(self.free_area())
        guest.account(committee_code="xinyeweihui", agreement="0")
        page = f"{guest.at}edit/4/"
        assert "短信验证码不正确或已过期" in text_of(guest.client.post(page, {"code": "000000"}))
        assert "请填写短信验证码" in text_of(guest.client.post(page, {}))

        guest.page = 5
        guest.upload()
        assert "请先完成手机短信验证" in guest.look()
        assert "请先完成手机短信验证" in guest.submit()
        assert not User.objects.filter(username="XINYEWEIHUI").exists()


def asked(look: Callable[[], str]) -> list[str]:
    """What the database was asked, with all that differs from one case to the next left out."""
    with CaptureQueriesContext(connection) as seen:
        look()
    return [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in seen.captured_queries]


class TestAStrangerWhoTypesCodes:
    """Learns nothing of who is registered: neither from words nor from what is looked up."""

    def pages(self, code: str) -> tuple[str, str]:
        guest = Guest()
        guest.unit(code=code)
        guest.account(agreed="on")
        guest.upload()
        seen = guest.look() + guest.submit()
        return guest.at, seen.replace(guest.at.split("/")[2], "NUMBER").replace(code, "CODE")

    def test_sees_the_same_of_a_code_that_is_registered(self, cast: Cast) -> None:
        (_, known), (_, unknown) = self.pages(cast.city.developers[0].code), self.pages(credit_code(777))

        moments = re.compile(r"\d{2}:\d{2}(:\d{2})?")
        assert moments.sub("", known) == moments.sub("", unknown)

    def test_costs_the_same_questions_to_the_database(self, cast: Cast) -> None:
        guests = []
        for code in (cast.city.developers[0].code, credit_code(777)):
            guest = Guest()
            guest.unit(code=code)
            guest.account(agreed="on")
            guest.upload()
            guests.append(guest)
        assert asked(guests[0].look) == asked(guests[1].look)
        assert asked(guests[0].submit) == asked(guests[1].submit)

    def test_is_told_where_registration_is_at_once_only_for_the_code_he_proved_himself_for(self, cast: Cast) -> None:
        rule(cast.city.jurisdiction, RegistrationRule(way="AT_ONCE", agreement="NONE", papers=False))
        taken, other = cast.city.developers[0].code, cast.city.developers[1].code
        guest = Guest()
        guest.unit(code=taken)
        guest.account()
        assert "该代码已注册" not in guest.look(4)
        guest.prove()
        assert "该代码已注册" in guest.look(4)
        assert "该代码已注册" in guest.submit()

        guest.page = 1
        guest.unit(code=other)
        assert "该代码已注册" not in guest.look(4)
        assert "请先完成手机短信验证" in guest.submit()


class TestASellingUnit:
    def test_is_entered_by_the_window_and_looked_at_by_others(self, cast: Cast) -> None:
        clerk, second, reviewer = Client(), Client(), Client()
        for client, name in ((clerk, "demo-clerk"), (second, "second-clerk"), (reviewer, "demo-reviewer")):
            client.force_login(cast.city.users[name])
        at = clerk.post("/cases/new/organisation_registration/begin/")["Location"].removesuffix("edit/1/")
        sent = {"name": "江城市公房管理所", "social_credit_code": credit_code(778), "legal_representative": "罗法"}
        refused = clerk.post(f"{at}edit/1/", sent | {"kind": "DEVELOPER", "address": "春雨路"})
        assert refused.status_code == 200
        clerk.post(f"{at}edit/1/", sent | {"kind": "SELLING_UNIT", "address": "春雨路"})
        assert second.get(f"{at}edit/1/").status_code == 404
        clerk.post(f"{at}edit/2/", {"operator_name": "韩经办", "operator_phone": PHONE})
        for paper in ("licence", "operator_id"):
            clerk.post(f"{at}papers/", {paper: picture()})
        clerk.post(f"{at}move/", {"move": "SUBMIT"})
        case = Case.objects.get()
        assert "公有住房售房单位注册申请表" in text_of(clerk.get(f"{at}done/"))
        clerk.post(f"{at}move/", {"move": "ACCEPT"})
        case.refresh_from_db()
        assert case.state == "SUBMITTED"
        second.post(f"{at}move/", {"move": "ACCEPT"})
        reviewer.post(f"{at}move/", {"move": "PASS"})

        entered = Organisation.objects.get(name="江城市公房管理所")
        assert (entered.kind, entered.users.count()) == ("SELLING_UNIT", 0)


class TestTwoWhoRegisterOneCodeAtOnce:
    @pytest.mark.commits
    def test_one_wins_and_the_other_is_told(self, cast: Cast) -> None:
        rule(cast.city.jurisdiction, RegistrationRule(way="AT_ONCE", agreement="NONE", papers=False))
        guests = []
        for phone in ("13808305501", "13808305502"):
            guest = Guest()
            guest.unit(code=credit_code(777))
            both = {"password": PASSWORD, "password_again": PASSWORD}
            guest.fill(operator_name="韩经办", operator_phone=phone, **both)
            guest.prove()
            guests.append(guest)

        answers = sorted(str(one) for one in at_once(*(guest.submit for guest in guests)))

        assert sum("注册成功" in one for one in answers) == 1
        assert sum("已经登记" in one or "该代码已注册" in one for one in answers) == 1
        assert Organisation.objects.filter(code=credit_code(777)).count() == 1
        assert User.objects.filter(username=credit_code(777)).count() == 1
