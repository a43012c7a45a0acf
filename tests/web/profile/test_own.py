"""个人信息: what a user sees and changes of himself.

# covers: I6
"""

import re
from functools import partial

import pytest
from django.test import Client

from tests.cast import AT, Cast, at_once
from tests.web.pages import client_of, text
from upkeep.identity.models import LoginPhone
from upkeep.identity.owners import account_of_phone
from upkeep.identity.profile import change_name
from upkeep.kernel.secrecy import lookup_hash
from upkeep.messaging.models import Outbox
from upkeep.parties.actor import Actor
from upkeep.parties.models import User, UserChange
from upkeep.parties.queries import actor_of

ADDRESS = "/profile/"
OLD, NEW = "13808300001", "13808306601"
BACKEND = "upkeep.identity.authentication.CityBackend"


def me(cast: Cast) -> User:
    return User.objects.get(pk=cast["demo-developer"].user_id)


def code_sent_to(phone: str) -> str:
    """The code in the newest SMS to this phone."""
    sent = Outbox.objects.filter(address_hash=lookup_hash(phone)).order_by("-created_at", "-pk")[0]
    found = re.search(r"\b\d{6}\b", sent.body)
    assert found
    return found[0]


def change_phone(client: Client, phone: str = NEW) -> str:
    """Ask for a code and send it back; answers with what the page says."""
    client.post(ADDRESS, {"do": "phone_code", "phone": phone})
    return text(client.post(ADDRESS, {"do": "phone", "phone": phone, "code": code_sent_to(phone)}, follow=True))


