"""Owners: by telephone and code, by name and password, and the houses that are theirs."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from tests.cast import AT, Cast
from tests.web.pages import text
from tests.web.public.door import Door, code_sent
from upkeep.estate.models import House, Owner, OwnerAccount, Ownership
from upkeep.identity.codes import CODE_SENT
from upkeep.identity.models import LoginPhone
from upkeep.kernel.secrecy import lookup_hash
from upkeep.messaging.models import Outbox
from upkeep.parties.models import User
from upkeep.policy.actions import set_policy
from upkeep.policy.login_rule import LoginRule
from upkeep.policy.models import PolicyKind

# covers: I4
pytestmark = pytest.mark.django_db
STRANGER = "13700000001"
WRONG = "动态密码不正确或已失效"


def codes() -> Any:
    """The codes that left or wait to leave, without what else the office told people."""
    return Outbox.objects.filter(event=CODE_SENT.code)


@pytest.fixture
def door(settled: Cast, monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(monkeypatch)


@pytest.fixture
def owner(settled: Cast) -> Owner:
    """Somebody with one house, a telephone of his own and no account."""
    for owned in Ownership.objects.filter(owner__account=None).select_related("owner").order_by("pk"):
        if Ownership.objects.filter(owner=owned.owner).count() == 1:
            return owned.owner
    raise AssertionError("nobody owns one house")


def ways(cast: Cast, *, owners: tuple[str, ...]) -> None:
    set_policy(
        kind=PolicyKind.LOGIN_RULE,
        jurisdiction_id=cast.city.jurisdiction.pk,
        value=LoginRule(owner_ways=owners),
        valid_from=dt.date(2020, 1, 1),
    )


class TestTheWays:
    def test_begin_with_the_password_and_switch_both_ways(self, door: Door) -> None:
        by_password = text(door.client.get("/c/jiangcheng/login/?as=owner"))
        by_code = text(door.client.get("/c/jiangcheng/login/code/"))

        assert "业主用户手机动态密码登录" in by_password and "业主登录" in by_password
        assert "业主用户使用普通方式登录" in by_code and "获取动态密码" in by_code

    def test_are_what_the_city_says(self, settled: Cast, door: Door) -> None:
        ways(settled, owners=("CODE",))
        assert door.client.get("/c/jiangcheng/login/?as=owner")["Location"] == "/c/jiangcheng/login/code/?as=owner"
        assert door.try_password("owner", "demo-owner", "upkeep-demo-2026").status_code == 400
        assert not door.is_in

    def test_may_leave_the_telephone_out(self, settled: Cast, door: Door) -> None:
        ways(settled, owners=("PASSWORD",))

        assert "动态密码登录" not in text(door.client.get("/c/jiangcheng/login/?as=owner"))
        assert door.client.get("/c/jiangcheng/login/code/").status_code == 404
        assert door.client.post("/c/jiangcheng/login/code/", {"phone": STRANGER}).status_code == 404


class TestTheFirstLoginByCode:
    def test_makes_the_account_and_shows_no_house(self, door: Door) -> None:
        answer = door.come_in(STRANGER)
        home = text(door.client.get("/owner/"))

        assert (answer.status_code, answer["Location"]) == (302, "/owner/")
        assert LoginPhone.objects.get(phone_hash=lookup_hash(STRANGER)).user.realm == "owner"
        assert "核对身份" in home and "余额 " not in home

    def test_is_the_only_one_that_makes_one(self, door: Door) -> None:
        with time_machine.travel(AT, tick=False) as clock:
            door.come_in(STRANGER)
            door.client.post("/logout/")
            clock.shift(61)
            door.come_in(STRANGER)

        assert LoginPhone.objects.filter(phone_hash=lookup_hash(STRANGER)).count() == 1

    def test_begins_a_new_session(self, door: Door) -> None:
        door.ask_code(STRANGER)
        before = door.client.session.session_key
        door.try_code(code_sent())

        assert door.is_in and door.client.session.session_key != before

    def test_needs_the_picture_a_mobile_phone_and_the_code(self, door: Door) -> None:
        page = "/c/jiangcheng/login/code/"
        door.letters()
        without = door.client.post(page, {"phone": STRANGER, "captcha": "9999"})
        fixed = door.client.post(page, {"phone": "0830-3100000", "captcha": door.letters()})

        assert "验证码不正确" in text(without) and "请输入 11 位手机号码" in text(fixed)
        assert codes().count() == 0
        door.ask_code(STRANGER)
        assert WRONG in text(door.try_code(f"{(int(code_sent()) + 1) % 1_000_000:06d}"))
        assert not door.is_in

    def test_takes_no_code_of_another_browser(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        other = Door(monkeypatch)
        door.ask_code(STRANGER)
        other.ask_code("13700000002")
        first, second = [re_code.body for re_code in codes().order_by("pk")]

        assert first != second
        assert WRONG in text(door.try_code(code_sent()))
        assert not door.is_in

    def test_stops_when_codes_are_asked_for_too_often(self, door: Door) -> None:
        door.ask_code(STRANGER)
        door.client.get("/c/jiangcheng/login/code/?again=1")
        again = door.ask_code(STRANGER)

        assert (again.status_code, "60 秒后" in text(again)) == (429, True)
        assert codes().count() == 1

    def test_is_refused_to_a_closed_account_like_a_wrong_code(self, door: Door) -> None:
        with time_machine.travel(AT, tick=False) as clock:
            door.come_in(STRANGER)
            door.client.post("/logout/")
            User.objects.filter(realm="owner").update(is_active=False)
            clock.shift(61)
            answer = door.come_in(STRANGER)

        assert (WRONG in text(answer), door.is_in) == (True, False)

    def test_keeps_no_telephone_where_it_can_be_read(self, door: Door) -> None:
        door.ask_code(STRANGER)

        assert STRANGER not in str(dict(door.client.session))


class TestMyHouses:
    def test_are_those_of_whose_phone_and_id_number_stand_in_the_register(self, door: Door, owner: Owner) -> None:
        door.come_in(owner.phone)
        house = House.objects.get(ownerships__owner=owner)
        assert house.address not in text(door.client.get("/owner/"))

        answer = door.client.post("/owner/bind/", {"id_number": owner.id_number.lower()})
        home = text(door.client.get("/owner/"))

        assert answer["Location"] == "/owner/"
        assert house.address in home and "您家的维修资金余额" in home and owner.name in home
        assert OwnerAccount.objects.get(owner=owner).user.name == owner.name

    def test_are_shown_to_nobody_who_knows_only_the_number(self, door: Door, owner: Owner) -> None:
        """Another's phone, a number that nobody has, and a claim on an owner bound before: one answer."""
        bound = Owner.objects.filter(account__isnull=False)[0]
        door.come_in(STRANGER)
        answers = [
            text(door.client.post("/owner/bind/", {"id_number": number}))
            for number in (owner.id_number, "110101199003078515", bound.id_number)
        ]

        assert all("与登记的信息不一致" in one for one in answers)
        assert len(set(answers)) == 1
        assert OwnerAccount.objects.exclude(owner=bound).count() == 0

    def test_are_not_shown_to_who_has_the_phone_and_another_number(self, door: Door, owner: Owner) -> None:
        door.come_in(owner.phone)
        other = Owner.objects.exclude(pk=owner.pk).filter(account=None)[0]

        assert "不一致" in text(door.client.post("/owner/bind/", {"id_number": other.id_number}))
        assert "核对身份" in text(door.client.get("/owner/"))

    def test_may_be_tried_five_times_a_day(self, door: Door, owner: Owner) -> None:
        door.come_in(owner.phone)
        for _ in range(5):
            door.client.post("/owner/bind/", {"id_number": "110101199003078515"})

        assert "请明天再试" in text(door.client.post("/owner/bind/", {"id_number": owner.id_number}))
        assert not OwnerAccount.objects.filter(owner=owner).exists()

    def test_are_no_longer_shown_when_the_house_is_sold_or_the_phone_on_record_is_another(
        self, door: Door, owner: Owner
    ) -> None:
        door.come_in(owner.phone)
        door.client.post("/owner/bind/", {"id_number": owner.id_number})
        address = House.objects.get(ownerships__owner=owner).address
        assert address in text(door.client.get("/owner/"))

        Owner.objects.filter(pk=owner.pk).update(phone_hash=lookup_hash(STRANGER))
        assert address not in text(door.client.get("/owner/"))
        Owner.objects.filter(pk=owner.pk).update(phone_hash=lookup_hash(owner.phone))
        Ownership.objects.filter(owner=owner).update(until=AT.date())
        sold = text(door.client.get("/owner/"))
        assert address not in sold and "目前没有您名下的房屋" in sold

    def test_are_bound_to_no_account_without_a_proved_phone(self, settled: Cast, door: Door, owner: Owner) -> None:
        LoginPhone.objects.filter(user__username="demo-owner").delete()
        door.try_password("owner", "demo-owner", "upkeep-demo-2026")

        assert "不一致" in text(door.client.post("/owner/bind/", {"id_number": owner.id_number}))


