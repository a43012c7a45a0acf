"""机构管理 》 机构用户管理: adding, modifying, deactivating and activating the users of one's own organisation.

# covers: I8
"""

import datetime as dt
import re
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from tests.cast import AT, Cast, at_once, move
from tests.web.pages import client_of, text
from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.identity import organisation_users as users
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.models import User, UserChange, UserRole
from upkeep.parties.organisation_data import set_self_managed
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role
from upkeep.parties.user_changes import LastAdministrator
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.organisation_rule import OrganisationRule

ADDRESS = "/organisation/users/"
NEW = {
    "username": "jn-zhang",
    "name": "张新",
    "phone": "13808306601",
    "email": "zhang@jiangnan.example",
    "roles": ["DEVELOPER"],
}


@pytest.fixture
def admin(cast: Cast) -> Client:
    return client_of(cast, "demo-developer")


def added(admin: Client, **changes: Any) -> tuple[User, str]:
    """A user made on the page, with the password it showed."""
    answer = admin.post(f"{ADDRESS}new/", NEW | changes)
    found = re.search(r'id="one-time-password">([^<]+)<', answer.content.decode())
    assert found, text(answer)
    return User.objects.get(username=(NEW | changes)["username"]), found[1]


def colleague(cast: Cast, *roles: Role) -> User:
    """A second person of the first developer's."""
    cast.hire("second", roles or (Role.DEVELOPER,), organisation=cast.city.developers[0].pk)
    return cast.city.users["second"]


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk), backend="upkeep.identity.authentication.CityBackend")
    return client


def rule(cast: Cast, **values: Any) -> None:
    city, since = cast.city.jurisdiction.pk, dt.date(2020, 1, 1)
    value = OrganisationRule(**values)
    set_policy(kind=PolicyKind.ORGANISATION_RULE, jurisdiction_id=city, value=value, valid_from=since)


@pytest.mark.django_db
class TestAdding:
    def test_opens_an_account_with_a_password_shown_once_and_to_be_changed(self, cast: Cast, admin: Client) -> None:
        user, password = added(admin)

        assert user.check_password(password)
        assert user.must_change_password
        assert (user.organisation, user.phone, user.email) == (
            cast.city.developers[0],
            "13808306601",
            "zhang@jiangnan.example",
        )
        assert actor_of(user).roles == {Role.DEVELOPER}
        assert password not in text(admin.get(f"{ADDRESS}{user.pk}/"))
        with connection.cursor() as cursor:
            cursor.execute("select string_agg(to_jsonb(t)::text, ' ') from parties_userchange t")
            assert password not in cursor.fetchone()[0]

    def test_is_followed_by_business_of_the_new_user(self, cast: Cast, admin: Client) -> None:
        user, _ = added(admin)

        client = browser_of(user)

        assert client.get("/cases/").status_code == 200
        assert client.post("/cases/new/area_collection/begin/").status_code == 302
        assert client.get(ADDRESS).status_code == 403

    def test_is_listed_found_and_paged(self, cast: Cast, admin: Client) -> None:
        added(admin)

        assert "张新" in text(admin.get(ADDRESS, {"q": "jn-zh"}))
        assert "张新" not in text(admin.get(ADDRESS, {"q": "陈立"}))
        assert "张新" not in text(admin.get(ADDRESS, {"state": "inactive"}))
        assert "138****6601" in text(admin.get(ADDRESS))
        assert "13808306601" not in text(admin.get(ADDRESS))

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("username", "张新", "登录名为 4 至 40 位"),
            ("username", "demo-developer", "该登录名已被使用"),
            ("name", "", "请填写姓名"),
            ("phone", "123", "电话号码不正确"),
            ("email", "zhang", "电子邮箱格式不正确"),
            ("roles", [], "请选择角色"),
            ("roles", ["ORG_ADMIN"], "请选择业务角色"),
            ("roles", ["APPROVER"], "APPROVER"),
        ],
    )
    def test_says_at_its_field_what_is_wrong(
        self, cast: Cast, admin: Client, field: str, value: Any, said: str
    ) -> None:
        before = User.objects.count()

        answer = admin.post(f"{ADDRESS}new/", NEW | {field: value})

        assert answer.status_code == 400
        assert said in text(answer)
        assert set(answer.context["form"].errors) == {field}
        assert User.objects.count() == before

    def test_twice_is_refused_the_second_time(self, cast: Cast, admin: Client) -> None:
        added(admin)

        assert "该登录名已被使用" in text(admin.post(f"{ADDRESS}new/", NEW))

    def test_gives_no_role_of_another_kind_of_organisation(self, cast: Cast) -> None:
        values = {"name": "张新", "phone": "", "email": ""}

        with pytest.raises(HasProblems, match="只能选择本类单位的角色"):
            users.add_user(
                username="sneaky",
                values=values,
                roles=[Role.DEVELOPER, Role.TELLER],
                by=cast["demo-developer"],
                at=AT,
            )

    def test_at_a_bank_keeps_teller_and_supervisor_apart(self, cast: Cast) -> None:
        client = client_of(cast, "demo-teller1-supervisor")

        both = client.post(f"{ADDRESS}new/", NEW | {"roles": ["TELLER", "TELLER_SUPERVISOR"]})
        user, _ = added(client, roles=["TELLER"])

        assert "须由不同的人担任" in text(both)
        assert user.organisation == cast.city.banks[0]
        assert user.realm == "bank"


