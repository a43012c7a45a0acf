"""Houses chosen on the building table: of the case's area, live, each once, and only before the case is handed in."""

import pytest
from django.db import IntegrityError

from tests.cast import AT, Cast, move
from tests.estate.leaving import cancel
from upkeep.casework import engine
from upkeep.casework.engine import NotNow, NotYours
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.estate import house_choice
from upkeep.estate.house_choice import NotOfThisArea
from upkeep.estate.models import CaseHouse, House
from upkeep.estate.queries import houses_of_area

pytestmark = pytest.mark.django_db


def draft(cast: Cast) -> Case:
    data = {"area": str(cast.area().pk), "kind": "COLLECTED", "receipt_mode": "WHOLE"}
    return engine.start(register["developer_deposit"], by=cast["demo-developer"], at=AT, data=data)


def choose(cast: Cast, case: Case, house_ids: list[int], *, who: str = "demo-developer") -> int:
    return house_choice.choose(case.pk, house_ids=house_ids, by=cast[who], at=AT)


def ids(cast: Cast, area: str = "江南名邸") -> list[int]:
    return [house.pk for house in houses_of_area(cast.area(area).pk)]


class TestTheChoice:
    def test_takes_the_place_of_the_one_before(self, settled: Cast) -> None:
        case, houses = draft(settled), ids(settled)
        choose(settled, case, houses[:3])

        assert choose(settled, case, [*houses[5:7], houses[5]]) == 2
        assert set(house_choice.chosen_ids(case)) == set(houses[5:7])
        assert Case.objects.get().version == case.version + 2

    def test_is_read_in_the_order_of_the_building_table(self, settled: Cast) -> None:
        case, houses = draft(settled), ids(settled)
        choose(settled, case, houses[::-1])

        assert [house.pk for house in house_choice.chosen_houses(case)] == houses

    def test_of_another_area_is_refused_and_leaves_what_was_chosen(self, settled: Cast) -> None:
        case, houses = draft(settled), ids(settled)
        choose(settled, case, houses[:1])

        for wrong in ([houses[0], ids(settled, "翠竹苑")[0]], [1], [2**62]):
            with pytest.raises(NotOfThisArea, match="不属于该物业区域"):
                choose(settled, case, wrong)
        assert house_choice.chosen_ids(case) == houses[:1]

    def test_of_a_cancelled_house_is_refused(self, settled: Cast) -> None:
        case, houses = draft(settled), ids(settled)
        cancel(House.objects.get(pk=houses[0]))

        with pytest.raises(NotOfThisArea):
            choose(settled, case, houses[:2])

    def test_of_none_is_empty(self, settled: Cast) -> None:
        case = draft(settled)
        choose(settled, case, ids(settled)[:1])

        assert choose(settled, case, []) == 0
        assert house_choice.chosen_houses(case) == []

    def test_is_the_applicants_and_ends_when_the_case_does(self, settled: Cast) -> None:
        case, houses = draft(settled), ids(settled)
        with pytest.raises(NotYours):
            choose(settled, case, houses, who="more-developer2")
        move(case, Move.WITHDRAW, settled["demo-developer"])
        with pytest.raises(NotNow):
            choose(settled, case, houses)

    def test_carries_an_amount_for_each_house(self, settled: Cast) -> None:
        case, houses = draft(settled), ids(settled)
        choose(settled, case, houses[:3])

        house_choice.set_amounts(case, {houses[0]: 100, houses[1]: 200, houses[9]: 999})

        assert sorted(CaseHouse.objects.values_list("amount_fen", flat=True)) == [0, 100, 200]
        with pytest.raises(IntegrityError, match="case_house_amount_is_not_negative"):
            CaseHouse.objects.update(amount_fen=-1)
