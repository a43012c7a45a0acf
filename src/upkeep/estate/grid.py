"""楼盘表: lays the houses of one building out as floors and units, as a drawing that people recognise.

Pure: it is given cells and answers with a drawing; the same cells in any order give the same drawing. It refuses nothing,
for registers hold odd buildings: shops along a street, a cellar with 120 parking spaces, rooms joined, units that are missing.
"""

import math
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class GridState(StrEnum):
    """What the colour of a cell says about its house."""

    PAID = "PAID"
    LOW = "LOW"
    UNPAID = "UNPAID"
    BUSY = "BUSY"
    CANCELLED = "CANCELLED"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]

    @property
    def css(self) -> str:
        return f"is-{self.value.lower()}"


_STATE_LABELS = {
    GridState.PAID: "已交存",
    GridState.LOW: "余额不足",
    GridState.UNPAID: "未交存",
    GridState.BUSY: "办理中",
    GridState.CANCELLED: "已注销",
}

#: A floor with more houses than this in one unit (shops, parking spaces) is wrapped into a block.
LONGEST_LINE = 16
#: A block is at least so wide, however narrow the building above it is, and at most so wide.
NARROWEST_BLOCK, WIDEST_BLOCK = 8, 16


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One house as the drawing shows it. The owner comes masked; `why_not` says why it cannot be chosen."""

    house_id: int
    label: str
    unit: str
    floor: int
    area_dm2: int
    state: GridState
    owner_masked: str = ""
    use: str = ""
    note: str = ""
    selectable: bool = True
    why_not: str = ""

    @property
    def spoken(self) -> str:
        """What a screen reader says on the cell."""
        where = " ".join(part for part in (self.unit, self.label) if part)
        parts = (where, self.state.label, self.owner_masked, self.why_not)
        return "，".join(part for part in parts if part)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One place of a line: a house, or nothing. A joined house spans the places of the rooms it was made from.

    `column` is the number of the column that the place can be chosen with; 0 in a block, which has no columns.
    """

    cell: Cell | None
    column: int = 0
    span: int = 1


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of places."""

    slots: tuple[Slot, ...]
    is_block: bool = False


@dataclass(frozen=True, kw_only=True)
class Floor:
    """层: one line of columns, and below it the block of what does not fit into columns."""

    number: int
    lines: tuple[Line, ...]
    house_count: int

    @property
    def name(self) -> str:
        return f"{self.number}层" if self.number > 0 else f"地下{-self.number}层"


@dataclass(frozen=True, kw_only=True)
class UnitColumns:
    """单元: its name and the numbers of its columns."""

    name: str
    columns: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class LegendEntry:
    """One colour, what it means and how many houses have it."""

    state: GridState
    count: int


@dataclass(frozen=True, kw_only=True)
class BuildingGrid:
    """楼盘表 of one building. Floors from the top down; `width` is the number of columns of the widest line."""

    building: str
    floors: tuple[Floor, ...]
    units: tuple[UnitColumns, ...]
    width: int
    legend: tuple[LegendEntry, ...]
    house_count: int
    area_dm2: int
    cells: tuple[Cell, ...] = field(repr=False)

    @property
    def spare(self) -> int:
        """How many places a line of columns is shorter than the widest block."""
        return self.width - len(self.column_numbers)

    @property
    def column_numbers(self) -> tuple[int, ...]:
        return tuple(column for unit in self.units for column in unit.columns)


#: Where a house stands on its floor within its unit: its door number, or its label where that gives none.
_Door = tuple[int, int, str]


def lay_out(*, building: str, cells: Iterable[Cell]) -> BuildingGrid:
    """Draw a building."""
    ordered = sorted(cells, key=lambda cell: (-cell.floor, natural(cell.unit), natural(cell.label), cell.house_id))
    by_place: dict[tuple[str, int], list[Cell]] = defaultdict(list)
    for cell in ordered:
        by_place[cell.unit, cell.floor].append(cell)
    blocks = _blocks(by_place)
    units, places = _columns({place: found for place, found in by_place.items() if place not in blocks})
    drawn = sum(len(unit.columns) for unit in units)
    width = max(drawn, _block_width(drawn, [len(by_place[place]) for place in blocks]))
    floors = []
    for number in sorted({cell.floor for cell in ordered}, reverse=True):
        in_block = [
            cell for unit in _unit_order(by_place) if (unit, number) in blocks for cell in by_place[unit, number]
        ]
        main = {column: slot for (floor, column), slot in places.items() if floor == number}
        lines = [_main_line(main, drawn)] if main else []
        lines += [_block_line(in_block[start : start + width], width) for start in range(0, len(in_block), width)]
        count = len(in_block) + sum(1 for slot in main.values() if slot.cell)
        floors.append(Floor(number=number, lines=tuple(lines), house_count=count))
    counts = Counter(cell.state for cell in ordered)
    return BuildingGrid(
        building=building,
        floors=tuple(floors),
        units=units,
        width=width,
        legend=tuple(LegendEntry(state=state, count=counts[state]) for state in GridState if counts[state]),
        house_count=len(ordered),
        area_dm2=sum(cell.area_dm2 for cell in ordered),
        cells=tuple(ordered),
    )


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that puts 2单元 before 10单元."""
    parts = re.findall(r"\d+|\D+", text)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def _unit_order(by_place: Mapping[tuple[str, int], Sequence[Cell]]) -> list[str]:
    return sorted({unit for unit, _ in by_place}, key=natural)


