"""Matches the bank's lines with the movements of the books by rule: by serial, then by amount and day.

What is left open are the differences (差异). Everything happens in a few statements, however many lines there are.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Min

from upkeep.banking.models import CustodyAccount
from upkeep.kernel.ids import new_ids
from upkeep.reconciliation.collecting import collect
from upkeep.reconciliation.models import BankStatement, MatchKind

_OPEN_LINE = "b.custody_id = %(custody)s and b.match_id is null and not b.is_replaced and b.day <= %(last)s"
_OPEN_MOVEMENT = "m.custody_id = %(custody)s and m.match_id is null and m.day <= %(last)s"

# One serial of the bank may be two entries of ours (a refund of this year's and of earlier deposits).
_BY_SERIAL = f"""
with ours as (
    select m.serial, sum(m.fen)::bigint fen, max(m.day) as day, array_agg(m.id) ids
    from reconciliation_bookmovement m where {_OPEN_MOVEMENT} and m.serial <> '' group by m.serial
)
select array[b.id], o.ids, greatest(b.day, o.day) from reconciliation_bankline b
join ours o on o.serial = b.serial and o.fen = b.fen where {_OPEN_LINE}
"""

# Only where there is no doubt: one line and one movement of the amount on the day, and neither serial stands elsewhere.
_BY_AMOUNT = f"""
with lines as (
    select b.id, b.day, b.fen, b.serial from reconciliation_bankline b where {_OPEN_LINE}
), movements as (
    select m.id, m.day, m.fen, m.serial from reconciliation_bookmovement m where {_OPEN_MOVEMENT}
), theirs as (
    select day, fen, min(id) id, min(serial) serial from lines l
    where not exists (select from movements m where m.serial = l.serial)
    group by day, fen having count(*) = 1
), ours as (
    select day, fen, min(id) id, min(serial) serial from movements m
    where not exists (select from lines l where l.serial = m.serial)
    group by day, fen having count(*) = 1
)
select t.id, o.id, t.day, t.serial, o.serial from theirs t join ours o on o.day = t.day and o.fen = t.fen
"""
_SERIALS_OF_MATCHED = """
select serial from reconciliation_bookmovement where custody_id = %(custody)s and serial = any (%(theirs)s)
    and match_id is not null
union select serial from reconciliation_bankline where custody_id = %(custody)s and serial = any (%(ours)s)
    and not is_replaced and match_id is not null
"""

# What we booked and took back ourselves, and the bank never saw.
_CANCELLED = f"""
with open as (
    select m.id, m.book_id, m.source, m.fen, m.day from reconciliation_bookmovement m where {_OPEN_MOVEMENT}
)
select '{{}}'::bigint[], array[m.id, r.id], greatest(m.day, r.day) from open m
join open r on r.book_id = m.book_id and r.source = m.source || ':reversed' and r.fen = -m.fen
"""

_KEEP = """
with pair as (
    select * from unnest(%(ids)s::bigint[], %(days)s::date[]) p (id, day)
), made as (
    insert into reconciliation_match (
        id, custody_id, kind, day, made_at, made_by_name, reason, dissolved_by_name, dissolved_reason
    ) select p.id, %(custody)s, %(kind)s, p.day, %(at)s, '', '', '', '' from pair p
), theirs as (
    update reconciliation_bankline b set match_id = p.match, transit_until = null
    from unnest(%(line_matches)s::bigint[], %(lines)s::bigint[]) p (match, id) where b.id = p.id
)
update reconciliation_bookmovement m set match_id = p.match, transit_until = null
from unnest(%(movement_matches)s::bigint[], %(movements)s::bigint[]) p (match, id) where m.id = p.id
"""

_Pair = tuple[Sequence[int], Sequence[int], dt.date]


@dataclass(frozen=True)
class Matched:
    """How many matches each rule made, and how many movements were new from the books."""

    by_serial: int
    by_amount: int
    cancelled: int
    collected: int

    @property
    def total(self) -> int:
        return self.by_serial + self.by_amount + self.cancelled


@transaction.atomic
def match_custody(*, custody_id: int, at: dt.datetime) -> Matched:
    """Match everything that is open on an account, from its first statement to its last. Twice changes nothing.

    One at a time for an account: another caller waits.
    """
    CustodyAccount.objects.select_for_update(no_key=True, of=("self",)).get(pk=custody_id)
    kept = BankStatement.objects.filter(custody_id=custody_id, replaced_at__isnull=True)
    first = kept.aggregate(first=Min("day"))["first"]
    if first is None:
        return Matched(0, 0, 0, 0)
    last = kept.latest("day").day
    collected = collect(custody_id=custody_id, first=first, last=last)
    scope = {"custody": custody_id, "last": last}
    made = [
        _keep(kind, found(scope), custody_id=custody_id, at=at)
        for kind, found in (
            (MatchKind.SERIAL, _by_serial),
            (MatchKind.AMOUNT, _by_amount),
            (MatchKind.CANCELLED, _cancelled),
        )
    ]
    return Matched(made[0], made[1], made[2], collected)


def _by_serial(scope: Mapping[str, Any]) -> list[_Pair]:
    return _asked(_BY_SERIAL, scope)


def _by_amount(scope: Mapping[str, Any]) -> list[_Pair]:
    found = _asked(_BY_AMOUNT, scope)
    if not found:
        return []
    serials = {"theirs": [one[3] for one in found], "ours": [one[4] for one in found if one[4]]}
    with connection.cursor() as cursor:
        cursor.execute(_SERIALS_OF_MATCHED, {**scope, **serials})
        known = {serial for (serial,) in cursor.fetchall()}
    return [([line], [movement], day) for line, movement, day, *two in found if known.isdisjoint(two)]


def _cancelled(scope: Mapping[str, Any]) -> list[_Pair]:
    return _asked(_CANCELLED, scope)


def _asked(rule: str, scope: Mapping[str, Any]) -> list[Any]:
    """What is open was written a moment ago, and no statistics know of it: joined as a whole, never row by row."""
    with connection.cursor() as cursor:
        cursor.execute("set local enable_nestloop = off")
        cursor.execute(rule, scope)
        found: list[Any] = cursor.fetchall()
        cursor.execute("set local enable_nestloop = on")
    return found


def _keep(kind: MatchKind, pairs: Sequence[_Pair], *, custody_id: int, at: dt.datetime) -> int:
    if pairs:
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, _as_arrays(kind, pairs, custody_id=custody_id, at=at))
    return len(pairs)


def _as_arrays(kind: MatchKind, pairs: Sequence[_Pair], *, custody_id: int, at: dt.datetime) -> dict[str, Any]:
    ids = new_ids(len(pairs))
    lines = [(match, line) for match, (lines, _, _) in zip(ids, pairs, strict=True) for line in lines]
    movements = [(match, one) for match, (_, some, _) in zip(ids, pairs, strict=True) for one in some]
    return {
        "custody": custody_id,
        "kind": kind.value,
        "at": at,
        "ids": ids,
        "days": [day for _, _, day in pairs],
        "line_matches": [match for match, _ in lines],
        "lines": [line for _, line in lines],
        "movement_matches": [match for match, _ in movements],
        "movements": [one for _, one in movements],
    }