class TestNameAndPassword:
    def set(self, door: Door, username: str, password: str) -> str:
        sent = {"username": username, "new": password, "again": password}
        answer = door.client.post("/owner/account/", sent)
        return "" if answer.status_code == 302 else text(answer)

    def test_are_chosen_by_the_owner_and_good_for_the_next_login(self, door: Door) -> None:
        door.come_in(STRANGER)
        assert self.set(door, "zhang_san", "quiet river stone") == ""
        assert door.is_in
        door.client.post("/logout/")

        assert door.try_password("owner", "Zhang_San", "quiet river stone")["Location"] == "/owner/"

    def test_are_refused_when_weak(self, door: Door) -> None:
        door.come_in(STRANGER)

        assert "至少 8 位" in self.set(door, "zhang_san", "short")
        assert "用户名为 4 至 30 位" in self.set(door, "张三", "quiet river stone")

    def test_may_be_anothers_in_another_realm_but_not_in_the_same(self, door: Door, settled: Cast) -> None:
        User.objects.filter(username="demo-owner").update(username="somebody")
        User.objects.filter(username="demo-clerk").update(username="clerk")
        door.come_in(STRANGER)

        assert "该登录名已被使用" in self.set(door, "SomeBody", "quiet river stone")
        assert not User.objects.get(login_phone__phone_hash=lookup_hash(STRANGER)).has_usable_password()
        assert self.set(door, "clerk", "quiet river stone") == ""

    def test_are_set_again_only_by_who_came_in_by_a_code(self, door: Door) -> None:
        door.try_password("owner", "demo-owner", "upkeep-demo-2026")
        self.set(door, "new_name", "quiet river stone")
        assert User.objects.filter(username="demo-owner").exists()

        door.client.post("/logout/")
        door.come_in(User.objects.get(username="demo-owner").phone)
        assert self.set(door, "new_name", "quiet river stone") == ""
