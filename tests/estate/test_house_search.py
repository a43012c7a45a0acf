"""户室管理: every condition finds what it should, within what one may see, page after page.

# covers: E14
"""

from collections.abc import Iterator

import pytest

from tests.cast import Cast
from tests.estate.leaving import cancel
from upkeep.estate import house_search
from upkeep.estate.house_search import Criterion, HouseSearch, TooShort, find_houses, houses_to_export, search_houses
from upkeep.estate.kinds import HouseNature, HouseState, HouseUse
from upkeep.estate.models import House, Ownership
from upkeep.parties.actor import ANONYMOUS

pytestmark = pytest.mark.django_db


def found(cast: Cast, who: str = "demo-clerk", size: int = 500, **wanted: str) -> list[House]:
    return search_houses(actor=cast[who], wanted=HouseSearch(**wanted), size=size).houses  # type: ignore[arg-type]


def labels(houses: list[House]) -> list[str]:
    return [f"{house.area.name} {house.building.name} {house.label}" for house in houses]


class TestACondition:
    @pytest.mark.parametrize("value", ["江南", "jnm", "JNMD", "南名邸"])
    def test_finds_the_houses_of_an_area_by_name_and_by_initials(self, settled: Cast, value: str) -> None:
        assert {house.area.name for house in found(settled, criterion="AREA", value=value)} == {"江南名邸"}

    @pytest.mark.parametrize(("value", "count"), [("商铺", 4), ("1", 44), ("1幢", 44), ("2幢", 0)])
    def test_finds_a_building_with_or_without_its_ending(self, settled: Cast, value: str, count: int) -> None:
        assert len(found(settled, criterion="BUILDING", value=value)) == count

    @pytest.mark.parametrize("value", ["2", "2单元"])
    def test_finds_a_unit_with_or_without_its_ending(self, settled: Cast, value: str) -> None:
        assert {house.unit_name for house in found(settled, criterion="UNIT", value=value)} == {"2单元"}

    def test_finds_a_room_number_in_every_area(self, settled: Cast) -> None:
        houses = found(settled, criterion="ROOM", value="101")

        assert {house.room for house in houses} == {"101"}
        assert {house.area.name for house in houses} == {"江南名邸", "翠竹苑", "康宁家园"}

    @pytest.mark.parametrize("value", ["滨江", "滨江路100号江南名邸1幢1单元604", "1单元604", "  元604 "])
    def test_finds_any_part_of_an_address_of_two_signs_or_more(self, settled: Cast, value: str) -> None:
        assert "江南名邸 1幢 1单元 604" in labels(found(settled, criterion="ADDRESS", value=value))

    @pytest.mark.parametrize("value", ["%江", "__", "江\\", "'; drop table estate_house; --", "滨滨江江"])
    def test_takes_every_sign_of_an_address_for_itself(self, settled: Cast, value: str) -> None:
        assert found(settled, criterion="ADDRESS", value=value) == []

    @pytest.mark.parametrize("address", ["C座A-101", "a%b_c\\d"])
    @pytest.mark.parametrize("cut", [0, 1, 2, 3])
    def test_finds_letters_and_odd_signs_in_either_case(self, settled: Cast, address: str, cut: int) -> None:
        house = found(settled)[0]
        House.objects.filter(pk=house.pk).update(address=address)

        assert found(settled, criterion="ADDRESS", value=address[cut:].swapcase()) == [house]

    @pytest.mark.parametrize("criterion", ["ADDRESS", "OWNER"])
    def test_of_one_sign_is_refused_in_words(self, settled: Cast, criterion: str) -> None:
        with pytest.raises(TooShort, match="至少输入两个字"):
            found(settled, criterion=criterion, value="江")

    def test_finds_the_houses_of_an_owner_by_the_beginning_of_his_name(self, settled: Cast) -> None:
        mine = Ownership.objects.select_related("owner").filter(until__isnull=True)[0]
        name = mine.owner.name

        for value in (name, name[:2]):
            assert mine.house_id in {house.pk for house in found(settled, criterion="OWNER", value=value)}
        assert found(settled, criterion="OWNER", value=f"{name}某") == []

    def test_does_not_find_the_houses_an_owner_has_sold(self, settled: Cast) -> None:
        sold = Ownership.objects.select_related("owner").filter(until__isnull=True)[0]
        Ownership.objects.filter(owner=sold.owner).update(until=sold.since)

        assert found(settled, criterion="OWNER", value=sold.owner.name) == []


class TestWhatNarrows:
    def test_leaves_houses_of_a_use_a_nature_or_a_state(self, settled: Cast) -> None:
        gone = found(settled, use=HouseUse.COMMERCIAL.value)[0]
        cancel(gone)

        assert len(found(settled, use=HouseUse.COMMERCIAL.value)) == 3
        assert found(settled, state=HouseState.CANCELLED.value) == [gone]
        assert len(found(settled, state="", use=HouseUse.COMMERCIAL.value)) == 4
        assert {one.area.name for one in found(settled, nature=HouseNature.SOLD_PUBLIC.value)} == {"康宁家园"}

    def test_may_be_the_area_beside_another_condition(self, settled: Cast) -> None:
        houses = found(settled, criterion="ROOM", value="101", area="czy")

        assert {house.area.name for house in houses} == {"翠竹苑"}

    def test_may_be_the_district(self, settled: Cast) -> None:
        other = settled.city.districts[1].pk
        wanted = HouseSearch(jurisdiction_id=other)

        assert search_houses(actor=settled["demo-clerk"], wanted=wanted).houses == []


