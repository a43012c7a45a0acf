"""What a split or merge (房屋拆分合并) intends: which houses make way for which, and what is wrong with that.

A `Division` is one house split into several, or several merged into one; a case may hold many. How money and first
deposit are divided is computed here too, from areas alone: by largest remainder, exact to the fen, whatever the order
of the rows.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from upkeep.estate.kinds import HouseState, HouseUse, by_label
from upkeep.estate.models import House, Ownership
from upkeep.estate.queries import current_ownerships
from upkeep.kernel.allocation import allocate

_SEPARATORS = re.compile(r"[、,，;；]+")


@dataclass(frozen=True, kw_only=True)
class NewPart:
    """A house after the split or merge, as a row of the workbook says it. Areas in 0.01 m²."""

    number: int
    unit: str
    floor: int
    room: str
    use: HouseUse
    area_dm2: int
    inner_area_dm2: int | None
    address: str
    note: str

    @property
    def label(self) -> str:
        """1单元 1502, as the house will be called."""
        return f"{self.unit}单元 {self.room}" if self.unit.isdecimal() else f"{self.unit} {self.room}".strip()


@dataclass(frozen=True)
class Division:
    """Houses that make way, and what comes in their place."""

    old: tuple[House, ...]
    new: tuple[NewPart, ...]

    @property
    def left_as(self) -> HouseState:
        """What becomes of the old houses."""
        return HouseState.MERGED if len(self.old) > 1 else HouseState.SPLIT

    @property
    def old_dm2(self) -> int:
        """Floor area before, in 0.01 m²."""
        return sum(house.area_dm2 for house in self.old)

    @property
    def new_dm2(self) -> int:
        """Floor area after, in 0.01 m²."""
        return sum(part.area_dm2 for part in self.new)

    def shares(self, fen: int) -> dict[int, int]:
        """An amount of the old houses divided over the new ones by area: fen by the row's number; Σ is the amount.

        Ties of the remainders go by unit, floor and room, never by the order of the rows.
        """
        ranked = sorted(self.new, key=lambda part: (part.unit, part.floor, part.room))
        divided = allocate(fen, {place: part.area_dm2 for place, part in enumerate(ranked)})
        return {part.number: divided[place] for place, part in enumerate(ranked)}

    @property
    def first_due(self) -> int | None:
        """首期应交 of the old houses together, in fen; None where none was set."""
        dues = [house.first_deposit_due_fen for house in self.old if house.first_deposit_due_fen is not None]
        return sum(dues) if dues else None


class RowFault(NamedTuple):
    """What is wrong with a row: its number in the workbook, the column's key, a sentence."""

    number: int
    key: str
    text: str


def name_of(house: House) -> str:
    """How the workbook names an old house: 地下车库 A01."""
    return f"{house.building.name} {house.label}"


def template_rows(houses: Iterable[House]) -> Iterator[Mapping[str, Any]]:
    """The template begins with one row per chosen house, to be filled in or copied."""
    for house in houses:
        yield {
            "old": name_of(house),
            "unit": house.unit or None,
            "floor": house.floor,
            "use": house.get_use_display(),
            "address": house.address,
        }


Rows = Sequence[tuple[int, Mapping[str, Any]]]


class _Reader:
    """The rows put together to divisions, and every fault found on the way."""

    def __init__(self, houses: Sequence[House], rows: Rows) -> None:
        self.known = {_tidy(name_of(house)): house for house in houses}
        self.faults: list[RowFault] = []
        self.rows: dict[int, Mapping[str, Any]] = {}
        self.groups: dict[tuple[int, ...], list[int]] = {}
        for number, values in rows:
            if olds := self._olds(number, str(values["old"])):
                self.rows[number] = values
                self.groups.setdefault(olds, []).append(number)

    def _olds(self, number: int, text: str) -> tuple[int, ...]:
        names = [name.strip() for name in _SEPARATORS.split(text) if name.strip()]
        found = [self.known.get(_tidy(name)) for name in names]
        for name, house in zip(names, found, strict=True):
            if house is None:
                self._fault(number, "old", f"“{name[:40]}”不在所选房屋中，请照抄模板中的名称，或返回上一步补选")
        ids = sorted({house.pk for house in found if house is not None})
        return tuple(ids) if ids and None not in found else ()

    def _fault(self, number: int, key: str, text: str) -> None:
        self.faults.append(RowFault(number, key, text))

    def divisions(self) -> list[Division]:
        """Every group that is a split or a merge; what is neither is a fault."""
        by_id = {house.pk: house for house in self.known.values()}
        taken: dict[int, int] = {}
        found = []
        for olds, numbers in self.groups.items():
            if clash := next((taken[pk] for pk in olds if pk in taken), None):
                self._fault(numbers[0], "old", f"原房屋与第 {clash} 行的重叠：一户要么拆分，要么与同样的几户合并")
                continue
            taken |= dict.fromkeys(olds, numbers[0])
            if len(olds) == 1 and len(numbers) == 1:
                self._fault(numbers[0], "old", "一户对一户不是拆分或合并，请办理“房屋信息变更”")
            elif len(olds) > 1 and len(numbers) > 1:
                self._fault(numbers[1], "old", "几户变为另外几户的，请分两次办理：先合并为一户，再拆分")
            else:
                parts = tuple(_part(number, self.rows[number]) for number in numbers)
                found.append(Division(tuple(by_id[pk] for pk in olds), parts))
        return found


