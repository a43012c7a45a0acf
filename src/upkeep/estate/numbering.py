"""房号规则: which floors a building has and what its rooms are called. Pure functions.

Source: manual 000, 开发商 §2.1 step 5 (楼层数、房号规则、每单元每层户室). The rules are the usual ones; floors that people avoid
(4, 13, 14) are left out of the numbering, not out of the building: eighteen storeys stay eighteen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from upkeep.kernel.errors import Refusal

MOST_FLOOR, MOST_BASEMENTS, MOST_PER_FLOOR, MOST_UNITS = 300, 20, 200, 99
#: More houses than this in one building are generated in several goes.
MOST_ROOMS = 10_000


class NoSuchPlan(Refusal):
    """The building cannot be laid out like that; the sentence says why."""


class RoomRule(StrEnum):
    """房号规则. The label shows the rooms of the first floor of unit 1, and unit 2 where it differs."""

    FLOOR_ROOM = "FLOOR_ROOM"
    PADDED = "PADDED"
    CONTINUED = "CONTINUED"
    UNIT_DASH = "UNIT_DASH"
    UNIT_WORD = "UNIT_WORD"
    RUNNING = "RUNNING"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    RoomRule.FLOOR_ROOM: "楼层+序号：101、102",
    RoomRule.PADDED: "两位楼层+序号：0101、0102",
    RoomRule.CONTINUED: "楼层+序号，各单元连续：1单元101、102，2单元103、104",
    RoomRule.UNIT_DASH: "单元-楼层+序号：1-101、1-102",
    RoomRule.UNIT_WORD: "单元+楼层+序号：1单元101、1单元102",
    RoomRule.RUNNING: "单元内顺序号：1、2、3",
}


@dataclass(frozen=True)
class UnitPlan:
    """A unit (单元): its name and how many houses it has on each floor."""

    name: str
    per_floor: int


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A building, or part of one, to be filled with houses. `lowest` is the floor with which it begins above ground."""

    units: tuple[UnitPlan, ...]
    storeys: int
    lowest: int = 1
    basements: int = 0
    skipped: frozenset[int] = frozenset()
    rule: RoomRule = RoomRule.FLOOR_ROOM


class Room(NamedTuple):
    """A house to be: its unit, its floor, which one on the floor it is (from 1), and its room number (房号)."""

    unit: str
    floor: int
    place: int
    number: str


def floors_of(plan: Plan) -> list[int]:
    """The floors from the bottom: basements as -1, -2 …, then as many as there are storeys, without those skipped."""
    above: list[int] = []
    floor = plan.lowest
    while len(above) < plan.storeys:
        if floor not in plan.skipped:
            above.append(floor)
        floor += 1
    return [*range(-plan.basements, 0), *above]


def rooms_of(plan: Plan) -> list[Room]:
    """Every house of the plan, unit by unit from the bottom. Raises: NoSuchPlan."""
    check(plan)
    return list(_rooms(plan))


def check(plan: Plan) -> None:
    """Raises: NoSuchPlan with the first thing that is wrong."""
    names = [unit.name for unit in plan.units]
    counts = [unit.per_floor for unit in plan.units]
    wrong = {
        "请至少选择一个单元，或选择不分单元": not plan.units,
        f"单元数不能超过 {MOST_UNITS}": len(names) > MOST_UNITS,
        "单元名称不能重复": len({unit_name(one) for one in names}) < len(names),
        f"每层户数应在 1 到 {MOST_PER_FLOOR} 之间": not all(1 <= one <= MOST_PER_FLOOR for one in counts),
        f"地下层数应在 0 到 {MOST_BASEMENTS} 之间": not 0 <= plan.basements <= MOST_BASEMENTS,
        f"起始楼层应在 1 到 {MOST_FLOOR} 之间": not 1 <= plan.lowest <= MOST_FLOOR,
        f"楼层数应在 0 到 {MOST_FLOOR} 之间": not 0 <= plan.storeys <= MOST_FLOOR,
        "楼层数和地下层数不能都为 0": not plan.storeys + plan.basements,
        "不编号的楼层太多": len(plan.skipped) > MOST_FLOOR,
    }
    for sentence, is_so in wrong.items():
        if is_so:
            raise NoSuchPlan(sentence)
    if (highest := floors_of(plan)[-1]) > MOST_FLOOR:
        raise NoSuchPlan(f"最高楼层编到第 {highest} 层，超过 {MOST_FLOOR} 层，请核对楼层数")
    houses = (plan.storeys + plan.basements) * sum(counts)
    if houses > MOST_ROOMS:
        raise NoSuchPlan(f"一次最多生成 {MOST_ROOMS:,} 户，现为 {houses:,} 户，请分单元或分楼层生成")


def _rooms(plan: Plan) -> Iterator[Room]:
    floors = floors_of(plan)
    width = _width(plan)
    before = 0
    for unit in plan.units:
        running = 0
        for floor in floors:
            for place in range(1, unit.per_floor + 1):
                running += 1
                at = before + place if plan.rule is RoomRule.CONTINUED else place
                yield Room(unit.name, floor, place, _number(plan.rule, unit.name, floor, f"{at:0{width}}", running))
        before += unit.per_floor


def _width(plan: Plan) -> int:
    """Digits of the sequence on a floor: two, or as many as the largest needs, so that no two numbers can meet."""
    counts = [unit.per_floor for unit in plan.units]
    most = sum(counts) if plan.rule is RoomRule.CONTINUED else max(counts)
    return max(2, len(str(most)))


def _number(rule: RoomRule, unit: str, floor: int, sequence: str, running: int) -> str:
    """B1 stands for the first basement: -101 would be read as a dash."""
    level = f"B{-floor}" if floor < 0 else str(floor)
    if rule is RoomRule.RUNNING:
        return str(running)
    if rule is RoomRule.PADDED:
        return f"{level if floor < 0 else f'{floor:02}'}{sequence}"
    if rule is RoomRule.UNIT_DASH:
        return f"{bare_unit(unit)}-{level}{sequence}"
    if rule is RoomRule.UNIT_WORD:
        return f"{unit_name(unit)}{level}{sequence}"
    return f"{level}{sequence}"


def bare_unit(unit: str) -> str:
    """1单元 -> 1."""
    return unit.removesuffix("单元") or unit


def unit_name(unit: str) -> str:
    """1 -> 1单元, as people say it; a name stays as it is."""
    return f"{unit}单元" if unit.isdecimal() else unit


def unit_names(count: int) -> tuple[str, ...]:
    """The names that units have where nobody named them: 1, 2, 3 …"""
    return tuple(str(one) for one in range(1, count + 1))


def spread(what: str, values: Sequence[int], count: int) -> tuple[int, ...]:
    """One value for all, or one for each. Raises: NoSuchPlan when there are neither one nor as many as asked for."""
    if len(values) == 1:
        return tuple(values) * count
    if len(values) != count:
        raise NoSuchPlan(f"{what}应填写 1 个数（全部相同），或用逗号分隔的 {count} 个数，现有 {len(values)} 个")
    return tuple(values)
