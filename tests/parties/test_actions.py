"""Registering organisations and opening accounts: once per code, with a password that is strong enough."""

import pytest
from django.db import IntegrityError, connection

from tests.cast import AT, Cast, at_once
from upkeep.kernel.errors import HasProblems
from upkeep.parties.actions import NameTaken, check_password, open_account, register_organisation
from upkeep.parties.actor import ANONYMOUS
from upkeep.parties.models import Organisation, OrganisationKind, User
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role

STRONG = "shan-gao-yue-xiao-8"


def enter(cast: Cast, *, code: str = "X1", social: str = "", kind: str = "DEVELOPER", city: int = 0) -> Organisation:
    return register_organisation(
        jurisdiction_id=city or cast.city.jurisdiction.pk,
        kind=OrganisationKind(kind),
        name="望江置业",
        code=code,
        social_credit_code=social,
        contact_name="韩",
        contact_phone="13808305501",
        at=AT,
    )


@pytest.mark.django_db
class TestAnOrganisation:
    def test_is_registered_once_under_a_code(self, cast: Cast) -> None:
        enter(cast)

        with pytest.raises(NameTaken, match="已经登记"):
            enter(cast, kind="PROPERTY_COMPANY")

    def test_is_registered_once_per_kind_under_its_social_credit_code(self, cast: Cast) -> None:
        enter(cast, code="X1", social="S")
        enter(cast, code="X2", social="S", kind="PROPERTY_COMPANY")

        with pytest.raises(NameTaken):
            enter(cast, code="X3", social="S")

    def test_without_a_social_credit_code_stands_beside_others_without_one(self, cast: Cast) -> None:
        assert enter(cast, code="X1").pk != enter(cast, code="X2").pk

    def test_of_another_city_may_have_the_same_code(self, cast: Cast) -> None:
        assert enter(cast).pk != enter(cast, city=cast["stranger-clerk"].jurisdiction_id).pk

    def test_keeps_its_contacts_phone_encrypted(self, cast: Cast) -> None:
        enter(cast)

        with connection.cursor() as cursor:
            cursor.execute("select string_agg(to_jsonb(o)::text, ' ') from parties_organisation o")
            assert "13808305501" not in cursor.fetchone()[0]


@pytest.mark.django_db
class TestAnAccount:
    def test_carries_its_roles_each_once(self, cast: Cast) -> None:
        roles = [Role.ACCOUNTANT, Role.ACCOUNTANT, Role.APPROVER]
        user = open_account(
            username="u1", name="钱", roles=roles, jurisdiction_id=cast.city.jurisdiction.pk, at=AT, password=STRONG
        )

        assert actor_of(user).roles == {Role.ACCOUNTANT, Role.APPROVER}
        assert user.check_password(STRONG)

    def test_of_a_name_in_use_is_refused(self, cast: Cast) -> None:
        with pytest.raises(NameTaken, match="该登录名已被使用"):
            cast.hire("demo-clerk", [Role.APPROVER])

        assert actor_of(User.objects.get(username="demo-clerk")).roles == {Role.WINDOW_CLERK}

    def test_opened_without_a_password_lets_nobody_in(self, cast: Cast) -> None:
        user = open_account(
            username="u1", name="钱", roles=[Role.OWNER], jurisdiction_id=cast.city.jurisdiction.pk, at=AT
        )

        assert not user.has_usable_password()

    def test_that_was_closed_is_the_anonymous_public(self, cast: Cast) -> None:
        user = User.objects.get(username="demo-clerk")
        user.is_active = False

        assert actor_of(user) is ANONYMOUS

    def test_costs_two_queries_to_know(self, cast: Cast, django_assert_num_queries: object) -> None:
        with django_assert_num_queries(2):  # type: ignore[operator]
            actor_of(User.objects.get(username="demo-clerk"))

    def test_keeps_a_phone_encrypted_and_gives_it_back(self, cast: Cast) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select string_agg(phone, ' ') from parties_user where username = 'colleague'")
            assert "13800000000" not in cursor.fetchone()[0]
        assert cast["colleague"].phone == "13800000000"


@pytest.mark.django_db
class TestAPassword:
    @pytest.mark.parametrize("password", ["", "Ab1-short", "123456789012", "qwertyuiop123", "demo-clerk-demo-clerk"])
    def test_that_is_weak_is_refused_with_every_reason(self, password: str) -> None:
        with pytest.raises(HasProblems) as refused:
            check_password(password, username="demo-clerk-demo")

        assert {problem.field for problem in refused.value.problems} == {"password"}
        assert all(problem.text.startswith("密码") for problem in refused.value.problems)

    def test_says_how_long_it_must_be(self) -> None:
        with pytest.raises(HasProblems, match="密码太短，至少 12 位；密码太常见"):
            check_password("abc123", username="x")


@pytest.mark.commits
class TestTwoAccountsAtOnce:
    def test_of_one_name_become_one(self, cast: Cast) -> None:
        def open_it() -> object:
            return open_account(
                username="u1", name="钱", roles=[Role.OWNER], jurisdiction_id=cast.city.jurisdiction.pk, at=AT
            )

        answers = at_once(open_it, open_it, open_it)

        assert len([answer for answer in answers if isinstance(answer, NameTaken)]) == 2
        assert User.objects.filter(username="u1").count() == 1
        assert not [answer for answer in answers if isinstance(answer, IntegrityError)]