@pytest.mark.django_db
class TestModifying:
    def test_changes_data_and_roles_and_writes_both_down(self, cast: Cast, admin: Client) -> None:
        user = colleague(cast)
        sent = {"name": "张改", "phone": "13808306602", "email": "", "roles": ["DEVELOPER", "ORG_ADMIN"]}

        assert admin.post(f"{ADDRESS}{user.pk}/edit/", sent)["Location"] == ADDRESS

        found = User.objects.get(pk=user.pk)
        assert (found.name, found.phone) == ("张改", "13808306602")
        assert actor_of(found).roles == {Role.DEVELOPER, Role.ORG_ADMIN}
        assert [(one.field, one.before, one.after) for one in UserChange.objects.order_by("id")] == [
            ("name", "员工second", "张改"),
            ("phone", "13800000000", "13808306602"),
            ("roles", "开发建设单位", "开发建设单位、单位管理员"),
        ]
        seen = text(admin.get(f"{ADDRESS}{user.pk}/"))
        assert "138****6602" in seen
        assert "13808306602" not in seen

    def test_of_the_roles_ends_the_users_sessions(self, cast: Cast, admin: Client) -> None:
        user = colleague(cast)
        open_elsewhere = browser_of(user)
        assert open_elsewhere.get("/organisation/").status_code == 200

        sent = {"name": user.name, "phone": user.phone, "email": "", "roles": ["DEVELOPER", "ORG_ADMIN"]}
        admin.post(f"{ADDRESS}{user.pk}/edit/", sent)

        assert open_elsewhere.get("/organisation/").status_code == 302

    def test_of_oneself_leaves_one_an_administrator(self, cast: Cast, admin: Client) -> None:
        colleague(cast, Role.DEVELOPER, Role.ORG_ADMIN)
        me = cast["demo-developer"].user_id
        sent = {"name": "陈立甲", "phone": "13808300001", "email": "", "roles": ["DEVELOPER"]}

        answer = admin.post(f"{ADDRESS}{me}/edit/", sent)

        assert "不能取消自己的单位管理员角色" in text(answer)
        assert UserRole.objects.filter(user_id=me, role="ORG_ADMIN").exists()


