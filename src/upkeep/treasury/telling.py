"""What applications to split, merge or cancel houses say of the money: for the case page, its confirmation, its print.

While a case is open the figures are those of today's balances; once it is approved, those of the effect.
"""

from collections.abc import Sequence

from upkeep.books import sub_accounts
from upkeep.casework.models import Case
from upkeep.casework.procedure import Change, Table
from upkeep.casework.states import State
from upkeep.estate import lineage
from upkeep.estate.division import Division, NewPart, name_of
from upkeep.estate.models import House, Owner
from upkeep.estate.queries import current_ownerships, owner_names
from upkeep.estate.unit_accounts import accounts_among
from upkeep.kernel.areas import square_metres
from upkeep.kernel.masking import mask_name
from upkeep.kernel.money import yuan
from upkeep.treasury import payouts
from upkeep.treasury.dividing import balances_of
from upkeep.treasury.models import NOBODY_KNOWN

_NOT_SET = "尚未核定"
_NOBODY = "未登记"


class _Money:
    """What each old house had and each new one is given, in fen; today's or the effect's."""

    def __init__(self, case: Case, divisions: Sequence[Division]) -> None:
        self.is_done = case.state_now is State.APPROVED
        self.before: dict[int, int] = {}
        self.after: dict[int, int] = {}
        if self.is_done:
            self._as_done(case, divisions)
            return
        self.before = balances_of(divisions)
        for division in divisions:
            for house in division.old:
                for number, fen in division.shares(self.before[house.pk]).items():
                    self.after[number] = self.after.get(number, 0) + fen

    def _as_done(self, case: Case, divisions: Sequence[Division]) -> None:
        numbers = {
            (house.pk, part.unit, part.room): part.number
            for division in divisions
            for house in division.old
            for part in division.new
        }
        for row in lineage.of_case(case.pk):
            number = numbers[row.from_house_id, row.to_house.unit, row.to_house.room]
            self.before[row.from_house_id] = self.before.get(row.from_house_id, 0) + row.moved_fen
            self.after[number] = self.after.get(number, 0) + row.moved_fen


def division_tables(case: Case, divisions: Sequence[Division]) -> list[Table]:
    """Before and after, with areas, and how balance and first deposit are divided."""
    if not divisions:
        return []
    money = _Money(case, divisions)
    basis = "按审核通过时的余额结转" if money.is_done else "按今日余额试算，以审核通过时的余额为准"
    return [_before(divisions, money), _after(divisions, money, basis)]


def _before(divisions: Sequence[Division], money: _Money) -> Table:
    houses = [(division, house) for division in divisions for house in division.old]
    owners = owner_names([house.pk for _, house in houses])
    rows = [
        (
            name_of(house),
            house.get_use_display(),
            owners.get(house.pk, "—" if money.is_done else _NOBODY),
            square_metres(house.area_dm2),
            yuan(money.before.get(house.pk, 0)),
            _due(house.first_deposit_due_fen),
        )
        for _, house in houses
    ]
    total = ("合计", f"{len(rows)} 户", "", square_metres(sum(one.old_dm2 for one in divisions)))
    rows.append((*total, yuan(sum(money.before.values())), ""))
    columns = ("原房屋", "用途", "业主", "建筑面积（㎡）", "余额（元）", "首期应交（元）")
    return Table("拆分合并前", columns, rows, frozenset({3, 4, 5}))


def _after(divisions: Sequence[Division], money: _Money, basis: str) -> Table:
    rows = []
    for division in divisions:
        dues = division.shares(division.first_due) if division.first_due is not None else {}
        source = "、".join(name_of(house) for house in division.old)
        rows += [
            (
                _new_name(division, part),
                source,
                part.use.label,
                square_metres(part.area_dm2),
                yuan(money.after.get(part.number, 0)),
                _due(dues.get(part.number)),
            )
            for part in division.new
        ]
    count, area_dm2 = len(rows), sum(one.new_dm2 for one in divisions)
    rows.append(("合计", f"{count} 户", "", square_metres(area_dm2), yuan(sum(money.after.values())), ""))
    columns = ("新房屋", "来自", "用途", "建筑面积（㎡）", "分得余额（元）", "首期应交（元）")
    return Table(f"拆分合并后（{basis}）", columns, rows, frozenset({3, 4, 5}))


