"""make-administrators: three people with passwords of their own, once; nothing is there before."""

# covers: I9

import io
import re

import pytest
from django.core.management import CommandError, call_command

from tests.cast import Cast
from upkeep.parties.models import Jurisdiction, User
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import ADMINISTRATORS, Role

pytestmark = pytest.mark.django_db

ANSWERS = {
    "level": "PROVINCE",
    "code": "510000",
    "slug": "shu",
    "name": "蜀省",
    "office_name": "蜀省住房和城乡建设厅",
    "system_login": "he.xi",
    "system_name": "何系",
    "security_login": "lv.an",
    "security_name": "吕安",
    "audit_login": "shi.cha",
    "audit_name": "施查",
}


def make(**changes: str) -> str:
    out = io.StringIO()
    call_command("make_administrators", stdout=out, **(ANSWERS | changes))
    return out.getvalue()


class TestAFreshInstallation:
    def test_has_no_account_and_no_place(self, db: None) -> None:
        assert not User.objects.exists()
        assert not Jurisdiction.objects.exists()

    def test_gets_three_administrators_whose_passwords_are_shown_once(self) -> None:
        shown = make()

        passwords = dict(re.findall(r"登录名 (\S+)  一次性密码 (\S+)", shown))
        users = {user.username: user for user in User.objects.all()}
        assert set(passwords) == set(users) == {"he.xi", "lv.an", "shi.cha"}
        assert all(users[name].check_password(password) for name, password in passwords.items())
        assert all(user.must_change_password for user in users.values())
        assert [actor_of(users[name]).roles for name in ("he.xi", "lv.an", "shi.cha")] == [
            {role} for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
        ]
        assert len(ADMINISTRATORS) == len(users)

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"audit_login": "he.xi"}, "须各用一个登录名"),
            ({"code": "51"}, "6 位数字"),
            ({"code": "510500"}, "后四位"),
            ({"slug": "蜀"}, "网址名"),
        ],
    )
    def test_is_left_empty_when_an_answer_is_wrong(self, changes: dict[str, str], said: str) -> None:
        with pytest.raises(CommandError, match=said):
            make(**changes)

        assert not User.objects.exists()
        assert not Jurisdiction.objects.exists()


class TestAnInstallationWithAdministrators:
    def test_gets_no_others_this_way(self, cast: Cast) -> None:
        before = User.objects.count()

        with pytest.raises(CommandError, match="已有管理员账号"):
            make()

        assert User.objects.count() == before
