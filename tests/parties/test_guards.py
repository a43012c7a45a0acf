"""What the database itself refuses of jurisdictions, offices, roles and the record of administration."""

# covers: I9

from itertools import product

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from tests.cast import AT, Cast, at_once
from upkeep.parties.actions import add_jurisdiction
from upkeep.parties.history import record
from upkeep.parties.models import (
    AdministrationEvent,
    EventKind,
    Jurisdiction,
    Level,
    Office,
    User,
    UserRole,
)
from upkeep.parties.roles import Role, exclude_each_other


@pytest.mark.django_db
class TestTheTreeOfJurisdictions:
    def test_takes_a_province_above_cities(self, cast: Cast) -> None:
        province = add_jurisdiction(code="510000", slug="shu", name="蜀省", office_name="蜀省厅", level=Level.PROVINCE)

        Jurisdiction.objects.filter(pk=cast.city.jurisdiction.pk).update(parent=province)

        assert Jurisdiction.objects.get(slug="jiangcheng").parent == province

    @pytest.mark.parametrize(
        ("level", "parent"), [("PROVINCE", "jiangcheng"), ("CITY", "jiangcheng"), ("DISTRICT", "jiangyang")]
    )
    def test_refuses_a_parent_that_is_not_one_level_above(self, cast: Cast, level: str, parent: str) -> None:
        with pytest.raises(IntegrityError):
            add_jurisdiction(
                code="510599",
                slug="too-deep",
                name="某地",
                office_name="某地",
                level=Level(level),
                parent=Jurisdiction.objects.get(slug=parent),
            )

    def test_refuses_a_district_without_a_city(self, cast: Cast) -> None:
        with pytest.raises(IntegrityError):
            add_jurisdiction(code="510599", slug="alone", name="某区", office_name="某区", level=Level.DISTRICT)

    @pytest.mark.parametrize("change", [{"level": "PROVINCE"}, {"code": "510599"}, {"parent_id": None}])
    def test_refuses_another_level_code_or_parent_afterwards(self, cast: Cast, change: dict[str, str | None]) -> None:
        with pytest.raises(ProgrammingError, match="never change"):
            Jurisdiction.objects.filter(slug="jiangyang").update(**change)

    def test_refuses_a_circle(self, cast: Cast) -> None:
        with pytest.raises(DatabaseError):
            Jurisdiction.objects.filter(slug="jiangcheng").update(parent_id=cast.city.districts[0].pk)

    def test_refuses_deletion_to_the_owner_too(self, owner_connection: psycopg.Connection[tuple[object]]) -> None:
        owner_connection.execute(
            "insert into parties_jurisdiction (level, code, slug, name, office_name, office_address, office_phone)"
            " values ('CITY', '990000', 'gone', '某市', '某市', '', '')"
        )

        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="retire it"):
            owner_connection.execute("delete from parties_jurisdiction where slug = 'gone'")


@pytest.mark.django_db
class TestStaff:
    def test_have_the_jurisdiction_of_their_office(self, cast: Cast) -> None:
        user = cast.city.users["demo-district-clerk"]

        with pytest.raises(IntegrityError, match="that of their office"):
            User.objects.filter(pk=user.pk).update(jurisdiction=cast.city.jurisdiction)

    def test_act_for_no_organisation(self, cast: Cast) -> None:
        user = cast.city.users["demo-clerk"]

        with pytest.raises(IntegrityError, match="that of their office"):
            User.objects.filter(pk=user.pk).update(organisation=cast.city.developers[0])

    def test_stay_where_their_office_stays(self, cast: Cast) -> None:
        with pytest.raises(ProgrammingError, match="stays in its jurisdiction"):
            Office.objects.filter(jurisdiction=cast.city.jurisdiction).update(jurisdiction=cast.city.districts[0])