def _due(fen: int | None) -> str:
    return _NOT_SET if fen is None else yuan(fen)


def _new_name(division: Division, part: NewPart) -> str:
    return f"{division.old[0].building.name} {part.label}"


def division_changes(divisions: Sequence[Division]) -> list[Change]:
    """Each split or merge as one line: before and after with areas."""
    return [
        Change(
            f"{'合并' if len(one.old) > 1 else '拆分'}（{len(one.old)} 户变 {len(one.new)} 户）",
            "；".join(f"{name_of(house)} {square_metres(house.area_dm2)} ㎡" for house in one.old),
            "；".join(f"{_new_name(one, part)} {square_metres(part.area_dm2)} ㎡" for part in one.new),
        )
        for one in divisions
    ]


def area_differences(divisions: Sequence[Division]) -> list[str]:
    """Splits and merges that do not keep the floor area, in words."""
    return [
        f"{'、'.join(name_of(house) for house in one.old)}：原 {square_metres(one.old_dm2)} ㎡，"
        f"拆分合并后 {square_metres(one.new_dm2)} ㎡，{'多' if more > 0 else '少'} {square_metres(abs(more))} ㎡"
        for one in divisions
        if (more := one.new_dm2 - one.old_dm2)
    ]


def cancellation_tables(
    case: Case, houses: Sequence[House], *, unit_parts: payouts.UnitParts = payouts.no_units
) -> list[Table]:
    """The houses with their balances, and to whom these are owed: owners, and the units that sold them."""
    if not houses:
        return []
    owed = _as_owed(case) if case.state_now is State.APPROVED else _as_computed(houses, unit_parts)
    houses_of: dict[str, list[House]] = {}
    for house in houses:
        houses_of.setdefault(house.building.name, []).append(house)
    fen_of: dict[int, int] = {}
    for house, _, fen in owed:
        fen_of[house.pk] = fen_of.get(house.pk, 0) + fen
    summed = [
        (
            name,
            f"{len(these):,}",
            square_metres(sum(house.area_dm2 for house in these)),
            yuan(sum(fen_of.get(house.pk, 0) for house in these)),
        )
        for name, these in houses_of.items()
    ]
    total = square_metres(sum(house.area_dm2 for house in houses))
    summed.append(("合计", f"{len(houses):,}", total, yuan(sum(fen_of.values()))))
    rows = [(name_of(house), square_metres(house.area_dm2), whom, yuan(fen)) for house, whom, fen in owed]
    basis = "已转为应付返还资金" if case.state_now is State.APPROVED else "按今日余额试算，以审核通过时的余额为准"
    return [
        Table("注销楼栋", ("楼栋", "户数", "建筑面积（㎡）", "应返还金额（元）"), summed, frozenset({1, 2, 3})),
        Table(f"返还明细（{basis}）", ("房屋", "建筑面积（㎡）", "返还给", "金额（元）"), rows, frozenset({1, 3})),
    ]


def _masked(owner: Owner) -> str:
    return owner.name if owner.is_organisation else mask_name(owner.name)


def _as_owed(case: Case) -> list[tuple[House, str, int]]:
    return [(one.house, one.masked_owner, one.amount_fen) for one in payouts.of_case(case.pk)]


def _as_computed(houses: Sequence[House], unit_parts: payouts.UnitParts) -> list[tuple[House, str, int]]:
    ids = [house.pk for house in houses]
    owners, balances = current_ownerships(ids), sub_accounts.balances(ids)
    rows = []
    for house in houses:
        names = {one.owner_id: _masked(one.owner) for one in owners.get(house.pk, ())}
        if fen := balances[house.pk].balance_fen:
            parts = payouts.parts_of(fen, owners.get(house.pk, ()))
            rows += [(house, names.get(owner_id, NOBODY_KNOWN), part) for owner_id, part in parts.items()]
    by_id = {house.pk: house for house in houses}
    from_units = unit_parts(ids)
    units = accounts_among({account_id for _, account_id in from_units})
    rows += [
        (by_id[house_id], f"{units[account_id].organisation.name}（售房单位部分）", fen)
        for (house_id, account_id), fen in from_units.items()
    ]
    return rows
