"""Cities and their districts; which portal a set of roles lands on."""

import pytest

from tests.cast import Cast
from upkeep.parties import queries
from upkeep.parties.actor import ANONYMOUS
from upkeep.parties.models import OrganisationKind
from upkeep.parties.queries import Unknown
from upkeep.parties.roles import Portal, Role, portal_of


@pytest.mark.django_db
class TestACity:
    def test_reaches_down_to_its_districts_and_they_up_to_it(self, cast: Cast) -> None:
        city, districts = cast.city.jurisdiction, cast.city.districts

        assert set(queries.within(city.pk)) == {city.pk, *(one.pk for one in districts)}
        assert list(queries.within(districts[0].pk)) == [districts[0].pk]
        assert queries.ancestry(districts[0].pk) == [districts[0].pk, city.pk]
        assert queries.city_of(jurisdiction_id=districts[0].pk) == city
        assert queries.city_of(jurisdiction_id=city.pk) == city

    def test_is_not_guessed_among_several(self, cast: Cast) -> None:
        assert queries.cities().count() == 2
        assert queries.city_of(jurisdiction_id=0) is None

    def test_is_found_by_its_address_and_a_district_is_none(self, cast: Cast) -> None:
        assert queries.get_city("jiangcheng") == cast.city.jurisdiction
        assert queries.get_city("jiangyang") is None
        assert queries.get_city("") is None

    def test_that_does_not_exist_has_nothing(self, cast: Cast) -> None:
        assert list(queries.within(0)) == []
        assert queries.ancestry(0) == []

    def test_lists_its_organisations_of_a_kind(self, cast: Cast) -> None:
        found = queries.organisations(jurisdiction_id=cast.city.jurisdiction.pk, kind=OrganisationKind.BANK)

        assert sorted(one.name for one in found) == ["川南银行", "江城银行"]


@pytest.mark.django_db
class TestAnOrganisation:
    def test_is_found_or_said_not_to_exist(self, cast: Cast) -> None:
        assert queries.get_organisation(cast.city.developers[0].pk) == cast.city.developers[0]
        with pytest.raises(Unknown, match="没有这个单位"):
            queries.get_organisation(0)

    def test_is_registered_by_its_code_in_its_own_city_only(self, cast: Cast) -> None:
        own, city_id = cast.city.developers[0], cast.city.jurisdiction.pk

        assert queries.is_registered(jurisdiction_id=city_id, kind=own.kind, code=own.code)
        assert not queries.is_registered(jurisdiction_id=city_id, kind=own.kind, code="NOBODY")
        assert not queries.is_registered(jurisdiction_id=cast.city.districts[0].pk, kind=own.kind, code=own.code)


class TestThePortal:
    @pytest.mark.parametrize(
        ("roles", "portal"),
        [
            ({Role.WINDOW_CLERK}, Portal.OFFICE),
            ({Role.AUDITOR, Role.OWNER}, Portal.OFFICE),
            ({Role.TELLER_SUPERVISOR}, Portal.BANK),
            ({Role.OWNERS_COMMITTEE}, Portal.ORGANISATION),
            ({Role.OWNER}, Portal.OWNER),
            ({Role.PUBLIC}, Portal.PUBLIC),
            (set(), Portal.PUBLIC),
        ],
    )
    def test_is_the_one_of_the_weightiest_role(self, roles: set[Role], portal: Portal) -> None:
        assert portal_of(frozenset(roles)) is portal

    def test_of_a_stranger_is_the_public_one(self) -> None:
        assert ANONYMOUS.portal is Portal.PUBLIC
        assert ANONYMOUS.is_anonymous
        assert ANONYMOUS.has(Role.PUBLIC, Role.OWNER)
        assert not ANONYMOUS.has(Role.OWNER)