@pytest.mark.django_db
class TestDeactivating:
    def test_ends_the_users_sessions_and_lets_him_in_no_more(self, cast: Cast, admin: Client) -> None:
        user = colleague(cast)
        open_elsewhere = browser_of(user)
        assert open_elsewhere.get("/organisation/").status_code == 200

        assert "不能再登录" in text(admin.post(f"{ADDRESS}{user.pk}/deactivate/", follow=True))

        assert open_elsewhere.get("/organisation/").status_code == 302
        assert not User.objects.get(pk=user.pk).is_active

    def test_followed_by_activating_does_not_revive_an_old_session(self, cast: Cast, admin: Client) -> None:
        user = colleague(cast)
        open_elsewhere = browser_of(user)
        admin.post(f"{ADDRESS}{user.pk}/deactivate/")

        admin.post(f"{ADDRESS}{user.pk}/reactivate/")

        assert open_elsewhere.get("/organisation/").status_code == 302
        assert browser_of(user).get("/organisation/").status_code == 200
        assert list(UserChange.objects.order_by("id").values_list("field", flat=True)) == ["is_active", "is_active"]

    def test_leaves_his_cases_to_the_organisation(self, cast: Cast, admin: Client) -> None:
        user = colleague(cast, Role.DEVELOPER, Role.ORG_ADMIN)
        his = actor_of(user)
        case = engine.start(register["organisation_change"], by=his, at=timezone.now())
        admin.post(f"{ADDRESS}{user.pk}/deactivate/")

        engine.save_draft(case.pk, {"phone": "0830-3101234"}, by=cast["demo-developer"], at=timezone.now())
        moved = move(case, Move.SUBMIT, cast["demo-developer"], at=timezone.now())

        assert moved.state == State.APPROVED

    def test_of_oneself_is_refused(self, cast: Cast, admin: Client) -> None:
        colleague(cast, Role.DEVELOPER, Role.ORG_ADMIN)

        answer = admin.post(f"{ADDRESS}{cast['demo-developer'].user_id}/deactivate/", follow=True)

        assert "不能注销自己的账号" in text(answer)
        assert User.objects.get(username="demo-developer").is_active

    def test_twice_is_said_and_written_once(self, cast: Cast, admin: Client) -> None:
        user = colleague(cast)
        admin.post(f"{ADDRESS}{user.pk}/deactivate/")

        assert "此前已经注销" in text(admin.post(f"{ADDRESS}{user.pk}/deactivate/", follow=True))
        assert UserChange.objects.count() == 1


@pytest.mark.django_db
class TestANewPassword:
    def test_is_shown_once_ends_the_sessions_and_has_to_be_changed(self, cast: Cast, admin: Client) -> None:
        user = colleague(cast)
        open_elsewhere = browser_of(user)

        answer = admin.post(f"{ADDRESS}{user.pk}/password/")

        found = re.search(r'id="one-time-password">([^<]+)<', answer.content.decode())
        assert found
        changed = User.objects.get(pk=user.pk)
        assert changed.check_password(found[1])
        assert changed.must_change_password
        assert open_elsewhere.get("/organisation/").status_code == 302


@pytest.mark.django_db
class TestOtherPeople:
    @pytest.mark.parametrize("page", ["", "edit/", "deactivate/", "reactivate/", "password/"])
    def test_of_another_organisation_are_not_there(self, cast: Cast, admin: Client, page: str) -> None:
        other = cast["more-developer2"].user_id
        ask = admin.get if page in ("", "edit/") else admin.post

        assert ask(f"{ADDRESS}{other}/{page}").status_code == 404
        assert ask(f"{ADDRESS}999999/{page}").status_code == 404

    @pytest.mark.parametrize("who", ["colleague", "demo-clerk", "demo-teller1"])
    def test_who_are_no_administrators_get_in_nowhere(self, cast: Cast, who: str) -> None:
        client, me = client_of(cast, who), cast["demo-developer"].user_id

        assert client.get(ADDRESS).status_code == 403
        assert client.post(f"{ADDRESS}new/", NEW).status_code == 403
        assert client.post(f"{ADDRESS}{me}/deactivate/").status_code == 403
        with pytest.raises(Refusal, match="只有单位管理员"):
            users.deactivate_user(user_id=me, by=cast[who], at=AT)


