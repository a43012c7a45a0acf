"""资金管理: every house one sees with what it owed, has paid and has left, found by state and by house; and the sums.

Source: manual 000 §2.3, §2.4 资金管理 (缴费状态, 户室号).
"""

import datetime as dt
import re
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from upkeep.banking.models import PaySlipLine, SlipState
from upkeep.books.house_standing import (
    HouseStanding,
    StandingWanted,
    houses_by_standing,
    sums_by_standing,
    unpaid_alike,
)
from upkeep.deposits.arrears import percents_of
from upkeep.deposits.queries import DepositState, HouseDeposit, house_deposits
from upkeep.estate.house_search import (
    MOST_EXPORTED,
    MOST_LISTED,
    Criterion,
    HouseSearch,
    find_houses,
    houses_to_export,
    named,
)
from upkeep.estate.models import House
from upkeep.estate.queries import owner_names, visible_to
from upkeep.parties.actor import Actor
from upkeep.sheets.kinds import FloorArea, Money, Text
from upkeep.sheets.sheet import Column, Sheet

#: More kinds of houses than this are not added up one by one; the page then leaves the sum of what is missing out.
_MOST_ALIKE = 5_000


@dataclass(frozen=True, kw_only=True)
class DepositSearch:
    """What houses are looked for: state, 户室号 (a room, or several words), area, building, beginning of an owner's name."""

    state: str = ""
    house: str = ""
    area: str = ""
    building: str = ""
    owner: str = ""


@dataclass(frozen=True, kw_only=True)
class DepositRow:
    """A house of the list. `missing_fen`: its first deposit while that is unpaid; None where no standard fits it."""

    house: House
    owner: str
    state: DepositState
    due_fen: int | None
    paid_fen: int
    missing_fen: int | None
    balance_fen: int


@dataclass(frozen=True, kw_only=True)
class DepositPage:
    """A page of houses. `next_key` is empty on the last."""

    rows: Sequence[DepositRow]
    next_key: str


@dataclass(frozen=True, kw_only=True)
class DepositSums:
    """Everything listed together. `missing_fen` is None where it cannot be said; `short_fen` is what the houses in arrears
    lack of their first deposit."""

    houses: dict[DepositState, int]
    due_fen: int | None
    paid_fen: int
    missing_fen: int | None
    short_fen: int
    balance_fen: int

    @property
    def house_count(self) -> int:
        return sum(self.houses.values())


def wanted_of(search: DepositSearch, *, actor: Actor, on: dt.date) -> StandingWanted:
    """The search in terms of the register and of that day's rules, within what the actor sees.

    Raises: house_search.TooShort.
    """
    areas = visible_to(actor)
    if text := search.area.strip():
        areas = areas.filter(named(text))
    house_ids = _matching(search, actor=actor)
    percents = percents_of(list(areas.order_by("pk").values_list("pk", flat=True)), on=on)
    usual = statistics.mode(percents.values()) if percents else 0
    return StandingWanted(
        area_ids=list(percents),
        arrears_percent=usual,
        other_percents={area_id: percent for area_id, percent in percents.items() if percent != usual},
        state=HouseStanding(search.state) if search.state else None,
        house_ids=house_ids,
    )


def _matching(search: DepositSearch, *, actor: Actor) -> list[int] | None:
    """The houses that the typed conditions name, at most 20,000 each; None where nothing was typed."""
    found: list[set[int]] = []
    if text := search.house.strip():
        found.append({house.pk for house in find_houses(actor=actor, text=text)[:MOST_LISTED]})
    typed = ((Criterion.BUILDING, search.building), (Criterion.OWNER, search.owner))
    for criterion, value in typed:
        if value := value.strip():
            wanted = HouseSearch(criterion=criterion.value, value=value, area=search.area)
            found.append({house.pk for house in houses_to_export(actor=actor, wanted=wanted)})
    return sorted(set.intersection(*found)) if found else None


def deposit_page(
    wanted: StandingWanted, *, on: dt.date, after: str = "", size: int = 20, masked: bool = True
) -> DepositPage:
    """A page of houses with owners, dues and payments. Eight queries."""
    keys = houses_by_standing(wanted, after=_key(after), size=size + 1)
    rows = _rows([house_id for _, house_id in keys[:size]], on=on, masked=masked)
    more = len(keys) > size
    return DepositPage(rows=rows, next_key="{}-{}".format(*keys[size - 1]) if more else "")