@pytest.mark.django_db
class TestRolesOfOneUser:
    def test_exclude_each_other_as_the_code_says(self, cast: Cast) -> None:
        with connection.cursor() as cursor:
            for one, other in product(Role, Role):
                cursor.execute("select parties_roles_exclude(%s, %s)", [one.value, other.value])
                assert cursor.fetchone() == (exclude_each_other(one, other),), (one, other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN),
            (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN),
            (Role.AUDIT_ADMIN, Role.SYSTEM_ADMIN),
            (Role.SYSTEM_ADMIN, Role.WINDOW_CLERK),
            (Role.EDITOR, Role.AUDIT_ADMIN),
            (Role.ACCOUNTANT, Role.CASHIER),
            (Role.CASHIER, Role.APPROVER),
            (Role.AUDITOR, Role.ACCOUNTANT),
            (Role.DEVELOPER, Role.WINDOW_CLERK),
        ],
    )
    def test_are_refused_by_the_database(self, cast: Cast, one: Role, other: Role) -> None:
        user = cast.hire("somebody", [one])

        with pytest.raises(IntegrityError, match="never one person's"), transaction.atomic():
            UserRole.objects.create(user_id=user.user_id, role=other)
        with pytest.raises(IntegrityError, match="never one person's"), transaction.atomic():
            cast.hire("somebody-else", [one, other])

    def test_may_be_of_two_steps_since_each_case_checks_its_own(self, cast: Cast) -> None:
        assert cast.hire("somebody", [Role.FIRST_REVIEWER, Role.APPROVER]).has(Role.APPROVER)

    def test_are_not_changed_into_what_is_refused(self, cast: Cast) -> None:
        user = cast.hire("somebody", [Role.WINDOW_CLERK, Role.APPROVER])

        with pytest.raises(IntegrityError, match="never one person's"):
            UserRole.objects.filter(user_id=user.user_id, role=Role.WINDOW_CLERK).update(role=Role.CASHIER)


@pytest.mark.commits
class TestTwoGrantsAtOnce:
    def test_never_make_an_administrator_of_two_kinds(self, cast: Cast) -> None:
        user = cast.hire("somebody", [])

        def grant(role: Role) -> UserRole:
            return UserRole.objects.create(user_id=user.user_id, role=role)

        answers = at_once(lambda: grant(Role.SYSTEM_ADMIN), lambda: grant(Role.SECURITY_ADMIN))

        assert sum(isinstance(one, IntegrityError) for one in answers) == 1
        assert UserRole.objects.filter(user_id=user.user_id).count() == 1


@pytest.mark.django_db
class TestTheRecordOfAdministration:
    @pytest.fixture
    def event(self, cast: Cast) -> AdministrationEvent:
        place = cast.city.jurisdiction
        return record(EventKind.OFFICE_ADDED, by=None, at=AT, jurisdiction_id=place.pk, subject="某管理部")

    def test_is_not_changed_by_the_serving_role(self, event: AdministrationEvent) -> None:
        with pytest.raises(ProgrammingError):
            AdministrationEvent.objects.filter(pk=event.pk).update(subject="别的")

    def test_is_not_removed_by_the_serving_role(self, event: AdministrationEvent) -> None:
        with pytest.raises(ProgrammingError):
            event.delete()

    @pytest.mark.parametrize(
        "attack",
        [
            "update parties_administrationevent set subject = ''",
            "delete from parties_administrationevent",
            "truncate parties_administrationevent",
        ],
    )
    def test_is_not_touched_by_the_owner(
        self, owner_connection: psycopg.Connection[tuple[object]], attack: str
    ) -> None:
        owner_connection.execute(
            "with place as (insert into parties_jurisdiction"
            " (level, code, slug, name, office_name, office_address, office_phone)"
            " values ('CITY', '990000', 'there', '某市', '某市', '', '') returning id)"
            " insert into parties_administrationevent"
            " (at, kind, jurisdiction_id, by_name, subject, before, after, reason)"
            " select now(), 'OFFICE_ADDED', id, '某', '某', '', '', '' from place"
        )
        owner_connection.execute("set constraints all immediate")

        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            owner_connection.execute(attack)

    def test_holds_no_grant_to_oneself(self, cast: Cast) -> None:
        me = cast["demo-security-admin"]

        with pytest.raises(IntegrityError, match="nobody_grants_to_himself"):
            record(
                EventKind.ROLE_GRANTED,
                by=me,
                at=AT,
                jurisdiction_id=me.jurisdiction_id,
                subject=me.name,
                user=cast.city.users["demo-security-admin"],
            )
