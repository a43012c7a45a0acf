"""Who sees which area and house, what searching finds, and that owners are masked."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.estate.leaving import cancel
from upkeep.estate import queries
from upkeep.estate.house_search import find_houses
from upkeep.estate.models import Ownership
from upkeep.parties.actor import ANONYMOUS
from upkeep.parties.roles import Role

pytestmark = pytest.mark.django_db


class TestAnArea:
    @pytest.mark.parametrize(
        ("who", "names"),
        [
            ("demo-clerk", {"江南名邸", "翠竹苑", "康宁家园"}),
            ("demo-developer", {"江南名邸"}),
            ("colleague", {"江南名邸"}),
            ("more-developer2", {"翠竹苑"}),
            ("more-company3", {"康宁家园"}),
            ("demo-committee", {"江南名邸"}),
            ("demo-teller1", set()),
            ("stranger-clerk", set()),
        ],
    )
    def test_is_seen_by_those_it_concerns(self, settled: Cast, who: str, names: set[str]) -> None:
        found = queries.area_list(actor=settled[who])

        assert {area.name for area in found} == names
        for area in [settled.area(name) for name in ("江南名邸", "翠竹苑", "康宁家园")]:
            assert (queries.get_area(area.pk, actor=settled[who]) is not None) is (area.name in names)

    def test_is_never_seen_by_the_public(self, settled: Cast) -> None:
        assert not queries.visible_to(ANONYMOUS).exists()

    def test_of_another_district_is_not_seen_by_the_districts_staff(self, settled: Cast) -> None:
        settled.hire("naxi-clerk", [Role.WINDOW_CLERK], at_city=settled.city.districts[1].pk)

        assert not queries.visible_to(settled["naxi-clerk"]).exists()

    @pytest.mark.parametrize("text", ["江南", "jnm", "JN", "  江南名邸 ", "江阳区滨江路"])
    def test_is_found_by_name_address_or_initials(self, settled: Cast, text: str) -> None:
        assert "江南名邸" in {area.name for area in queries.area_list(actor=settled["demo-clerk"], text=text)}

    def test_is_found_by_its_number(self, settled: Cast) -> None:
        area = settled.area()

        assert list(queries.area_list(actor=settled["demo-clerk"], text=area.number.lower())) == [area]

    @pytest.mark.parametrize("text", ["%", "_", "\\", "'; drop table estate_area; --", "（", "\U0001f3e0"])
    def test_is_not_found_by_signs_that_mean_something_to_the_database(self, settled: Cast, text: str) -> None:
        assert not queries.area_list(actor=settled["demo-clerk"], text=text).exists()

    def test_is_listed_with_its_live_houses_and_those_who_serve_it_in_two_questions(
        self, settled: Cast, django_assert_num_queries: Any
    ) -> None:
        cancel(queries.houses_of_area(settled.area().pk)[0])
        actor = settled["demo-clerk"]

        with django_assert_num_queries(2):
            counted = {one.name: getattr(one, "house_count", -1) for one in queries.area_list(actor=actor)}

        assert counted == {"江南名邸": 27, "翠竹苑": 12, "康宁家园": 8}


class TestABuilding:
    def test_counts_its_live_houses_only(self, settled: Cast) -> None:
        area = settled.area()
        gone = queries.houses_of_area(area.pk)[0]
        cancel(gone)

        tower, shops = queries.buildings_of(area.pk)

        assert (tower.building.name, tower.houses, shops.building.name, shops.houses) == ("1幢", 23, "商铺", 4)
        assert gone in queries.houses_of_building(gone.building_id)
        assert gone not in queries.houses_of_area(area.pk)


class TestAHouse:
    @pytest.mark.parametrize(("text", "count"), [("1幢 101", 4), ("江南名邸 101", 1), ("商铺S01", 1), ("没有的路", 0)])
    def test_is_found_by_words_of_its_address(self, settled: Cast, text: str, count: int) -> None:
        assert find_houses(actor=settled["demo-clerk"], text=text).count() == count

    def test_is_found_by_those_who_see_its_area_only(self, settled: Cast) -> None:
        assert not find_houses(actor=settled["more-developer2"], text="江南名邸").exists()
        assert not find_houses(actor=ANONYMOUS, text="江南名邸").exists()


class TestOwners:
    def test_are_masked_unless_they_may_be_seen(self, settled: Cast) -> None:
        ownership = Ownership.objects.select_related("owner").first()
        assert ownership is not None
        name = ownership.owner.name

        masked = queries.owner_names([ownership.house_id])[ownership.house_id]
        whole = queries.owner_names([ownership.house_id], masked=False)[ownership.house_id]

        assert (whole, masked) == (name, name[0] + "＊" * (len(name) - 1))

    def test_of_now_are_told_without_those_of_before(self, settled: Cast) -> None:
        ownership = Ownership.objects.first()
        assert ownership is not None
        Ownership.objects.filter(pk=ownership.pk).update(until=ownership.since)

        assert queries.owner_names([ownership.house_id]) == {}
        assert queries.current_ownerships([ownership.house_id]) == {}