def _rows(house_ids: Sequence[int], *, on: dt.date, masked: bool) -> list[DepositRow]:
    houses = House.objects.select_related("area", "building").in_bulk(list(house_ids))
    found = house_deposits([houses[pk] for pk in house_ids], on=on)
    paid = _paid(house_ids)
    owners = owner_names(list(house_ids), masked=masked)
    return [_row(one, owner=owners.get(one.house.pk, ""), paid_fen=paid.get(one.house.pk, 0)) for one in found]


def _row(one: HouseDeposit, *, owner: str, paid_fen: int) -> DepositRow:
    return DepositRow(
        house=one.house,
        owner=owner,
        state=one.state,
        due_fen=one.due_fen,
        paid_fen=paid_fen,
        missing_fen=one.due_fen if one.state in (DepositState.NONE, DepositState.WAITING) else 0,
        balance_fen=one.balance_fen,
    )


def _paid(house_ids: Sequence[int]) -> dict[int, int]:
    """What has come in by slips, of each house; not what its selling unit paid in."""
    lines = PaySlipLine.objects.filter(
        house_id__in=house_ids, slip__state=SlipState.PAID, slip__unit_account__isnull=True
    ).order_by()
    return dict(lines.values_list("house_id").annotate(total=Sum("amount_fen")))


def deposit_sums(wanted: StandingWanted, *, on: dt.date) -> DepositSums:
    """The sums of everything that is listed, whatever page is shown. Eight queries."""
    by_state = sums_by_standing(wanted)
    missing_fen = _missing(wanted, on=on)
    due_fen = sum(one.due_fen for one in by_state.values())
    return DepositSums(
        houses={
            state: (by_state[found].houses if (found := HouseStanding(state)) in by_state else 0)
            for state in DepositState
        },
        due_fen=None if missing_fen is None else due_fen + missing_fen,
        paid_fen=due_fen,
        missing_fen=missing_fen,
        short_fen=sum(
            one.due_fen - one.balance_fen for state, one in by_state.items() if state is HouseStanding.ARREARS
        ),
        balance_fen=sum(one.balance_fen for one in by_state.values()),
    )


def _missing(wanted: StandingWanted, *, on: dt.date) -> int | None:
    alike = unpaid_alike(wanted, most=_MOST_ALIKE)
    if alike is None:
        return None
    counts = {one.house_id: one.houses for one in alike}
    houses = House.objects.filter(pk__in=list(counts)).select_related("building")
    found = house_deposits(list(houses), on=on)
    if any(one.due_fen is None for one in found):
        return None
    return sum((one.due_fen or 0) * counts[one.house.pk] for one in found)


def _key(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"([0-9]{1,18})-([0-9]{1,18})", text)
    return (int(found[1]), int(found[2])) if found else None


class DepositRegister(Sheet):
    """资金管理 as a workbook: one row per house, owners masked."""

    title = "资金管理"
    columns = (
        Column(key="area", title="物业区域名称", kind=Text(60), width=26),
        Column(key="building", title="楼栋名称", kind=Text(30), width=12),
        Column(key="unit", title="单元", kind=Text(20), width=10),
        Column(key="room", title="户室号", kind=Text(20), width=12),
        Column(key="owner", title="业主", kind=Text(400), width=18),
        Column(key="area_dm2", title="建筑面积", kind=FloorArea(10**9), width=12),
        Column(key="state", title="缴费状态", kind=Text(10), width=10),
        Column(key="due_fen", title="应交(元)", kind=Money(), width=14),
        Column(key="paid_fen", title="已交(元)", kind=Money(), width=14),
        Column(key="missing_fen", title="未交(元)", kind=Money(), width=14),
        Column(key="balance_fen", title="余额(元)", kind=Money(), width=14),
    )

    @staticmethod
    def rows(rows: Iterable[DepositRow]) -> Iterator[dict[str, Any]]:
        """The cells of each house."""
        for row in rows:
            yield {
                "area": row.house.area.name,
                "building": row.house.building.name,
                "unit": row.house.unit_name or None,
                "room": row.house.room,
                "owner": row.owner or None,
                "area_dm2": row.house.area_dm2,
                "state": row.state.label,
                "due_fen": row.due_fen,
                "paid_fen": row.paid_fen,
                "missing_fen": row.missing_fen,
                "balance_fen": row.balance_fen,
            }


def deposits_to_export(wanted: StandingWanted, *, on: dt.date) -> Sequence[DepositRow]:
    """The same houses for a workbook, at most 20,000, owners masked."""
    return deposit_page(wanted, on=on, size=MOST_EXPORTED).rows
