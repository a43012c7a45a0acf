"""Who serves an area and since when: beginning, replacing, ending, and what the database refuses.

Two decisions at once, and two companies for one area.
"""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.cast import Cast, at_once
from upkeep.demo.city import found_committee
from upkeep.estate import queries
from upkeep.estate.actions import create_area
from upkeep.estate.models import Area, Service
from upkeep.estate.serving import AreaIsServed, CannotServe, ServiceHasEnded, WrongDay, begin_service, end_service
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems
from upkeep.parties.actions import add_jurisdiction, register_organisation
from upkeep.parties.models import OrganisationKind

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
TODAY = day_of(AT)
COMPANY = OrganisationKind.PROPERTY_COMPANY


def bare_area(cast: Cast, name: str = "滨江花园") -> Area:
    return create_area(
        jurisdiction_id=cast.city.districts[0].pk,
        name=name,
        address="滨江路 1 号",
        developer_id=cast.city.developers[0].pk,
        floor_area_dm2=100_00,
        at=AT - dt.timedelta(days=400),
    )


def begin(area: Area, organisation_id: int, **changes: Any) -> Service:
    given: dict[str, Any] = {"since": TODAY, "basis": "测试", "at": AT} | changes
    return begin_service(area_id=area.pk, organisation_id=organisation_id, **given)


class TestAService:
    def test_begins_on_a_day_and_is_seen_from_then_on(self, cast: Cast) -> None:
        area, company = bare_area(cast), cast.city.companies[0]

        begin(area, company.pk, since=TODAY - dt.timedelta(days=10))

        assert Area.objects.get(pk=area.pk).property_company == company
        for days, expected in ((11, False), (10, True), (0, True)):
            on = TODAY - dt.timedelta(days=days)
            assert queries.serves(organisation_id=company.pk, area_id=area.pk, on=on) is expected
            assert (area in queries.areas_served(organisation_id=company.pk, on=on)) is expected

    def test_replaces_the_one_that_was_seen_and_ends_it_the_day_before(self, cast: Cast) -> None:
        area, (old, new, *_) = bare_area(cast), cast.city.companies
        former = begin(area, old.pk, since=TODAY - dt.timedelta(days=30))

        begin(area, new.pk, former_id=former.pk)

        former.refresh_from_db()
        assert (former.until, former.end_reason) == (TODAY, f"由{new.name}接替")
        yesterday = TODAY - dt.timedelta(days=1)
        assert queries.serves(organisation_id=old.pk, area_id=area.pk, on=yesterday)
        assert not queries.serves(organisation_id=old.pk, area_id=area.pk, on=TODAY)
        assert [one.organisation for one in queries.services_of(area.pk)] == [new, old]

    def test_may_be_replaced_on_the_day_it_began(self, cast: Cast) -> None:
        area, (old, new, *_) = bare_area(cast), cast.city.companies

        begin(area, new.pk, former_id=begin(area, old.pk).pk)

        assert Area.objects.get(pk=area.pk).property_company == new

    def test_does_not_replace_one_that_nobody_saw(self, cast: Cast) -> None:
        area, (old, new, *_) = bare_area(cast), cast.city.companies
        begin(area, old.pk)

        with pytest.raises(AreaIsServed, match=old.name):
            begin(area, new.pk)
        with pytest.raises(AreaIsServed, match="不能重复登记"):
            begin(area, old.pk)
        assert Area.objects.get(pk=area.pk).property_company == old

    def test_leaves_the_committee_alone(self, cast: Cast) -> None:
        area = bare_area(cast)
        committee = found_committee(cast.city, area_name=area.name, at=AT, password_hash="!")
        begin(area, committee.pk)

        begin(area, cast.city.companies[0].pk)

        assert Area.objects.get(pk=area.pk).committee == committee

    @pytest.mark.parametrize("days", [1, 40])
    def test_does_not_begin_in_the_future(self, cast: Cast, days: int) -> None:
        with pytest.raises(WrongDay):
            begin(bare_area(cast), cast.city.companies[0].pk, since=TODAY + dt.timedelta(days=days))

    def test_does_not_begin_where_a_past_one_still_ran(self, cast: Cast) -> None:
        area, (old, new, *_) = bare_area(cast), cast.city.companies
        past = begin(area, old.pk, since=TODAY - dt.timedelta(days=30))
        end_service(service_id=past.pk, until=TODAY - dt.timedelta(days=10), reason="合同到期", at=AT)

        with pytest.raises(AreaIsServed, match="核对起始日"):
            begin(area, new.pk, since=TODAY - dt.timedelta(days=20))
        begin(area, new.pk, since=TODAY - dt.timedelta(days=10))

    def test_is_not_a_developers_nor_a_strangers(self, cast: Cast) -> None:
        far = add_jurisdiction(code="519900", slug="far", name="远山市", office_name="远山市中心")
        stranger = register_organisation(
            jurisdiction_id=far.pk,
            kind=COMPANY,
            name="远山物业",
            code="YSWY",
            contact_name="蒋远",
            contact_phone="13900000000",
            at=AT,
        )
        for wrong in (cast.city.developers[0].pk, stranger.pk, 0):
            with pytest.raises(CannotServe):
                begin(bare_area(cast, f"甲{wrong}"), wrong)


