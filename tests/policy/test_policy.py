"""What differs by city: one value a day, the nearest jurisdiction and the exact scope first, the past never changed."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateRange

from tests.cast import Cast
from upkeep.casework.procedure import register
from upkeep.parties.roles import Role
from upkeep.policy.actions import LaterPolicy, set_policy
from upkeep.policy.models import Policy, PolicyKind
from upkeep.policy.notice_rule import NoticeRule, notice_rule
from upkeep.policy.pay_slip_rule import PaySlipRule, pay_slip_rule
from upkeep.policy.queries import NoPolicy, require_value, value_in_force
from upkeep.policy.review_chain import ChainStep, ReviewChain, chain_from_json, review_chain

pytestmark = pytest.mark.django_db

KIND = PolicyKind.REGISTRATION_RULE  # hours of activation stand for any value; its scopes are kinds of organisations
DEVELOPER, COMPANY = "DEVELOPER", "PROPERTY_COMPANY"
DAY = dt.date(2026, 1, 1)


def put(jurisdiction_id: int, value: int, *, since: dt.date = DAY, scope: str = "") -> Policy:
    return set_policy(
        kind=KIND, jurisdiction_id=jurisdiction_id, value={"activation_hours": value}, valid_from=since, scope=scope
    )


def found(jurisdiction_id: int, *, on: dt.date = DAY, scope: str = "") -> Any:
    value = value_in_force(kind=KIND, jurisdiction_id=jurisdiction_id, on=on, scope=scope)
    return value and value["activation_hours"]


class TestThePolicyInForce:
    def test_is_the_nearest_ancestors(self, cast: Cast) -> None:
        city, (first, second, _) = cast.city.jurisdiction, cast.city.districts
        put(city.pk, 1)
        put(first.pk, 2)

        assert (found(city.pk), found(first.pk), found(second.pk)) == (1, 2, 1)

    def test_is_the_one_for_the_exact_scope_before_the_one_for_all(self, cast: Cast) -> None:
        city = cast.city.jurisdiction.pk
        put(city, 1)
        put(city, 2, scope=DEVELOPER)

        assert (found(city), found(city, scope=DEVELOPER), found(city, scope=COMPANY)) == (1, 2, 1)

    def test_of_the_district_for_all_goes_before_the_citys_for_the_scope(self, cast: Cast) -> None:
        put(cast.city.jurisdiction.pk, 1, scope=DEVELOPER)
        put(cast.city.districts[0].pk, 2)

        assert found(cast.city.districts[0].pk, scope=DEVELOPER) == 2

    def test_begins_on_its_first_day_and_not_before(self, cast: Cast) -> None:
        city = cast.city.jurisdiction.pk
        put(city, 1)

        assert [found(city, on=DAY + dt.timedelta(days=n)) for n in (-1, 0, 5000)] == [None, 1, 1]

    def test_is_not_a_neighbouring_citys(self, cast: Cast) -> None:
        put(cast["stranger-clerk"].jurisdiction_id, 1)

        assert found(cast.city.jurisdiction.pk) is None

    def test_that_must_be_there_and_is_not_is_said_by_name(self, cast: Cast) -> None:
        with pytest.raises(NoPolicy, match="尚未设置“注册规则”"):
            require_value(kind=KIND, jurisdiction_id=cast.city.jurisdiction.pk, on=DAY)


class TestSettingAPolicy:
    def test_ends_the_one_before_the_day_before(self, cast: Cast) -> None:
        city, change = cast.city.jurisdiction.pk, dt.date(2026, 7, 1)
        put(city, 1)
        put(city, 2, since=change)

        assert (found(city, on=change - dt.timedelta(days=1)), found(city, on=change)) == (1, 2)
        assert Policy.objects.filter(kind=KIND).count() == 2

    def test_again_on_the_same_day_takes_its_place(self, cast: Cast) -> None:
        city = cast.city.jurisdiction.pk
        put(city, 1)
        put(city, 2)

        assert found(city) == 2
        assert Policy.objects.filter(kind=KIND).count() == 1

    def test_leaves_other_scopes_and_jurisdictions_alone(self, cast: Cast) -> None:
        city, district = cast.city.jurisdiction.pk, cast.city.districts[0].pk
        put(city, 1, scope=DEVELOPER)
        put(district, 2)
        put(city, 3, since=dt.date(2026, 7, 1))

        assert (found(city, on=dt.date(2027, 1, 1), scope=DEVELOPER), found(district, on=dt.date(2027, 1, 1))) == (
            1,
            2,
        )

    def test_before_one_that_is_to_come_is_refused_in_words(self, cast: Cast) -> None:
        city = cast.city.jurisdiction.pk
        put(city, 1, since=dt.date(2026, 7, 1))

        with pytest.raises(LaterPolicy, match="2026年7月1日"):
            put(city, 2, since=DAY)

        assert found(city) is None

    def test_that_overlaps_another_is_refused_by_the_database(self, cast: Cast) -> None:
        put(cast.city.jurisdiction.pk, 1)

        with pytest.raises(IntegrityError, match="policy_periods_do_not_overlap"):
            Policy.objects.create(
                jurisdiction=cast.city.jurisdiction, kind=KIND, value={}, in_force=DateRange(dt.date(2030, 1, 1), None)
            )


class TestAReviewChain:
    def test_comes_back_as_it_was_set(self, cast: Cast) -> None:
        city = cast.city.jurisdiction.pk
        chain = ReviewChain(
            steps=(ChainStep(Role.DEVELOPER, 5, party="developer"), ChainStep(Role.APPROVER)), starters=(Role.OWNER,)
        )
        set_policy(
            kind=PolicyKind.REVIEW_CHAIN, jurisdiction_id=city, value=chain, valid_from=DAY, scope="area_collection"
        )

        assert review_chain(jurisdiction_id=city, procedure="area_collection", on=DAY) == chain
        assert review_chain(jurisdiction_id=city, procedure="organisation_registration", on=DAY) is None
        assert chain_from_json({}) == ReviewChain()
        assert chain.steps[0].label == "开发建设单位"

    def test_of_every_procedure_names_roles_that_exist(self) -> None:
        for procedure in register:
            chain = procedure.default_chain()
            assert {one.role for one in chain.steps} <= set(Role)
            assert {Role(role) for role in chain.starters} == set(procedure.starters)


class TestARule:
    def test_that_the_city_has_not_set_is_the_manuals(self, cast: Cast) -> None:
        elsewhere = cast["stranger-clerk"].jurisdiction_id

        assert notice_rule(jurisdiction_id=elsewhere, on=DAY) == NoticeRule(least_days=7, wait_for_end=False)
        assert pay_slip_rule(jurisdiction_id=elsewhere, on=DAY) == PaySlipRule()

    def test_that_the_city_has_set_is_the_citys(self, cast: Cast) -> None:
        city = cast.city.jurisdiction.pk
        set_policy(kind=PolicyKind.NOTICE_RULE, jurisdiction_id=city, value=NoticeRule(least_days=10), valid_from=DAY)

        assert notice_rule(jurisdiction_id=city, on=DAY).least_days == 10
