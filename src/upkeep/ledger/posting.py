"""Booking: one statement for any number of entries, idempotent by source."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Sequence
from itertools import repeat

from upkeep.kernel.ids import new_ids
from upkeep.ledger.database import array, refusing, rows
from upkeep.ledger.types import BookedEntry, Duplicate, Entry, Line, Overdrawn, Unbalanced, Unsound

_CODE = re.compile(r"[0-9A-Z.]+")

# The areas are locked before anything is written, in one order everywhere. An area without a book books nothing: the
# answer then lacks its entries.
_POST = """
with locked as materialized (
    select from (select ledger.lock_books(%s::bigint[]) as found) l where found = %s
), custodies as (
    insert into ledger.custody (id, fund)
    select c.* from locked, unnest(%s::bigint[], %s::text[]) c on conflict do nothing
), accounts as (
    insert into ledger.account (area_id, custody_id, code)
    select a.* from locked, unnest(%s::bigint[], %s::bigint[], %s::text[]) a on conflict do nothing
), fresh as (
    insert into ledger.entry (id, area_id, source, reason, fund, booked_on, reverses, line_count, content)
    select e.* from locked, unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::date[],
                                   %s::bigint[], %s::int[], %s::bytea[]) e
    on conflict (area_id, source) do nothing
    returning id, area_id, booked_on
), lines as (
    insert into ledger.line
        (entry_id, line_no, area_id, booked_on, custody_id, code, debit_fen, credit_fen, sub_account_id)
    select f.id, l.line_no, f.area_id, f.booked_on, l.custody_id, l.code, l.debit_fen, l.credit_fen, l.sub_account_id
    from unnest(%s::bigint[], %s::int[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[])
         l (entry_id, line_no, custody_id, code, debit_fen, credit_fen, sub_account_id)
    join fresh f on f.id = l.entry_id
)
select id from fresh
"""


def post(entry: Entry) -> int:
    """Book one entry and return its id; the same source with the same content returns the first one's.

    Raises: Overdrawn, PeriodClosed, SubAccountClosed, AlreadyReversed, Duplicate; Unbalanced, Unsound (bugs).
    """
    return post_many([entry])[0]


def post_many(entries: Sequence[Entry]) -> list[int]:
    """Book all or none, in one statement. A batch across areas must come in one call, or two batches may deadlock.

    Raises: as `post`.
    """
    if not entries:
        return []
    contents = [content_of(entry) for entry in entries]
    ids = new_ids(len(entries))
    try:
        with refusing():
            fresh = rows(_POST, _parameters(entries, ids, contents))
            if len(fresh) == len(entries):
                return ids
            return _booked_before(entries, contents)
    except Overdrawn as refused:
        raise Overdrawn(refused.rule, short=_missing(entries)) from refused


def content_of(entry: Entry) -> bytes:
    """SHA-256 of the entry's canonical content (docs/ledger.md)."""
    head = (
        entry.area_id,
        entry.source,
        entry.reason,
        entry.fund,
        entry.booked_on,
        entry.reverses or "",
        len(entry.lines),
    )
    for word in (entry.source, entry.reason, entry.fund):
        if not word or "|" in word or not word.isprintable():
            raise Unsound("canonical", f"{word!r} cannot stand in a canonical line")
    text = "|".join(map(str, head)) + "\n"
    text += "".join([f"{line[0]}|{line[1]}|{line[4] or ''}|{line[2]}|{line[3]}\n" for line in entry.lines])
    return hashlib.sha256(text.encode()).digest()


def _parameters(entries: Sequence[Entry], ids: Sequence[int], contents: Sequence[bytes]) -> list[object]:
    accounts = sorted({(e.area_id, line[0], line[1]) for e in entries for line in e.lines})
    for *_, code in accounts:
        if not _CODE.fullmatch(code):
            raise Unsound("line_of_known_account", f"{code!r} is no code of a chart")
    funds = {custody: entry_.fund for entry_ in entries for custody in {line[0] for line in entry_.lines}}
    areas = sorted({e.area_id for e in entries})
    lines = [line for e in entries for line in e.lines]
    if not lines:
        raise Unbalanced("entry_has_lines")
    custodies, codes, debits, credits, subs = zip(*lines, strict=True)
    return [
        *(areas, len(areas), list(funds), list(funds.values())),
        *([a for a, _, _ in accounts], [c for _, c, _ in accounts], [code for _, _, code in accounts]),
        *(list(ids), [e.area_id for e in entries], [e.source for e in entries], [e.reason for e in entries]),
        *([e.fund for e in entries], [e.booked_on for e in entries], [e.reverses for e in entries]),
        *([len(e.lines) for e in entries], list(contents)),
        array(number for id_, e in zip(ids, entries, strict=True) for number in repeat(id_, len(e.lines))),
        array(number for e in entries for number in range(1, len(e.lines) + 1)),
        *(array(custodies), array(codes), array(debits), array(credits), array(subs)),
    ]


def _booked_before(entries: Sequence[Entry], contents: Sequence[bytes]) -> list[int]:
    """The ids of entries of which some were there already, compared by content."""
    found = {
        (area_id, source): (id_, bytes(content))
        for id_, area_id, source, content in rows(
            "select e.id, e.area_id, e.source, e.content from ledger.entry e"
            " join unnest(%s::bigint[], %s::text[]) k (area_id, source) using (area_id, source)",
            [[e.area_id for e in entries], [e.source for e in entries]],
        )
    }
    ids = []
    for entry, content in zip(entries, contents, strict=True):
        if (entry.area_id, entry.source) not in found:
            raise Unsound("entry_of_known_book", f"area {entry.area_id} has no book")
        id_, earlier = found[entry.area_id, entry.source]
        if earlier != content:
            raise Duplicate("entry_source_once", f"{entry.source} was booked with another content")
        ids.append(id_)
    return ids


def _missing(entries: Iterable[Entry]) -> dict[int, int]:
    changes: dict[tuple[int, int], int] = {}
    for entry in entries:
        for line in entry.lines:
            if line.sub_account_id is not None:
                key = (line.sub_account_id, entry.area_id)
                changes[key] = changes.get(key, 0) + line.credit_fen - line.debit_fen
    return missing(changes)


def missing(changes: dict[tuple[int, int], int]) -> dict[int, int]:
    """How much each (sub-account, area) lacks for its change. A glance after a refusal: nobody may rely on it."""
    return dict(
        rows(
            "select s.id, s.held_fen - s.balance_fen - c.change from ledger.sub_account s"
            " join unnest(%s::bigint[], %s::bigint[], %s::bigint[]) c (id, area_id, change) using (id, area_id)"
            " where s.balance_fen + c.change < s.held_fen order by s.id",
            [array(id_ for id_, _ in changes), array(area for _, area in changes), array(changes.values())],
        )
    )


def entry(entry_id: int) -> BookedEntry:
    """An entry with its lines.

    Raises: LookupError when there is none.
    """
    heads = rows(
        "select e.id, e.ordinal, e.area_id, e.source, e.reason, e.fund, e.booked_on, e.reverses, r.id"
        " from ledger.entry e left join ledger.entry r on r.reverses = e.id and r.area_id = e.area_id where e.id = %s",
        [entry_id],
    )
    if not heads:
        raise LookupError(f"no entry {entry_id}")
    id_, ordinal, area_id, source, reason, fund, booked_on, reverses, reversed_by = heads[0]
    lines = rows(
        "select custody_id, code, debit_fen, credit_fen, sub_account_id from ledger.line"
        " where entry_id = %s and area_id = %s order by line_no",
        [entry_id, area_id],
    )
    return BookedEntry(
        id=id_,
        ordinal=ordinal,
        area_id=area_id,
        source=source,
        reason=reason,
        fund=fund,
        booked_on=booked_on,
        reverses=reverses,
        reversed_by=reversed_by,
        lines=[Line(*line) for line in lines],
    )


def entry_of(*, area_id: int, source: str) -> int | None:
    """The id of the entry booked for the source, if any."""
    found = rows("select id from ledger.entry where area_id = %s and source = %s", [area_id, source])
    return int(found[0][0]) if found else None


def reverse(*, entry_id: int, source: str, booked_on: dt.date) -> int:
    """Book the exact mirror (红字冲销) of an entry, once.

    Raises: LookupError; AlreadyReversed, Overdrawn, PeriodClosed, SubAccountClosed, Duplicate.
    """
    original = entry(entry_id)
    mirrored = [line._replace(debit_fen=line.credit_fen, credit_fen=line.debit_fen) for line in original.lines]
    return post(
        Entry(
            area_id=original.area_id,
            source=source,
            reason=original.reason,
            fund=original.fund,
            booked_on=booked_on,
            lines=mirrored,
            reverses=entry_id,
        )
    )
