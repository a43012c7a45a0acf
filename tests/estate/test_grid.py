"""The drawing of 楼盘表."""

import random
import time

import pytest

from upkeep.estate.grid import BuildingGrid, Cell, GridState, joined_doors, lay_out, natural

# covers: E13


def cell(house_id: int, label: str, floor: int, unit: str = "1单元", state: GridState = GridState.PAID) -> Cell:
    return Cell(house_id=house_id, label=label, unit=unit, floor=floor, area_dm2=8_942, state=state)


def drawn(grid: BuildingGrid) -> list[str]:
    """The drawing as text: one line a row, dots for nothing, * for what spans."""
    return [
        f"{floor.name} "
        + " ".join((slot.cell.label if slot.cell else ".") + "*" * (slot.span - 1) for slot in line.slots)
        for floor in grid.floors
        for line in floor.lines
    ]


def regular(units: tuple[str, ...] = ("1单元", "2单元"), floors: int = 3, doors: int = 2) -> list[Cell]:
    return [
        cell(floor * 1000 + number * 10 + door, f"{floor}{door:02d}", floor, unit)
        for floor in range(1, floors + 1)
        for number, unit in enumerate(units)
        for door in range(1, doors + 1)
    ]


class TestTheDrawing:
    def test_has_floors_from_the_top_and_units_side_by_side(self) -> None:
        assert drawn(lay_out(building="3幢", cells=regular())) == [
            "3层 301 302 301 302",
            "2层 201 202 201 202",
            "1层 101 102 101 102",
        ]

    def test_is_the_same_in_whatever_order_the_houses_come(self) -> None:
        cells = [*regular(), *(cell(9_000 + i, f"B1-{i:03d}", -1, "") for i in range(120)), cell(1, "101", 1)]
        shuffled = random.Random(5).sample(cells, len(cells))
        assert lay_out(building="3幢", cells=cells) == lay_out(building="3幢", cells=shuffled)

    def test_loses_no_house_however_odd_the_labels(self) -> None:
        chance = random.Random(11)
        labels = ["101", "1-1", "甲", "", "A", "101、102", "101-109", "B1-7", "商铺3", "0", "十五", "999999999999"]
        for _ in range(200):
            cells = [
                cell(i, chance.choice(labels), chance.choice([-2, -1, 1, 2, 10]), chance.choice(["", "1单元", "东"]))
                for i in range(chance.randint(0, 60))
            ]
            grid = lay_out(building="怪", cells=cells)
            shown = [s.cell.house_id for f in grid.floors for line in f.lines for s in line.slots if s.cell]
            assert sorted(shown) == list(range(len(cells)))
            assert all(
                sum(slot.span for slot in line.slots) + (0 if line.is_block else grid.spare) == grid.width
                for floor in grid.floors
                for line in floor.lines
            )

    def test_keeps_a_door_in_its_column_where_a_floor_lacks_one(self) -> None:
        cells = [one for one in regular(units=("1单元",), doors=3) if one.label != "202"]
        assert drawn(lay_out(building="3幢", cells=cells))[1] == "2层 201 . 203"

    def test_orders_units_as_people_count(self) -> None:
        grid = lay_out(building="3幢", cells=regular(units=("10单元", "2单元", "1单元")))
        assert [unit.name for unit in grid.units] == ["1单元", "2单元", "10单元"]

    def test_leaves_room_for_two_houses_of_one_number(self) -> None:
        cells = [*regular(units=("1单元",)), cell(77, "201", 2, state=GridState.CANCELLED)]
        assert drawn(lay_out(building="3幢", cells=cells)) == ["3层 301 . 302", "2层 201 201 202", "1层 101 . 102"]

    def test_stretches_a_joined_house_over_the_rooms_it_was_made_from(self) -> None:
        cells = [one for one in regular(units=("1单元",), doors=4) if one.label not in ("302", "303")]
        cells.append(cell(77, "302-303", 3))
        assert drawn(lay_out(building="3幢", cells=cells))[0] == "3层 301 302-303* 304"

    def test_wraps_a_cellar_of_120_places_into_a_block(self) -> None:
        cells = [*regular(floors=6, doors=4), *(cell(9_000 + i, f"B1-{i:03d}", -1, "") for i in range(1, 121))]
        grid = lay_out(building="3幢", cells=cells)
        cellar = grid.floors[-1]
        assert (cellar.name, cellar.house_count, len(cellar.lines)) == ("地下1层", 120, 15)
        assert all(len(line.slots) == 8 and line.is_block for line in cellar.lines)

    def test_puts_shops_below_a_tower_into_a_block_of_their_own(self) -> None:
        cells = [*regular(floors=6), *(cell(9_000 + i, f"商铺{i}", 1, "") for i in range(1, 12))]
        grid = lay_out(building="3幢", cells=cells)
        assert [unit.name for unit in grid.units] == ["1单元", "2单元"]
        assert [line.is_block for line in grid.floors[-1].lines] == [False, True, True]

    def test_counts_states_and_area(self) -> None:
        cells = [*regular(), cell(77, "303", 3, state=GridState.LOW)]
        grid = lay_out(building="3幢", cells=cells)
        assert [(entry.state, entry.count) for entry in grid.legend] == [(GridState.PAID, 12), (GridState.LOW, 1)]
        assert (grid.house_count, grid.area_dm2) == (13, 13 * 8_942)

    def test_of_an_empty_building_is_empty(self) -> None:
        grid = lay_out(building="空", cells=[])
        assert (grid.floors, grid.units, grid.width) == ((), (), 0)

    def test_of_1000_houses_takes_a_small_part_of_a_page(self) -> None:
        cells = regular(units=("1单元", "2单元", "3单元", "4单元", "5单元"), floors=50, doors=4)
        start = time.perf_counter()
        lay_out(building="3幢", cells=cells)
        assert time.perf_counter() - start < 0.5


class TestLabels:
    @pytest.mark.parametrize(
        ("label", "floor", "doors"),
        [
            ("1501-1502", 15, [1, 2]),
            ("1501、02", 15, [1, 2]),
            ("1501-1504", 15, [1, 2, 3, 4]),
            ("1501", 15, []),
            ("3-1501", 15, []),
            ("1501-1599", 15, []),
        ],
    )
    def test_of_joined_houses_are_understood(self, label: str, floor: int, doors: list[int]) -> None:
        assert [number for _, number, _ in joined_doors(label, floor)] == doors

    def test_sort_as_people_count(self) -> None:
        assert sorted(["10单元", "2单元", "1单元"], key=natural) == ["1单元", "2单元", "10单元"]