class TestEnding:
    def test_needs_a_reason_and_happens_once(self, cast: Cast) -> None:
        area, company = bare_area(cast), cast.city.companies[0]
        service = begin(area, company.pk, since=TODAY - dt.timedelta(days=5))

        with pytest.raises(HasProblems):
            end_service(service_id=service.pk, until=TODAY, reason=" ", at=AT)
        with pytest.raises(WrongDay):
            end_service(service_id=service.pk, until=TODAY + dt.timedelta(days=1), reason="合同到期", at=AT)
        with pytest.raises(WrongDay):
            end_service(service_id=service.pk, until=TODAY - dt.timedelta(days=6), reason="合同到期", at=AT)
        end_service(service_id=service.pk, until=TODAY, reason="合同到期", at=AT)

        assert Area.objects.get(pk=area.pk).property_company is None
        with pytest.raises(ServiceHasEnded):
            end_service(service_id=service.pk, until=TODAY, reason="合同到期", at=AT)


class TestTheDatabaseRefuses:
    def test_two_of_a_kind_at_a_time(self, cast: Cast) -> None:
        area, (old, new, *_) = bare_area(cast), cast.city.companies
        begin(area, old.pk)

        with pytest.raises(IntegrityError, match="area_is_served_by_one_of_a_kind_at_a_time"):
            Service.objects.create(area=area, organisation=new, kind=COMPANY, since=TODAY, basis="x", begun_at=AT)

    @pytest.mark.parametrize(
        "changes",
        [
            {"since": TODAY - dt.timedelta(days=9)},
            {"basis": "改写"},
            {"begun_at": AT - dt.timedelta(days=9)},
        ],
    )
    def test_another_beginning(self, cast: Cast, changes: dict[str, Any]) -> None:
        service = begin(bare_area(cast), cast.city.companies[0].pk)

        with pytest.raises(DatabaseError, match="how it began never changes"):
            Service.objects.filter(pk=service.pk).update(**changes)

    def test_reopening_and_deleting(self, cast: Cast) -> None:
        service = begin(bare_area(cast), cast.city.companies[0].pk)
        end_service(service_id=service.pk, until=TODAY, reason="合同到期", at=AT)

        with pytest.raises(DatabaseError, match="has ended and cannot change"), transaction.atomic():
            Service.objects.update(until=None, ended_at=None, end_reason="")
        with pytest.raises(DatabaseError, match="permission denied"):
            Service.objects.filter(pk=service.pk).delete()

    def test_an_end_without_a_reason_or_before_the_beginning(self, cast: Cast) -> None:
        begin(bare_area(cast), cast.city.companies[0].pk)

        with pytest.raises(IntegrityError, match="service_is_ended_with_a_reason"), transaction.atomic():
            Service.objects.update(until=TODAY, ended_at=AT)
        with pytest.raises(IntegrityError, match="service_ends_after_it_begins"):
            Service.objects.update(until=TODAY - dt.timedelta(days=1), ended_at=AT, end_reason="x")

    def test_an_organisation_of_another_kind_or_city(self, cast: Cast) -> None:
        area = bare_area(cast)
        given = {"area": area, "since": TODAY, "basis": "x", "begun_at": AT}
        with pytest.raises(IntegrityError, match="not a PROPERTY_COMPANY"), transaction.atomic():
            Service.objects.create(organisation=cast.city.developers[0], kind=COMPANY, **given)
        far = add_jurisdiction(code="519900", slug="far", name="远山市", office_name="远山市中心")
        stranger = register_organisation(
            jurisdiction_id=far.pk,
            kind=COMPANY,
            name="远山物业",
            code="YSWY",
            contact_name="蒋远",
            contact_phone="13900000000",
            at=AT,
        )
        with pytest.raises(IntegrityError, match="of another city"):
            Service.objects.create(organisation=stranger, kind=COMPANY, **given)


@pytest.mark.commits
class TestTwoAtOnce:
    def test_companies_for_one_area_leave_one_in_service(self, cast: Cast) -> None:
        area, (one, two, *_) = bare_area(cast), cast.city.companies

        answers = at_once(lambda: begin(area, one.pk), lambda: begin(area, two.pk))

        assert sorted(type(answer).__name__ for answer in answers) == ["AreaIsServed", "Service"]
        assert Service.objects.filter(area=area, until__isnull=True).count() == 1

    def test_endings_of_one_service_end_it_once(self, cast: Cast) -> None:
        service = begin(bare_area(cast), cast.city.companies[0].pk)

        def end() -> Service:
            return end_service(service_id=service.pk, until=TODAY, reason="合同到期", at=AT)

        assert sorted(type(answer).__name__ for answer in at_once(end, end)) == ["Service", "ServiceHasEnded"]
