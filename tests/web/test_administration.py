"""The administrators' pages, each walked to its effect; what is refused, and to whom.

covers: I9
"""

# covers: I9

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast
from tests.circle.cast import BACKEND
from tests.web.pages import client_of, text
from upkeep.parties.actions import add_jurisdiction
from upkeep.parties.history import record
from upkeep.parties.models import AdministrationEvent, EventKind, Jurisdiction, Level, Office, User
from upkeep.parties.queries import actor_of, cities, districts_of, get_city
from upkeep.parties.roles import Role

pytestmark = pytest.mark.django_db

ACCOUNT = {"username": "he.xin", "name": "何新", "phone": "13808305512"}


def open_account(system: Client, office: Office, **changes: str) -> Any:
    return system.post(reverse("administration:add_staff"), ACCOUNT | {"office": str(office.pk)} | changes)


def grant(security: Client, user: User, *roles: Role, reason: str = "岗位调整通知") -> Any:
    address = reverse("administration:roles", args=[user.pk])
    return security.post(address, {"roles": [one.value for one in roles], "reason": reason}, follow=True)


@pytest.fixture
def system(cast: Cast) -> Client:
    return client_of(cast, "demo-system-admin")


@pytest.fixture
def security(cast: Cast) -> Client:
    return client_of(cast, "demo-security-admin")


@pytest.fixture
def audit(cast: Cast) -> Client:
    return client_of(cast, "demo-audit-admin")


@pytest.fixture
def city_office(cast: Cast) -> Office:
    return Office.objects.get(jurisdiction=cast.city.jurisdiction)


class TestANewMemberOfStaff:
    def test_is_opened_granted_a_role_and_works_with_it(
        self, cast: Cast, system: Client, security: Client, audit: Client, city_office: Office
    ) -> None:
        shown = text(open_account(system, city_office))
        user = User.objects.get(username="he.xin")
        password = re.search(r"一次性密码 (\S{16})", shown)

        assert password is not None and user.check_password(password[1])
        assert user.must_change_password
        assert not actor_of(user).roles
        new = Client()
        new.force_login(user, backend=BACKEND)
        assert new.get(reverse("cases:list")).status_code == 403

        assert "角色已保存" in text(grant(security, user, Role.WINDOW_CLERK))

        assert actor_of(user).roles == {Role.WINDOW_CLERK}
        listed = text(audit.get(reverse("administration:record"), {"q": "he.xin"}))
        assert "新建账号" in listed and "授予角色" in listed and "岗位调整通知" in listed
        assert "13808305512" not in listed

    def test_loses_roles_when_moved_to_the_office_of_another_jurisdiction(self, cast: Cast, system: Client) -> None:
        clerk = cast.city.users["demo-district-clerk"]
        other = Office.objects.get(jurisdiction=cast.city.districts[1])
        address = reverse("administration:edit_person", args=[clerk.pk])

        answer = system.post(
            address, {"name": clerk.name, "phone": "13808305512", "office": str(other.pk)}, follow=True
        )

        assert "原有角色（窗口受理）已收回" in text(answer)
        clerk.refresh_from_db()
        assert clerk.jurisdiction_id == other.jurisdiction_id
        assert not actor_of(clerk).roles

    def test_is_refused_under_a_name_that_is_taken(self, system: Client, city_office: Office) -> None:
        open_account(system, city_office)

        assert "登录名已被使用" in text(open_account(system, city_office))
        assert User.objects.filter(username="he.xin").count() == 1

    def test_is_refused_with_a_phone_number_that_is_none(self, system: Client, city_office: Office) -> None:
        assert "电话" in text(open_account(system, city_office, phone="12"))
        assert not User.objects.filter(username="he.xin").exists()

    def test_cannot_be_put_into_an_office_of_another_city(self, cast: Cast, system: Client) -> None:
        elsewhere = Office.objects.create(
            jurisdiction_id=cast["stranger-clerk"].jurisdiction_id, name="盐都市维修资金中心"
        )

        open_account(system, elsewhere)

        assert not User.objects.filter(username="he.xin").exists()


