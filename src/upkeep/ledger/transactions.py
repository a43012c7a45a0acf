"""What moved houses' money, newest first: by entry (one payment, one repair) or by line (one house), a page at a time.

A page reads, in every area asked for, at most as many entries as it shows: the index `entry_in_order` holds them in
the order of the list, so the ten-thousandth page costs what the first one does.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from upkeep.ledger.database import array, rows
from upkeep.ledger.types import MoneyLine, MoneyMove, MoneySum

#: Where a list stands: booked day, ordinal of the entry, number of the line (0 in a list of entries).
Key = tuple[dt.date, int, int]


@dataclass(frozen=True, kw_only=True)
class MovesWanted:
    """Which movements of houses' money are looked for. `sources` and `house_ids` narrow only when they are not None; a
    source ending in ":" stands for all that begin so. Reversals (冲正) of what is found are found with it.
    """

    area_ids: Collection[int]
    reasons: Collection[str]
    first: dt.date
    last: dt.date
    sources: Collection[str] | None = None
    house_ids: Collection[int] | None = None


def _scope(wanted: MovesWanted) -> dict[str, Any]:
    sources = wanted.sources
    return {
        "areas": array(sorted(set(wanted.area_ids))),
        "reasons": list(wanted.reasons),
        "first": wanted.first,
        "last": wanted.last,
        "sources": None if sources is None else [one for one in sources if not one.endswith(":")],
        "begins": None if sources is None else [f"{one}%" for one in sources if one.endswith(":")],
        "houses": None if wanted.house_ids is None else array(wanted.house_ids),
    }


_OF_REASON = "e.reason = any (%(reasons)s::text[]) and e.booked_on between %(first)s and %(last)s"
# Only this template may leave the houses alone. Asked of every entry, the planner would read all lines there are.
_HAS_HOUSES = (
    "(e.reason <> 'expenses_carried_forward' or exists (select 1 from ledger.line l where l.entry_id = e.id"
    " and l.area_id = e.area_id and l.sub_account_id is not null))"
)
_NAMED = (
    "(e.source = any (%(sources)s::text[]) or e.source like any (%(begins)s::text[]) or e.reverses in ("
    "select o.id from ledger.entry o where o.area_id = e.area_id"
    " and (o.source = any (%(sources)s::text[]) or o.source like any (%(begins)s::text[]))))"
)
_HEAD = "e.id, e.area_id, e.ordinal, e.source, e.reason, e.booked_on, e.reverses"


def _entries(wanted: MovesWanted, *, limit: str, strictly: bool) -> str:
    """SQL of the entries behind the key, newest first: through the index of each area, or the lines of the houses."""
    behind = f"(e.booked_on, e.ordinal) {'<' if strictly else '<='} (%(key_day)s::date, %(key_ordinal)s::bigint)"
    conditions = [_OF_REASON, f"(%(key_day)s::date is null or {behind})"]
    if wanted.sources is not None:
        conditions.append(_NAMED)
    if wanted.house_ids is not None:
        conditions.append(
            "e.id in (select l.entry_id from ledger.line l where l.sub_account_id = any (%(houses)s::bigint[]))"
        )
        return (
            f"select {_HEAD} from ledger.entry e where e.area_id = any (%(areas)s::bigint[])"
            f" and {' and '.join(conditions)} order by e.booked_on desc, e.ordinal desc limit {limit}"
        )
    conditions.append(_HAS_HOUSES)
    return (
        "select e.* from unnest(%(areas)s::bigint[]) a (area_id) cross join lateral ("
        f"select {_HEAD} from ledger.entry e where e.area_id = a.area_id and {' and '.join(conditions)}"
        f" order by e.booked_on desc, e.ordinal desc limit {limit}) e"
        f" order by e.booked_on desc, e.ordinal desc limit {limit}"
    )


_OWN_LINES = (
    "l.entry_id = e.id and l.area_id = e.area_id and l.sub_account_id is not null"
    " and (%(houses)s::bigint[] is null or l.sub_account_id = any (%(houses)s::bigint[]))"
)


def moves(wanted: MovesWanted, *, after: Key | None, size: int) -> list[MoneyMove]:
    """Entries with what they moved on the houses asked for, newest first, behind the key; one statement."""
    found = rows(
        f"with e as materialized ({_entries(wanted, limit='%(size)s', strictly=True)})"
        f" select {_HEAD}, m.in_fen, m.out_fen, m.houses, m.house from e cross join lateral ("
        "select coalesce(sum(l.credit_fen), 0)::bigint in_fen, coalesce(sum(l.debit_fen), 0)::bigint out_fen,"
        " count(distinct l.sub_account_id) houses, min(l.sub_account_id) house"
        f" from ledger.line l where {_OWN_LINES}) m order by e.booked_on desc, e.ordinal desc",
        _scope(wanted) | _key(after) | {"size": size},
    )
    return [MoneyMove(*row) for row in found]


def lines(wanted: MovesWanted, *, after: Key | None, size: int) -> list[MoneyLine]:
    """Lines of houses, newest first, behind the key; one statement. Every entry has one at least, so that so many
    entries hold a page."""
    found = rows(
        f"with e as materialized ({_entries(wanted, limit='%(size)s + 1', strictly=False)})"
        f" select {_HEAD}, l.line_no, l.sub_account_id, l.credit_fen - l.debit_fen from e join ledger.line l on {_OWN_LINES}"
        " where %(key_day)s::date is null or (e.booked_on, e.ordinal) < (%(key_day)s::date, %(key_ordinal)s::bigint)"
        " or l.line_no > %(key_line)s::int"
        " order by e.booked_on desc, e.ordinal desc, l.line_no limit %(size)s",
        _scope(wanted) | _key(after) | {"size": size},
    )
    return [MoneyLine(*row) for row in found]


def _key(after: Key | None) -> dict[str, Any]:
    day, ordinal, line = after or (None, None, None)
    return {"key_day": day, "key_ordinal": ordinal, "key_line": line}


#: Up to so many areas the lines are fetched by entry; of more, and of whole cities, all lines are added up by entry first.
_FEW_AREAS = 30
_LINES_OF_EACH = (
    "select e.reason, e.id, count(*) as n, sum(l.credit_fen) as came, sum(l.debit_fen) as went"
    f" from ledger.entry e join ledger.line l on {_OWN_LINES}"
    f" where e.area_id = any (%(areas)s::bigint[]) and {_OF_REASON}{{named}} group by e.reason, e.id"
)
_ALL_LINES = (
    "select e.reason, m.n, m.came, m.went from (select entry_id, area_id, count(*) as n, sum(credit_fen) as came,"
    " sum(debit_fen) as went from ledger.line where sub_account_id is not null"
    " and booked_on between %(first)s and %(last)s group by entry_id, area_id) m"
    " join ledger.entry e on e.id = m.entry_id and e.area_id = m.area_id"
    f" where e.area_id = any (%(areas)s::bigint[]) and {_OF_REASON}"
)


def sums(wanted: MovesWanted) -> list[MoneySum]:
    """How many entries there are by reason, and what they moved in and out together; one statement."""
    is_narrow = wanted.sources is not None or wanted.house_ids is not None or len(wanted.area_ids) <= _FEW_AREAS
    named = f" and {_NAMED}" if wanted.sources is not None else ""
    found = rows(
        "select reason, count(*), sum(n)::bigint, sum(came)::bigint, sum(went)::bigint"
        f" from ({_LINES_OF_EACH.format(named=named) if is_narrow else _ALL_LINES}) moved group by reason order by reason",
        _scope(wanted),
    )
    return [MoneySum(*row) for row in found]


def houses_of_entry(*, area_id: int, entry_id: int) -> dict[int, int]:
    """What an entry moved on each house: fen by sub-account, money that left it negative."""
    return dict(
        rows(
            "select sub_account_id, sum(credit_fen - debit_fen)::bigint from ledger.line"
            " where entry_id = %s and area_id = %s and sub_account_id is not null group by sub_account_id order by 1",
            [entry_id, area_id],
        )
    )


def balances_after(*, entry_id: int, area_id: int, ids: Collection[int]) -> dict[int, int]:
    """What stood on sub-accounts once the entry was booked, whatever was booked since: fen by sub-account."""
    return dict(
        rows(
            "select l.sub_account_id, sum(l.credit_fen - l.debit_fen)::bigint from ledger.line l"
            " join ledger.entry e on e.id = l.entry_id and e.area_id = l.area_id"
            " where l.sub_account_id = any (%(ids)s::bigint[]) and e.ordinal <="
            " (select o.ordinal from ledger.entry o where o.id = %(entry)s and o.area_id = %(area)s)"
            " group by l.sub_account_id",
            {"ids": array(ids), "entry": entry_id, "area": area_id},
        )
    )


def balances_on(*, ids: Collection[int], on: dt.date) -> dict[int, int]:
    """What stood on sub-accounts at the end of a day: fen by sub-account; none where nothing was booked."""
    return dict(
        rows(
            "select sub_account_id, sum(credit_fen - debit_fen)::bigint from ledger.line"
            " where sub_account_id = any (%s::bigint[]) and booked_on <= %s group by sub_account_id",
            [array(ids), on],
        )
    )


def counted_in(entry_ids: Collection[int], *, ids: Collection[int]) -> dict[int, int]:
    """How many of the sub-accounts each entry has moved, by entry; entries that moved none of them are left out."""
    return dict(
        rows(
            "select entry_id, count(distinct sub_account_id) from ledger.line"
            " where sub_account_id = any (%s::bigint[]) and entry_id = any (%s::bigint[]) group by entry_id",
            [array(ids), array(entry_ids)],
        )
    )


def turnover(*, ids: Collection[int], first: dt.date, last: dt.date) -> list[tuple[int, str, int, int]]:
    """What came in and went out of each sub-account in a period by reason: (sub-account, reason, in fen, out fen)."""
    return rows(
        "select l.sub_account_id, e.reason, sum(l.credit_fen)::bigint, sum(l.debit_fen)::bigint from ledger.line l"
        " join ledger.entry e on e.id = l.entry_id and e.area_id = l.area_id"
        " where l.sub_account_id = any (%s::bigint[]) and l.booked_on between %s and %s"
        " group by l.sub_account_id, e.reason order by 1, 2",
        [array(ids), first, last],
    )