@pytest.mark.django_db
class TestTheCitysRule:
    def test_can_leave_the_users_of_a_kind_to_the_office(self, cast: Cast, admin: Client) -> None:
        rule(cast, user_managers=("PROPERTY_COMPANY",))

        assert "不自行管理机构用户" in text(admin.get(ADDRESS))
        assert "添加用户" not in text(admin.get(ADDRESS))
        assert "不自行管理机构用户" in text(admin.post(f"{ADDRESS}new/", NEW))
        assert not User.objects.filter(username="jn-zhang").exists()

    def test_can_give_a_committee_users_only_when_it_manages_itself(self, settled: Cast) -> None:
        rule(settled, committee_users_when_self_managed=True)
        client, committee = client_of(settled, "demo-committee"), settled.city.committees[0]
        sent = NEW | {"roles": ["OWNERS_COMMITTEE"]}
        assert "自管模式下才能设置机构用户" in text(client.post(f"{ADDRESS}new/", sent))

        set_self_managed(organisation_id=committee.pk, is_self_managed=True, by=settled["demo-clerk"], at=AT)

        user, _ = added(client, roles=["OWNERS_COMMITTEE"])
        assert user.organisation == committee


@pytest.mark.django_db
class TestTheDatabase:
    def test_keeps_the_last_administrator(self, cast: Cast) -> None:
        me = cast["demo-developer"].user_id
        for attack in (
            lambda: UserRole.objects.filter(user_id=me, role="ORG_ADMIN").delete(),
            lambda: UserRole.objects.filter(user_id=me, role="ORG_ADMIN").update(role="DEVELOPER"),
            lambda: User.objects.filter(pk=me).update(is_active=False),
            lambda: User.objects.filter(pk=me).update(organisation=None),
        ):
            with pytest.raises(Exception, match=r"without an administrator|user_holds_a_role_once"):
                _in_a_savepoint(attack)

    def test_lets_one_of_two_go(self, cast: Cast) -> None:
        user = colleague(cast, Role.DEVELOPER, Role.ORG_ADMIN)

        User.objects.filter(pk=user.pk).update(is_active=False)

        assert not User.objects.get(pk=user.pk).is_active

    def test_keeps_the_history_as_it_was_written(self, cast: Cast, admin: Client) -> None:
        added(admin)

        for attack in (UserChange.objects.all().delete, partial(UserChange.objects.all().update, field="x")):
            with pytest.raises(Exception, match=r"append-only|permission denied"):
                _in_a_savepoint(attack)

    @pytest.mark.commits
    def test_refuses_the_owner_too(self, cast: Cast, owner_connection: psycopg.Connection[Any]) -> None:
        users.add_user(
            username="jn-zhang",
            values={"name": "张新", "phone": "", "email": ""},
            roles=[Role.DEVELOPER],
            by=cast["demo-developer"],
            at=AT,
        )

        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            owner_connection.execute("delete from parties_userchange")


def _in_a_savepoint(attack: Any) -> None:
    with transaction.atomic():
        attack()


@pytest.mark.commits
class TestTwoAtOnce:
    def test_who_deactivate_each_other_leave_one_administrator(self, cast: Cast) -> None:
        second = colleague(cast, Role.DEVELOPER, Role.ORG_ADMIN)
        first = cast["demo-developer"]

        answers = at_once(
            partial(users.deactivate_user, user_id=second.pk, by=first, at=AT),
            partial(users.deactivate_user, user_id=first.user_id, by=actor_of(second), at=AT),
        )

        assert len([one for one in answers if isinstance(one, LastAdministrator)]) == 1
        administrators = User.objects.filter(organisation=second.organisation, held_roles__role="ORG_ADMIN")
        assert administrators.filter(is_active=True).count() == 1

    def test_with_bare_statements_leave_one_administrator(self, cast: Cast) -> None:
        second = colleague(cast, Role.DEVELOPER, Role.ORG_ADMIN)
        pks = (second.pk, cast["demo-developer"].user_id)

        answers = at_once(*(partial(User.objects.filter(pk=pk).update, is_active=False) for pk in pks))

        assert len([one for one in answers if isinstance(one, Exception)]) == 1
        assert User.objects.filter(pk__in=pks, is_active=True).count() == 1

    def test_who_add_the_same_name_make_one_account(self, cast: Cast) -> None:
        values = {"name": "张新", "phone": "", "email": ""}
        add = partial(
            users.add_user,
            username="jn-zhang",
            values=values,
            roles=[Role.DEVELOPER],
            by=cast["demo-developer"],
            at=AT,
        )

        answers = at_once(add, add)

        assert len([one for one in answers if isinstance(one, HasProblems)]) == 1
        assert User.objects.filter(username="jn-zhang").count() == 1