class TestAnAccount:
    def test_is_deactivated_with_a_reason_and_its_session_is_over(self, cast: Cast, system: Client) -> None:
        clerk, user = client_of(cast, "demo-clerk"), cast.city.users["demo-clerk"]
        assert clerk.get(reverse("office:home")).status_code == 200
        address = reverse("administration:deactivate_person", args=[user.pk])

        assert "请填写原因" in text(system.post(address, follow=True))
        assert "已停用" in text(system.post(address, {"reason": "调离"}, follow=True))

        assert clerk.get(reverse("office:home")).status_code == 302
        assert "已经停用" in text(system.post(address, {"reason": "调离"}, follow=True))

    def test_is_reactivated_with_the_roles_it_had(self, cast: Cast, system: Client) -> None:
        user = cast.city.users["demo-clerk"]
        system.post(reverse("administration:deactivate_person", args=[user.pk]), {"reason": "调离"})

        system.post(reverse("administration:reactivate_person", args=[user.pk]), {"reason": "调回"})

        assert actor_of(User.objects.get(pk=user.pk)).roles == {Role.WINDOW_CLERK}
        kinds = AdministrationEvent.objects.filter(user=user).order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == [EventKind.ACCOUNT_DEACTIVATED, EventKind.ACCOUNT_REACTIVATED]

    def test_gets_a_new_one_time_password(self, cast: Cast, system: Client) -> None:
        user = cast.city.users["demo-clerk"]

        shown = text(system.post(reverse("administration:reset_password", args=[user.pk])))

        user.refresh_from_db()
        password = re.search(r"一次性密码 (\S{16})", shown)
        assert password is not None and user.check_password(password[1])
        assert user.must_change_password

    def test_of_a_neighbouring_city_is_not_there(self, cast: Cast, system: Client) -> None:
        far = cast.city.users["stranger-clerk"]

        assert system.get(reverse("administration:person", args=[far.pk])).status_code == 404


class TestRoles:
    def test_are_not_granted_to_oneself(self, cast: Cast, security: Client) -> None:
        me = cast.city.users["demo-security-admin"]

        assert "不能给本人授权" in text(grant(security, me, Role.SYSTEM_ADMIN))
        assert actor_of(me).roles == {Role.SECURITY_ADMIN}

    def test_that_exclude_each_other_are_refused_in_a_sentence(self, cast: Cast, security: Client) -> None:
        user = cast.city.users["demo-accountant"]

        assert "“会计”和“出纳”不能由同一人担任" in text(grant(security, user, Role.ACCOUNTANT, Role.CASHIER))
        assert actor_of(user).roles == {Role.ACCOUNTANT}

    def test_of_the_last_administrator_stay(self, cast: Cast, security: Client) -> None:
        user = cast.city.users["demo-system-admin"]

        assert "是最后一名系统管理员" in text(grant(security, user))
        assert actor_of(user).roles == {Role.SYSTEM_ADMIN}

    def test_of_an_administrator_go_once_there_is_another(self, cast: Cast, security: Client) -> None:
        old, new = cast.city.users["demo-system-admin"], cast.city.users["demo-editor"]
        grant(security, new, Role.SYSTEM_ADMIN)

        grant(security, old)

        assert not actor_of(old).roles

    def test_are_offered_only_as_far_as_the_office_goes(self, cast: Cast, security: Client) -> None:
        answer = security.post(
            reverse("administration:roles", args=[cast.city.users["demo-editor"].pk]),
            {"roles": ["TELLER"], "reason": "试"},
        )

        assert answer.status_code == 200
        assert actor_of(cast.city.users["demo-editor"]).roles == {Role.EDITOR}


class TestAJurisdiction:
    def test_is_added_under_the_city_with_its_office(self, cast: Cast, system: Client) -> None:
        city = cast.city.jurisdiction
        data = {"code": "510521", "slug": "luxian", "name": "泸江县", "office_name": "泸江县管理部"}

        answer = system.post(reverse("administration:add_jurisdiction", args=[city.pk]), data, follow=True)

        assert "已在江城市下设立泸江县" in text(answer)
        assert "泸江县" in [one.name for one in districts_of(city.pk)]
        assert Office.objects.get(jurisdiction__code="510521").name == "泸江县管理部"

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"code": "510321"}, "应以上级“江城市”的 5105 开头"),
            ({"code": "5105"}, "应为 6 位数字"),
            ({"code": "510500"}, "后两位不能都是 0"),
            ({"code": "510502"}, "已设管辖区"),
            ({"slug": "江"}, "网址名"),
            ({"slug": "naxi"}, "已被使用"),
        ],
    )
    def test_is_refused_with_what_is_wrong(
        self, cast: Cast, system: Client, change: dict[str, str], said: str
    ) -> None:
        data = {"code": "510521", "slug": "luxian", "name": "泸江县", "office_name": "泸江县管理部"} | change
        before = Jurisdiction.objects.count()

        answer = system.post(reverse("administration:add_jurisdiction", args=[cast.city.jurisdiction.pk]), data)

        assert said in text(answer)
        assert Jurisdiction.objects.count() == before

    def test_changes_its_office_data(self, cast: Cast, system: Client) -> None:
        city = cast.city.jurisdiction
        data = {"name": "江城市", "office_name": city.office_name, "office_address": "新址", "office_phone": "0830-1"}

        system.post(reverse("administration:edit_jurisdiction", args=[city.pk]), data)

        city.refresh_from_db()
        assert city.office_address == "新址"
        event = AdministrationEvent.objects.get(kind=EventKind.JURISDICTION_CHANGED)
        assert "新址" in event.after and "大山坪" in event.before

    def test_is_retired_once_nobody_works_there(self, cast: Cast, system: Client) -> None:
        district, clerk = cast.city.districts[0], cast.city.users["demo-district-clerk"]
        address = reverse("administration:retire_jurisdiction", args=[district.pk])
        assert "还有 1 名在用人员" in text(system.post(address, {"reason": "撤并"}, follow=True))
        system.post(reverse("administration:deactivate_person", args=[clerk.pk]), {"reason": "撤并"})

        assert "已停用" in text(system.post(address, {"reason": "撤并"}, follow=True))

        assert district.name not in [one.name for one in districts_of(cast.city.jurisdiction.pk)]
        assert Jurisdiction.objects.filter(pk=district.pk).exists()

    def test_is_not_retired_by_its_own_administrator(self, cast: Cast, system: Client) -> None:
        address = reverse("administration:retire_jurisdiction", args=[cast.city.jurisdiction.pk])

        assert "须由上级办理" in text(system.post(address, {"reason": "撤并"}, follow=True))
        assert get_city("jiangcheng") in cities()