def _blocks(by_place: Mapping[tuple[str, int], Sequence[Cell]]) -> set[tuple[str, int]]:
    """The floors of units that are wrapped: very long ones, and wide low parts (shops) of a building that is tall."""
    floors_of = {unit: [len(found) for (u, _), found in by_place.items() if u == unit] for unit, _ in by_place}
    tallest = max((len(counts) for counts in floors_of.values()), default=0)
    blocks = set()
    for (unit, floor), found in by_place.items():
        usual = statistics.median_low(floors_of[unit])
        is_long = len(found) > LONGEST_LINE or (len(found) > NARROWEST_BLOCK and len(found) > 2 * usual)
        is_low_part = len(floors_of[unit]) <= 2 < 4 <= tallest and max(floors_of[unit]) > NARROWEST_BLOCK
        if is_long or is_low_part:
            blocks.add((unit, floor))
    return blocks


def _block_width(drawn: int, lengths: Sequence[int]) -> int:
    """Blocks are as wide as the building above them within reason; alone, they come out about as wide as they are tall."""
    if not lengths:
        return 0
    if drawn:
        return min(max(drawn, NARROWEST_BLOCK), WIDEST_BLOCK)
    longest = max(lengths)
    return min(max(math.isqrt(longest), NARROWEST_BLOCK), WIDEST_BLOCK, longest)


