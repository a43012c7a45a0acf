"""One live claim of a kind on a house, whoever asks first; and the sentence that names the houses."""

import pytest

from tests.banking.town import new_house
from tests.cast import AT, Cast, at_once
from upkeep.estate import claims
from upkeep.estate.actions import add_houses
from upkeep.estate.claims import HouseIsBusy
from upkeep.estate.models import House, HouseClaim
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.queries import houses_of_area


def houses_of(cast: Cast, name: str = "江南名邸") -> list[House]:
    return houses_of_area(cast.area(name).pk)


def claim(houses: list[House], source: str, kind: ClaimKind = ClaimKind.REFUND) -> None:
    claims.claim(house_ids=[house.pk for house in houses], kind=kind, source=source, at=AT)


@pytest.mark.django_db
class TestAClaim:
    def test_keeps_others_of_its_kind_off_all_or_none(self, settled: Cast) -> None:
        houses = houses_of(settled)
        claim(houses[2:3], "case:1")

        with pytest.raises(HouseIsBusy) as refused:
            claim(houses[:4], "case:2")

        label = f"{houses[2].building.name}{houses[2].label}"
        assert str(refused.value) == f"{label}有办理中的退款，请先办结或作废后再办理"
        assert HouseClaim.objects.count() == 1

    def test_names_three_houses_and_counts_the_rest(self, settled: Cast) -> None:
        houses = houses_of(settled)
        claim(houses[:5], "case:1")

        with pytest.raises(HouseIsBusy, match=r"^(1幢1单元 \d+、){2}1幢1单元 \d+等 5 户有办理中的退款"):
            claim(houses, "case:2")

    def test_leaves_other_kinds_free(self, settled: Cast) -> None:
        houses = houses_of(settled)[:1]
        claim(houses, "case:1")
        claim(houses, "case:2", ClaimKind.REGISTER)

        assert claims.busy_houses([houses[0].pk]) == houses
        assert claims.busy_houses([houses[0].pk], ClaimKind.DEPOSIT) == []
        assert claims.claimed_ids(houses[0].area_id, ClaimKind.REFUND) == {houses[0].pk}

    def test_of_a_repair_may_stand_beside_another_repair(self, settled: Cast) -> None:
        houses = houses_of(settled)[:1]
        claim(houses, "project:1", ClaimKind.REPAIR)
        claim(houses, "project:2", ClaimKind.REPAIR)

        with pytest.raises(HouseIsBusy):
            claim(houses, "project:1", ClaimKind.REPAIR)

    def test_released_makes_room_and_may_be_released_again(self, settled: Cast) -> None:
        houses = houses_of(settled)[:2]
        claim(houses, "case:1")
        claim(houses_of(settled)[2:3], "case:3")

        claims.release(source="case:1")
        claims.release(source="case:1")

        claim(houses, "case:2")
        assert set(HouseClaim.objects.values_list("source", flat=True)) == {"case:2", "case:3"}


@pytest.mark.commits
class TestClaimsAtOnce:
    def test_of_one_kind_one_wins_and_the_others_are_told(self, settled: Cast) -> None:
        houses = houses_of(settled)

        answers = at_once(*(lambda n=n: claim(houses, f"case:{n}") for n in range(4)))

        assert [answer for answer in answers if answer is None] == [None]
        assert len([answer for answer in answers if isinstance(answer, HouseIsBusy)]) == 3
        assert HouseClaim.objects.count() == len(houses)

    def test_in_opposite_order_do_not_lock_each_other_out(self, settled: Cast) -> None:
        area = settled.area()
        add_houses(area_id=area.pk, houses=[new_house(building="9栋", room=str(n)) for n in range(3_000)])
        houses = houses_of(settled)

        answers = at_once(lambda: claim(houses, "case:1"), lambda: claim(houses[::-1], "case:2"))

        assert {type(answer) for answer in answers} == {type(None), HouseIsBusy}