class TestTheTree:
    def test_lists_what_lies_under_the_city_and_who_works_there(self, cast: Cast, system: Client) -> None:
        shown = text(system.get(reverse("administration:jurisdictions")))

        assert "江城市 510500 市" in shown and "江阳区 510502 区县" in shown
        assert "盐都市" not in shown
        assert "新设区县" in shown

    def test_of_a_province_takes_cities(self, cast: Cast) -> None:
        province = add_jurisdiction(code="510000", slug="shu", name="蜀省", office_name="蜀省厅", level=Level.PROVINCE)
        Jurisdiction.objects.filter(pk=cast.city.jurisdiction.pk).update(parent=province)
        cast.hire("province", [Role.SYSTEM_ADMIN], at_city=province.pk)
        browser = client_of(cast, "province")
        data = {"code": "510600", "slug": "yancheng", "name": "盐城市", "office_name": "盐城市中心"}

        listed = text(browser.get(reverse("administration:jurisdictions")))
        added = browser.post(reverse("administration:add_jurisdiction", args=[province.pk]), data, follow=True)

        assert "蜀省 510000 省" in listed and "江阳区" in listed
        assert "已在蜀省下设立盐城市" in text(added)
        assert get_city("yancheng") in cities()
        assert get_city("shu") is None
        assert browser.get("/c/jiangcheng/").status_code == 200
        assert Client().get("/c/shu/login/?as=office").status_code == 200


class TestAnOffice:
    def test_is_added_changed_and_closed(self, cast: Cast, system: Client) -> None:
        place = cast.city.districts[0]
        data = {"name": "江阳区第二管理部", "address": "大北街 3 号", "phone": "", "hours": "", "is_window": "on"}
        system.post(reverse("administration:add_office", args=[place.pk]), data)
        office = Office.objects.get(name="江阳区第二管理部")

        system.post(reverse("administration:edit_office", args=[office.pk]), data | {"hours": "周一至周五"})
        system.post(reverse("administration:retire_office", args=[office.pk]), {"reason": "合并"})

        office.refresh_from_db()
        assert office.hours == "周一至周五"
        assert office.retired_at is not None

    def test_with_staff_is_not_closed(self, cast: Cast, system: Client, city_office: Office) -> None:
        address = reverse("administration:retire_office", args=[city_office.pk])

        assert "还有在用人员" in text(system.post(address, {"reason": "合并"}, follow=True))
        city_office.refresh_from_db()
        assert city_office.retired_at is None

    def test_name_is_given_once_in_a_jurisdiction(self, cast: Cast, system: Client, city_office: Office) -> None:
        address = reverse("administration:add_office", args=[city_office.jurisdiction_id])

        assert "已有同名的管理部" in text(system.post(address, {"name": city_office.name}))


class TestTheRecord:
    def test_is_found_by_person_and_period_and_exported(self, cast: Cast, audit: Client) -> None:
        record(
            EventKind.OFFICE_CHANGED,
            by=cast["demo-system-admin"],
            at=AT,
            jurisdiction_id=cast.city.jurisdiction.pk,
            subject="=1+1",
        )
        address = reverse("administration:record")

        assert "=1+1" in text(audit.get(address, {"q": "卫统", "since": "2026-11-20", "until": "2026-11-20"}))
        assert "=1+1" not in text(audit.get(address, {"q": "卫统", "until": "2026-11-19"}))
        assert audit.get(reverse("administration:export_record")).status_code == 200

    def test_of_another_city_is_not_shown(self, cast: Cast, audit: Client) -> None:
        far = cast["stranger-clerk"].jurisdiction_id
        record(EventKind.OFFICE_ADDED, by=None, at=AT, jurisdiction_id=far, subject="盐都市管理部")

        assert "盐都市管理部" not in text(audit.get(reverse("administration:record")))

    def test_shows_nobody_else_and_offers_the_auditor_no_button_that_changes(
        self, cast: Cast, system: Client, security: Client, audit: Client
    ) -> None:
        user = cast.city.users["demo-clerk"]

        assert system.get(reverse("administration:record")).status_code == 403
        assert security.get(reverse("administration:record")).status_code == 403
        page = audit.get(reverse("administration:person", args=[user.pk])).content.decode()
        assert "停用账号" not in page and "授权</a>" not in page