@pytest.mark.django_db
class TestOwnProfile:
    def test_is_reached_from_the_menu_of_the_account_and_shows_what_is_known(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")

        assert f'href="{ADDRESS}"' in client.get("/organisation/").content.decode()
        seen = text(client.get(ADDRESS))
        for word in ("demo-developer", "陈立甲", "江南置地开发有限公司", "单位管理员", "138****0001"):
            assert word in seen
        assert OLD not in seen

    @pytest.mark.parametrize("who", ["demo-clerk", "demo-company", "demo-teller1", "demo-accountant"])
    def test_is_everybodys_who_is_logged_in(self, cast: Cast, who: str) -> None:
        assert cast[who].name in text(client_of(cast, who).get(ADDRESS))
        assert Client().get(ADDRESS)["Location"].startswith("/login/")

    def test_changes_the_name_and_writes_it_down(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")

        answer = client.post(ADDRESS, {"do": "name", "name": "陈立新"}, follow=True)

        assert "姓名已修改" in text(answer)
        assert me(cast).name == "陈立新"
        change = UserChange.objects.get()
        assert (change.field, change.before, change.after, change.by_name) == ("name", "陈立甲", "陈立新", "陈立甲")

    def test_changes_the_phone_only_with_the_code_sent_to_it(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        told = text(client.post(ADDRESS, {"do": "phone_code", "phone": NEW}))
        code = code_sent_to(NEW)
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"

        assert "动态密码已发送到 138****6601" in told
        assert "动态密码不正确" in text(client.post(ADDRESS, {"do": "phone", "phone": NEW, "code": wrong}))
        assert "动态密码不正确" in text(client.post(ADDRESS, {"do": "phone", "phone": NEW, "code": ""}))
        other = {"do": "phone", "phone": "13808306602", "code": code}
        assert "动态密码不正确" in text(client.post(ADDRESS, other))
        assert me(cast).phone == OLD

        seen = text(client.post(ADDRESS, {"do": "phone", "phone": NEW, "code": code}, follow=True))

        assert me(cast).phone == NEW
        assert "138****6601" in seen
        assert NEW not in seen

    def test_does_not_take_a_code_twice_or_from_another_session(self, cast: Cast) -> None:
        client, stranger = client_of(cast, "demo-developer"), client_of(cast, "colleague")
        client.post(ADDRESS, {"do": "phone_code", "phone": NEW})
        sent = {"do": "phone", "phone": NEW, "code": code_sent_to(NEW)}

        assert stranger.post(ADDRESS, sent).status_code == 400
        assert client.post(ADDRESS, sent).status_code == 302
        assert client.post(ADDRESS, sent).status_code == 400

    def test_tells_the_old_phone(self, cast: Cast) -> None:
        change_phone(client_of(cast, "demo-developer"))

        told = Outbox.objects.get(address_hash=lookup_hash(OLD))
        assert "138****6601" in told.body

    def test_keeps_phones_in_the_history_encrypted_and_shows_them_masked(self, cast: Cast) -> None:
        seen = change_phone(client_of(cast, "demo-developer"))

        change = UserChange.objects.get()
        assert (change.before, change.after) == (OLD, NEW)
        assert "138****0001" in seen
        assert OLD not in seen

    def test_takes_an_email_address_with_a_code_sent_to_the_phone(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        sent = {"do": "email", "email": "chen@jiangnan.example", "code": "000000"}
        assert client.post(ADDRESS, sent).status_code == 400

        client.post(ADDRESS, {"do": "email_code", "email": "chen@jiangnan.example"})
        answer = client.post(ADDRESS, sent | {"code": code_sent_to(OLD)}, follow=True)

        assert me(cast).email == "chen@jiangnan.example"
        assert "c***@jiangnan.example" in text(answer)

    def test_takes_an_email_address_without_a_code_where_there_is_no_phone(self, cast: Cast) -> None:
        client = client_of(cast, "demo-teller1")

        client.post(ADDRESS, {"do": "email", "email": "zhou@bank.example"})

        assert User.objects.get(username="demo-teller1").email == "zhou@bank.example"

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"do": "name", "name": " "}, "请填写姓名"),
            ({"do": "phone_code", "phone": "123"}, "电话号码不正确"),
            ({"do": "phone_code", "phone": ""}, "请填写新手机号"),
            ({"do": "phone_code", "phone": "0830-3101234"}, "请填写 11 位手机号"),
            ({"do": "phone_code", "phone": OLD}, "这就是现在的手机号"),
            ({"do": "email_code", "email": "chen"}, "电子邮箱格式不正确"),
        ],
        ids=str,
    )
    def test_says_what_is_wrong_and_sends_nothing(self, cast: Cast, sent: dict[str, str], said: str) -> None:
        answer = client_of(cast, "demo-developer").post(ADDRESS, sent)

        assert answer.status_code == 400
        assert said in text(answer)
        assert not UserChange.objects.exists()
        assert not Outbox.objects.exists()

    def test_sends_no_second_code_within_a_minute(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        client.post(ADDRESS, {"do": "phone_code", "phone": NEW})

        assert "请 60 秒后再获取" in text(client.post(ADDRESS, {"do": "phone_code", "phone": NEW}))
        assert Outbox.objects.count() == 1


def owner(cast: Cast, phone: str) -> User:
    return account_of_phone(phone=phone, city_id=cast.city.jurisdiction.pk, at=AT)


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.mark.django_db
class TestAnOwner:
    def test_logs_in_by_his_new_phone_from_then_on(self, cast: Cast) -> None:
        user = owner(cast, "13908301111")

        change_phone(browser_of(user))

        assert LoginPhone.objects.get(pk=user.pk).phone_hash == lookup_hash(NEW)
        assert owner(cast, NEW) == user
        assert owner(cast, "13908301111") != user

    def test_does_not_take_over_another_owners_phone(self, cast: Cast) -> None:
        user = owner(cast, "13908301111")
        owner(cast, NEW)

        assert "该手机号已用于另一个账号" in change_phone(browser_of(user))
        assert User.objects.get(pk=user.pk).phone == "13908301111"


@pytest.mark.commits
class TestTwoAtOnce:
    def test_write_both_changes_down_one_after_the_other(self, cast: Cast) -> None:
        by: Actor = actor_of(me(cast))

        at_once(partial(change_name, name="陈一", by=by, at=AT), partial(change_name, name="陈二", by=by, at=AT))

        first, second = UserChange.objects.order_by("id")
        steps = {(first.before, first.after), (second.before, second.after)}
        assert steps in ({("陈立甲", "陈一"), ("陈一", "陈二")}, {("陈立甲", "陈二"), ("陈二", "陈一")})