def _columns(
    by_place: Mapping[tuple[str, int], Sequence[Cell]],
) -> tuple[tuple[UnitColumns, ...], dict[tuple[int, int], Slot]]:
    """The units with their columns, and what stands at each (floor, column)."""
    units: list[UnitColumns] = []
    places: dict[tuple[int, int], Slot] = {}
    first = 1
    for unit in _unit_order(by_place):
        rows = {floor: _doors(floor, found) for (u, floor), found in by_place.items() if u == unit}
        doors = sorted({door for row in rows.values() for covered, _ in row for door in covered})
        longest = max(len(row) for row in rows.values())
        if len(doors) > max(longest + 2, longest * 3 // 2):  # the labels are no door numbers: go by order
            rows = {
                floor: [(((0, index, ""),), cell) for index, (_, cell) in enumerate(row)]
                for floor, row in rows.items()
            }
            doors = [(0, index, "") for index in range(longest)]
        column_of = {door: first + index for index, door in enumerate(doors)}
        for floor, row in rows.items():
            for covered, cell in row:
                column, span = column_of[covered[0]], column_of[covered[-1]] - column_of[covered[0]] + 1
                places[floor, column] = Slot(cell=cell, column=column, span=span)
        units.append(UnitColumns(name=unit, columns=tuple(column_of.values())))
        first += len(doors)
    return tuple(units), places


def _doors(floor: int, cells: Sequence[Cell]) -> list[tuple[tuple[_Door, ...], Cell]]:
    """The doors each cell of one floor of one unit covers. No two cells share a door."""
    single = {cell.house_id: door_of(cell.label, floor) for cell in cells}
    taken: set[_Door] = set()
    row = []
    for cell in sorted(
        cells, key=lambda one: (len(joined_doors(one.label, floor)), single[one.house_id], one.house_id)
    ):
        covered = joined_doors(cell.label, floor)
        if not covered or not taken.isdisjoint(covered) or _others_between(covered, single, cell):
            covered = (_free(single[cell.house_id], taken),)
        taken.update(covered)
        row.append((covered, cell))
    return sorted(row, key=lambda pair: pair[0])


def _others_between(covered: tuple[_Door, ...], single: Mapping[int, _Door], cell: Cell) -> bool:
    """Does another house stand between the first and the last door of a joined one?"""
    others = (door for house_id, door in single.items() if house_id != cell.house_id)
    return any(covered[0] <= door <= covered[-1] for door in others)


def _free(door: _Door, taken: set[_Door]) -> _Door:
    """The door, or, where a register has two houses with one number, a place right of it."""
    kind, number, text = door
    while (kind, number, text) in taken:
        text += "'"
    return (kind, number, text)


def door_of(label: str, floor: int) -> _Door:
    """1502 on floor 15 is door 2; B1-007 in the first cellar is door 7; what says nothing about a door sorts by itself."""
    text = label.strip()
    starts = (str(floor),) if floor > 0 else tuple(f"{mark}{-floor}" for mark in ("B", "b", "-", "负", "地下"))
    for start in starts:
        rest = text.removeprefix(start).strip("-_#号室 ") if text.startswith(start) else ""
        if rest.isdecimal() and len(rest) <= 3:
            return (0, int(rest), "")
        if len(rest) == 1 and rest.isalpha():
            return (1, ord(rest.upper()), "")
    return (2, *_number_in(text))


def _number_in(text: str) -> tuple[int, str]:
    numbers = re.findall(r"\d+", text)
    return (int(numbers[-1][:9]) if numbers else 0, text)


def joined_doors(label: str, floor: int) -> tuple[_Door, ...]:
    """The doors of a house made from several rooms (1501-1502, 1501、02); empty for an ordinary one."""
    parts = [part for part in re.split(r"[-~～、/,，+]", label.strip()) if part]
    if len(parts) < 2:
        return ()
    doors = [door_of(part, floor) for part in parts]
    for index, part in enumerate(parts[1:], start=1):
        if doors[index][0] == 2 and part.isdecimal() and len(part) <= 2:
            doors[index] = (0, int(part), "")
    if any(kind != 0 for kind, _, _ in doors):
        return ()
    first, last = min(doors), max(doors)
    if not 0 < last[1] - first[1] < NARROWEST_BLOCK:
        return ()
    return tuple((0, number, "") for number in range(first[1], last[1] + 1))


def _main_line(main: Mapping[int, Slot], drawn: int) -> Line:
    slots: list[Slot] = []
    column = 1
    while column <= drawn:
        slot = main.get(column) or Slot(cell=None, column=column)
        slots.append(slot)
        column += slot.span
    return Line(slots=tuple(slots))


def _block_line(cells: Sequence[Cell], width: int) -> Line:
    blanks = [Slot(cell=None)] * (width - len(cells))
    return Line(slots=(*(Slot(cell=cell) for cell in cells), *blanks), is_block=True)
