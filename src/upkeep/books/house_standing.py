"""Houses by how they stand with their first deposit (缴费状态), a page at a time and in sums, where houses are a million.

The state is a matter of the register (what the first deposit was set at), of the claims (a notice waits) and of the balance; the
three are joined here, where the journal may be read. What the states are called and where the line of arrears lies is said by the
caller.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from upkeep.ledger import api as ledger


class HouseStanding(StrEnum):
    """How a house stands."""

    NONE = "NONE"
    WAITING = "WAITING"
    PAID = "PAID"
    ARREARS = "ARREARS"


@dataclass(frozen=True, kw_only=True)
class StandingWanted:
    """Which live houses are looked for. `house_ids` are those that match a typed condition; None narrows nothing. Below
    `arrears_percent` of its first deposit a house is in arrears, in the areas of `other_percents` below theirs."""

    area_ids: Collection[int]
    arrears_percent: int
    other_percents: Mapping[int, int] = field(default_factory=dict)
    state: HouseStanding | None = None
    building_ids: Collection[int] | None = None
    house_ids: Collection[int] | None = None


#: A house's place in the list: area, id.
Key = tuple[int, int]

_CLAIMED = "exists (select 1 from estate_houseclaim c where c.house_id = h.id and c.kind = 'DEPOSIT')"
_BALANCE = "coalesce(s.balance_fen, 0)"
_OTHER_PERCENT = "coalesce((%(others)s::jsonb ->> h.area_id::text)::int, %(percent)s)"
#: The states in which the first deposit has been paid.
_SETTLED = (HouseStanding.PAID, HouseStanding.ARREARS)


def _is_short(wanted: StandingWanted) -> str:
    percent = _OTHER_PERCENT if wanted.other_percents else "%(percent)s"
    return f"{_BALANCE} * 100 < h.first_deposit_due_fen * {percent}"


def _condition(wanted: StandingWanted) -> str:
    return {
        None: "true",
        HouseStanding.NONE: f"h.first_deposit_due_fen is null and not {_CLAIMED}",
        HouseStanding.WAITING: f"h.first_deposit_due_fen is null and {_CLAIMED}",
        HouseStanding.PAID: f"h.first_deposit_due_fen is not null and not ({_is_short(wanted)})",
        HouseStanding.ARREARS: f"h.first_deposit_due_fen is not null and {_is_short(wanted)}",
    }[wanted.state]


_FROM = (
    "from estate_house h left join ledger.sub_account s on s.id = h.id and s.area_id = h.area_id"
    " where h.state = 'ACTIVE' and h.area_id = any (%(areas)s::bigint[])"
    " and (%(buildings)s::bigint[] is null or h.building_id = any (%(buildings)s::bigint[]))"
    " and (%(houses)s::bigint[] is null or h.id = any (%(houses)s::bigint[]))"
)


def _parameters(wanted: StandingWanted) -> dict[str, object]:
    def array(ids: Collection[int] | None) -> list[int] | None:
        return None if ids is None else sorted(ids)

    return {
        "areas": array(wanted.area_ids),
        "buildings": array(wanted.building_ids),
        "houses": array(wanted.house_ids),
        "percent": wanted.arrears_percent,
        "others": json.dumps({str(area_id): percent for area_id, percent in wanted.other_percents.items()}),
    }


def _where(wanted: StandingWanted) -> str:
    return f"{_FROM} and ({_condition(wanted)})"


def houses_by_standing(wanted: StandingWanted, *, after: Key | None, size: int) -> list[Key]:
    """The keys of the houses of a page, in the order of the register's list, behind the key of the page before. One query."""
    found = ledger.named_rows(
        f"select h.area_id, h.id {_where(wanted)}"
        " and (%(after_area)s::bigint is null or (h.area_id, h.id) > (%(after_area)s::bigint, %(after_house)s::bigint))"
        " order by h.area_id, h.id limit %(size)s",
        _parameters(wanted)
        | {"after_area": after[0] if after else None, "after_house": after[1] if after else None, "size": size},
    )
    return [(row["area_id"], row["id"]) for row in found]


@dataclass(frozen=True, kw_only=True)
class StandingSum:
    """All houses of one state together: first deposits as they were set, and balances, in fen."""

    houses: int
    due_fen: int
    balance_fen: int

    def __sub__(self, part: "StandingSum") -> "StandingSum":
        return StandingSum(
            houses=self.houses - part.houses,
            due_fen=self.due_fen - part.due_fen,
            balance_fen=self.balance_fen - part.balance_fen,
        )


def sums_by_standing(wanted: StandingWanted) -> dict[HouseStanding, StandingSum]:
    """Counts and sums of everything that is listed, by state; two queries.

    The first goes over all houses in one pass, nothing grouped or asked house by house, so that several processes of the
    database share it: whoever has paid and is not in arrears is what remains. Those that wait are few, and found by their claims.
    """
    every, unpaid, arrears = _sums(wanted, "true", "h.first_deposit_due_fen is null", _is_short(wanted))
    (waiting,) = _sums(wanted, "true", only=f"h.first_deposit_due_fen is null and {_CLAIMED}")
    return {
        HouseStanding.NONE: unpaid - waiting,
        HouseStanding.WAITING: waiting,
        HouseStanding.PAID: every - unpaid - arrears,
        HouseStanding.ARREARS: arrears,
    }


def _sums(wanted: StandingWanted, *conditions: str, only: str = "true") -> list[StandingSum]:
    """One for each condition, all from one pass."""
    columns = ", ".join(
        f"count(*) filter (where {condition}) as houses_{place},"
        f" coalesce(sum(h.first_deposit_due_fen) filter (where {condition}), 0)::bigint as due_{place},"
        f" coalesce(sum({_BALANCE}) filter (where {condition}), 0)::bigint as balance_{place}"
        for place, condition in enumerate(conditions)
    )
    (row,) = ledger.named_rows(f"select {columns} {_where(wanted)} and {only}", _parameters(wanted))
    return [
        StandingSum(houses=row[f"houses_{place}"], due_fen=row[f"due_{place}"], balance_fen=row[f"balance_{place}"])
        for place in range(len(conditions))
    ]


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Houses that have not paid and are alike in all that a tariff looks at: how many, and one of them."""

    house_id: int
    houses: int


def unpaid_alike(wanted: StandingWanted, *, most: int) -> list[Alike] | None:
    """The listed houses without a first deposit in groups that owe the same; None where there are more than `most`
    groups. One query, so that what a city still lacks is added up without looking at each house; none where only houses
    that have paid are listed."""
    if wanted.state in _SETTLED:
        return []
    found = ledger.named_rows(
        f"select min(h.id) as house, count(*) as houses {_where(wanted)} and h.first_deposit_due_fen is null"
        " group by h.area_id, h.building_id, h.use, h.nature, h.area_dm2 limit %(most)s",
        _parameters(wanted) | {"most": most + 1},
    )
    if len(found) > most:
        return None
    return [Alike(house_id=row["house"], houses=row["houses"]) for row in found]