def _tidy(name: str) -> str:
    return "".join(name.split())


def _part(number: int, values: Mapping[str, Any]) -> NewPart:
    return NewPart(
        number=number,
        unit=values["unit"] or "",
        floor=values["floor"],
        room=values["room"],
        use=by_label(HouseUse, values["use"]),
        area_dm2=values["area_dm2"],
        inner_area_dm2=values["inner_area_dm2"],
        address=values["address"],
        note=values["note"] or "",
    )


def divisions_of(houses: Sequence[House], rows: Rows) -> list[Division]:
    """The splits and merges that the rows intend for the chosen houses, in the order of the rows."""
    return _Reader(houses, rows).divisions()


def faults_of(houses: Sequence[House], rows: Rows) -> list[RowFault]:
    """All that is wrong with the rows, for the chosen houses as they stand now. Three queries."""
    reader = _Reader(houses, rows)
    divisions = reader.divisions()
    owners = current_ownerships([house.pk for house in houses])
    for division in divisions:
        for text in _merge_faults(division, owners):
            reader.faults.append(RowFault(division.new[0].number, "old", text))
    reader.faults += _room_faults(divisions, houses)
    return sorted(reader.faults)


def _merge_faults(division: Division, owners: Mapping[int, Sequence[Ownership]]) -> Iterator[str]:
    """What forbids houses to become one."""
    old = division.old
    if len({house.building_id for house in old}) > 1:
        yield "被合并的房屋不在同一楼栋，不能合并"
    if len({house.nature for house in old}) > 1:
        natures = "、".join(sorted({house.get_nature_display() for house in old}))
        yield f"被合并的房屋性质不同（{natures}），资金分别核算，不能合并"
    if len({house.first_deposit_due_fen is None for house in old}) > 1:
        yield "被合并的房屋有的已交首期维修资金、有的未交，请先交齐再合并"
    if len({same_owners(owners.get(house.pk, ())) for house in old}) > 1:
        yield "被合并的房屋业主或份额不一致，请先办理过户，使业主和份额相同后再合并"


def same_owners(owned: Iterable[Ownership]) -> frozenset[tuple[int, int, str]]:
    """Who owns a house, to which part and in which manner, for comparing."""
    return frozenset((one.owner_id, one.share_ppm, one.manner) for one in owned)


def _room_faults(divisions: Sequence[Division], houses: Sequence[House]) -> Iterator[RowFault]:
    """Rooms named twice in the workbook, or taken by a house that stays."""
    leaving = [house.pk for house in houses]
    buildings = {division.old[0].building_id for division in divisions}
    rooms = {part.room for division in divisions for part in division.new}
    staying = set(
        House.objects.filter(building_id__in=buildings, room__in=rooms, state=HouseState.ACTIVE)
        .exclude(pk__in=leaving)
        .values_list("building_id", "unit", "room")
    )
    seen: dict[tuple[int, str, str], int] = {}
    for division in divisions:
        for part in division.new:
            key = (division.old[0].building_id, part.unit, part.room)
            first = seen.setdefault(key, part.number)
            if first != part.number:
                yield RowFault(part.number, "room", f"与第 {first} 行是同一户（楼栋、单元、房号重复）")
            elif key in staying:
                yield RowFault(part.number, "room", f"楼盘表中已有 {part.label}，请改用其他房号")


def left_out(houses: Sequence[House], divisions: Sequence[Division]) -> list[House]:
    """Chosen houses of which no row says what becomes of them."""
    named = {house.pk for division in divisions for house in division.old}
    return [house for house in houses if house.pk not in named]
