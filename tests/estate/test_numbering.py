"""Room numbers: the usual rules on examples, and what holds for every plan.

# covers: E2
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from upkeep.estate import numbering
from upkeep.estate.numbering import NoSuchPlan, Plan, RoomRule, UnitPlan, floors_of, rooms_of

TWO = (UnitPlan("1", 2), UnitPlan("2", 3))


def plan(**changes: Any) -> Plan:
    return Plan(**{"units": TWO, "storeys": 2, **changes})


def numbers(unit: str, **changes: Any) -> list[str]:
    return [room.number for room in rooms_of(plan(**changes)) if room.unit == unit]


class TestTheRules:
    @pytest.mark.parametrize(
        ("rule", "first", "second"),
        [
            (RoomRule.FLOOR_ROOM, ["101", "102", "201", "202"], ["101", "102", "103", "201", "202", "203"]),
            (RoomRule.PADDED, ["0101", "0102", "0201", "0202"], ["0101", "0102", "0103", "0201", "0202", "0203"]),
            (RoomRule.CONTINUED, ["101", "102", "201", "202"], ["103", "104", "105", "203", "204", "205"]),
            (RoomRule.UNIT_DASH, ["1-101", "1-102", "1-201", "1-202"], ["2-101", "2-102", "2-103"]),
            (RoomRule.UNIT_WORD, ["1单元101", "1单元102", "1单元201"], ["2单元101", "2单元102", "2单元103"]),
            (RoomRule.RUNNING, ["1", "2", "3", "4"], ["1", "2", "3", "4", "5", "6"]),
        ],
    )
    def test_number_as_people_do(self, rule: RoomRule, first: list[str], second: list[str]) -> None:
        assert numbers("1", rule=rule)[: len(first)] == first
        assert numbers("2", rule=rule)[: len(second)] == second

    def test_name_basements_by_letter(self) -> None:
        assert numbers("1", basements=2, storeys=1) == ["B201", "B202", "B101", "B102", "101", "102"]
        assert numbers("1", basements=1, storeys=0, rule=RoomRule.PADDED) == ["B101", "B102"]
        assert numbers("1", basements=1, storeys=0, rule=RoomRule.UNIT_DASH) == ["1-B101", "1-B102"]

    def test_take_a_third_digit_where_a_floor_has_a_hundred(self) -> None:
        garage = numbers("车库", units=(UnitPlan("车库", 120),), storeys=0, basements=1)

        assert (garage[0], garage[-1]) == ("B1001", "B1120")

    def test_do_not_say_unit_twice(self) -> None:
        named = (UnitPlan("1单元", 1),)

        assert numbers("1单元", units=named, storeys=1, rule=RoomRule.UNIT_WORD) == ["1单元101"]
        assert numbers("1单元", units=named, storeys=1, rule=RoomRule.UNIT_DASH) == ["1-101"]
        assert numbers("东", units=(UnitPlan("东", 1),), storeys=1, rule=RoomRule.UNIT_WORD) == ["东101"]

    def test_all_have_a_label_that_shows_them(self) -> None:
        assert [rule.label for rule in RoomRule if "1" not in rule.label] == []


class TestTheFloors:
    def test_that_are_skipped_do_not_make_the_building_lower(self) -> None:
        floors = floors_of(plan(storeys=15, skipped=frozenset({4, 13, 14})))

        assert floors == [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16, 17, 18]

    def test_may_begin_above_the_shops(self) -> None:
        assert floors_of(plan(lowest=3, storeys=2)) == [3, 4]

    def test_have_no_zero(self) -> None:
        assert floors_of(plan(basements=2, storeys=1)) == [-2, -1, 1]


class TestAPlan:
    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"units": ()}, "请至少选择一个单元"),
            ({"units": (UnitPlan("1", 1), UnitPlan("1", 2))}, "不能重复"),
            ({"units": (UnitPlan("1", 1), UnitPlan("1单元", 2))}, "不能重复"),
            ({"units": tuple(UnitPlan(str(n), 1) for n in range(100))}, "不能超过 99"),
            ({"units": (UnitPlan("1", 0),)}, "每层户数"),
            ({"units": (UnitPlan("1", 201),)}, "每层户数"),
            ({"storeys": -1}, "楼层数应在"),
            ({"storeys": 301}, "楼层数应在"),
            ({"storeys": 0}, "不能都为 0"),
            ({"basements": 21}, "地下层数"),
            ({"lowest": 0}, "起始楼层"),
            ({"storeys": 300, "skipped": frozenset({4})}, "编到第 301 层"),
            ({"storeys": 300, "units": (UnitPlan("1", 40),)}, "一次最多生成 10,000 户，现为 12,000 户"),
        ],
    )
    def test_that_makes_no_building_says_why(self, changes: dict[str, Any], sentence: str) -> None:
        with pytest.raises(NoSuchPlan, match=sentence):
            rooms_of(plan(**changes))

    def test_spreads_one_number_over_all_or_takes_one_for_each(self) -> None:
        assert numbering.spread("户数", [2], 3) == (2, 2, 2)
        assert numbering.spread("户数", [2, 3, 4], 3) == (2, 3, 4)
        with pytest.raises(NoSuchPlan, match="3 个数，现有 2 个"):
            numbering.spread("户数", [2, 3], 3)

    def test_names_units_by_number_where_nobody_did(self) -> None:
        assert numbering.unit_names(3) == ("1", "2", "3")


#: A busy machine draws slowly; that says nothing about room numbers.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
plans = st.builds(
    Plan,
    units=st.lists(
        st.builds(
            UnitPlan,
            st.sampled_from(["1", "2", "3", "11", "1单元", "12单元", "A", "东", "B1", "1-1"]),
            st.integers(1, 12) | st.just(110),
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda unit: numbering.unit_name(unit.name),
    ).map(tuple),
    storeys=st.integers(1, 6),
    lowest=st.integers(1, 120),
    basements=st.integers(0, 12),
    skipped=st.frozensets(st.integers(1, 140), max_size=8),
    rule=st.sampled_from(list(RoomRule)),
)


class TestEveryPlan:
    @UNHURRIED
    @given(plans)
    def test_has_no_room_twice_in_a_unit(self, one: Plan) -> None:
        rooms = rooms_of(one)

        assert len({(room.unit, room.number) for room in rooms}) == len(rooms)

    @UNHURRIED
    @given(plans)
    def test_has_as_many_houses_as_floors_times_those_of_a_floor(self, one: Plan) -> None:
        rooms = rooms_of(one)
        floors = floors_of(one)

        assert len(floors) == one.storeys + one.basements
        for unit in one.units:
            mine = [room for room in rooms if room.unit == unit.name]
            assert len(mine) == len(floors) * unit.per_floor
            assert {room.floor for room in mine} == set(floors)

    @UNHURRIED
    @given(plans)
    def test_has_no_floor_that_is_skipped_or_nought(self, one: Plan) -> None:
        floors = floors_of(one)

        assert not set(floors) & (one.skipped | {0})
        assert floors == sorted(set(floors))

    @UNHURRIED
    @given(plans)
    def test_has_numbers_that_the_house_table_can_hold(self, one: Plan) -> None:
        assert max(len(room.number) for room in rooms_of(one)) <= 20

    @UNHURRIED
    @given(plans)
    def test_continued_over_the_units_has_no_number_twice_in_the_building(self, one: Plan) -> None:
        rooms = rooms_of(Plan(**{**vars(one), "rule": RoomRule.CONTINUED}))

        assert len({room.number for room in rooms}) == len(rooms)