class TestWhatOneSees:
    @pytest.mark.parametrize(
        ("who", "areas"),
        [
            ("demo-developer", {"江南名邸"}),
            ("more-company3", {"康宁家园"}),
            ("demo-committee", {"江南名邸"}),
            ("demo-teller1", set()),
            ("stranger-clerk", set()),
        ],
    )
    @pytest.mark.parametrize(
        "wanted", [{}, {"criterion": "ROOM", "value": "101"}, {"criterion": "ADDRESS", "value": "单元"}]
    )
    def test_are_the_houses_of_ones_areas(
        self, settled: Cast, who: str, areas: set[str], wanted: dict[str, str]
    ) -> None:
        houses = search_houses(actor=settled[who], wanted=HouseSearch(**wanted), size=500).houses  # type: ignore[arg-type]

        assert {house.area.name for house in houses} == areas
        exported = houses_to_export(actor=settled[who], wanted=HouseSearch(**wanted))  # type: ignore[arg-type]
        assert exported == houses

    def test_is_nothing_without_an_account(self, settled: Cast) -> None:
        assert search_houses(actor=ANONYMOUS, wanted=HouseSearch()).houses == []
        assert not find_houses(actor=ANONYMOUS, text="江南名邸").exists()


class TestPages:
    def walk(self, cast: Cast, wanted: HouseSearch, *, back: bool = False) -> Iterator[list[int]]:
        key = {"before": ""} if back else {"after": ""}
        page = search_houses(actor=cast["demo-clerk"], wanted=wanted, size=7)
        while back and page.next_key:
            page = search_houses(actor=cast["demo-clerk"], wanted=wanted, size=7, after=page.next_key)
        while True:
            yield [house.pk for house in page.houses]
            following = page.previous_key if back else page.next_key
            if not following:
                return
            key = {"before": following} if back else {"after": following}
            page = search_houses(actor=cast["demo-clerk"], wanted=wanted, size=7, **key)

    @pytest.mark.parametrize(
        "wanted", [HouseSearch(), HouseSearch(criterion="ADDRESS", value="单元"), HouseSearch(use="RESIDENTIAL")]
    )
    def test_show_every_house_once_forwards_and_back(self, settled: Cast, wanted: HouseSearch) -> None:
        whole = [house.pk for house in houses_to_export(actor=settled["demo-clerk"], wanted=wanted)]

        forwards = list(self.walk(settled, wanted))
        backwards = list(self.walk(settled, wanted, back=True))

        assert [pk for page in forwards for pk in page] == whole
        assert [pk for page in reversed(backwards) for pk in page] == whole
        assert len(forwards) == -(-len(whole) // 7)

    @pytest.mark.parametrize("key", ["x", "1", "1-", "-1-1", "1-2-3", "99999999999999999999-1", "１-２"])
    def test_begin_again_at_a_key_that_is_none(self, settled: Cast, key: str) -> None:
        first = search_houses(actor=settled["demo-clerk"], wanted=HouseSearch())

        assert search_houses(actor=settled["demo-clerk"], wanted=HouseSearch(), after=key) == first

    def test_count_what_was_found(self, settled: Cast) -> None:
        page = search_houses(actor=settled["demo-clerk"], wanted=HouseSearch())

        assert (page.count, page.is_exact) == (48, True)

    def test_list_a_part_and_say_so_where_too_much_was_found(
        self, settled: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(house_search, "MOST_LISTED", 10)
        monkeypatch.setattr(house_search, "MOST_COUNTED", 20)
        by_address = HouseSearch(criterion=Criterion.ADDRESS.value, value="单元")

        part = search_houses(actor=settled["demo-clerk"], wanted=by_address, size=50)
        whole = search_houses(actor=settled["demo-clerk"], wanted=HouseSearch(), size=50)

        assert (part.count, part.is_exact, len(part.houses)) == (10, False, 10)
        assert (whole.count, whole.is_exact, len(whole.houses)) == (20, False, 48)
        assert len(houses_to_export(actor=settled["demo-clerk"], wanted=by_address)) > 10


class TestTheBoxAbove:
    @pytest.mark.parametrize("text", ["jnm 604", "江南 1幢 604", "滨江 604", "名邸1幢1单元604"])
    def test_finds_a_house_by_any_words_of_it(self, settled: Cast, text: str) -> None:
        assert "江南名邸 1幢 1单元 604" in labels(list(find_houses(actor=settled["demo-clerk"], text=text)))

    def test_finds_nothing_for_no_words(self, settled: Cast) -> None:
        assert not find_houses(actor=settled["demo-clerk"], text="  ").exists()
