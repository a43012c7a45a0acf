"""Vouchers (凭证): entries with their numbers, listed, and followed down from a figure. A page reads no more than it shows.

A number is counted per book and month in the order of booking (booked day, then ordinal) and is given once for ever.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from upkeep.ledger.database import array, refusing, rows
from upkeep.ledger.types import AccountLine, AccountMonth, EntryHead

#: Where a list of entries stands: booked day and ordinal.
EntryKey = tuple[dt.date, int]
#: Where an account's list stands: booked day, ordinal, custody account, code.
AccountKey = tuple[dt.date, int, int, str]


@dataclass(frozen=True, kw_only=True)
class AccountWanted:
    """Which lines of the general ledger are looked for; None for `custody_ids` means all of the books."""

    book_ids: Collection[int]
    codes: Collection[str]
    first: dt.date
    last: dt.date
    custody_ids: Collection[int] | None = None


def number_vouchers(*, book_ids: Collection[int], since: dt.date, through: dt.date) -> int:
    """Number what is booked in a period and has no number yet. Answers with how many; the same again numbers nothing."""
    with refusing():
        rows("select ledger.lock_books(%s::bigint[])", [array(book_ids)])
        found = rows(
            """
            with fresh as (
                select e.id, e.area_id, date_trunc('month', e.booked_on)::date as month,
                       row_number() over (partition by e.area_id, date_trunc('month', e.booked_on)
                                          order by e.booked_on, e.ordinal) as place
                from ledger.entry e
                where e.area_id = any (%(books)s::bigint[]) and e.booked_on between %(since)s and %(through)s
                  and not exists (select from ledger.voucher v where v.entry_id = e.id and v.area_id = e.area_id)
            ), given as (
                insert into ledger.voucher (entry_id, area_id, month, number)
                select f.id, f.area_id, f.month, f.place + coalesce((
                    select max(v.number) from ledger.voucher v where v.area_id = f.area_id and v.month = f.month), 0)
                from fresh f returning 1
            )
            select count(*) from given
            """,
            {"books": array(book_ids), "since": since, "through": through},
        )
    return int(found[0][0])


_HEAD = "e.id, e.area_id, e.ordinal, e.source, e.reason, e.booked_on, e.reverses"


def entry_heads(
    *, book_ids: Collection[int], first: dt.date, last: dt.date, after: EntryKey | None, size: int
) -> list[EntryHead]:
    """Entries of books in the order of booking behind the key, with their numbers and sums; one statement."""
    day, ordinal = after or (None, None)
    found = rows(
        f"""
        with e as materialized (
            select e.* from unnest(%(books)s::bigint[]) b (area_id) cross join lateral (
                select {_HEAD} from ledger.entry e where e.area_id = b.area_id
                  and e.booked_on between %(first)s and %(last)s
                  and (%(day)s::date is null or (e.booked_on, e.ordinal) > (%(day)s::date, %(ordinal)s::bigint))
                order by e.booked_on, e.ordinal limit %(size)s) e
            order by e.booked_on, e.ordinal limit %(size)s
        )
        select {_HEAD}, v.number, s.fen, s.houses from e
        left join ledger.voucher v on v.entry_id = e.id and v.area_id = e.area_id
        cross join lateral (
            select sum(l.debit_fen)::bigint as fen, count(distinct l.sub_account_id) as houses
            from ledger.line l where l.entry_id = e.id and l.area_id = e.area_id) s
        order by e.booked_on, e.ordinal
        """,
        {"books": array(book_ids), "first": first, "last": last, "day": day, "ordinal": ordinal, "size": size},
    )
    return [EntryHead(*row) for row in found]


def heads_of(ids: Collection[int]) -> dict[int, EntryHead]:
    """Entries by id, as in a list; those that there are not are left out."""
    found = rows(
        f"""
        select {_HEAD}, v.number, s.fen, s.houses from ledger.entry e
        left join ledger.voucher v on v.entry_id = e.id and v.area_id = e.area_id
        cross join lateral (
            select sum(l.debit_fen)::bigint as fen, count(distinct l.sub_account_id) as houses
            from ledger.line l where l.entry_id = e.id and l.area_id = e.area_id) s
        where e.id = any (%s::bigint[])
        """,
        [array(ids)],
    )
    return {row[0]: EntryHead(*row) for row in found}


def numbered(*, book_id: int, month: dt.date, number: int) -> int | None:
    """The id of the entry that has the number in the book's month, if any."""
    found = rows(
        "select entry_id from ledger.voucher where area_id = %s and month = %s and number = %s",
        [book_id, month.replace(day=1), number],
    )
    return int(found[0][0]) if found else None


def reversed_by(entry_id: int) -> int | None:
    """The id of the entry that reverses this one, if any."""
    found = rows("select id from ledger.entry where reverses = %s", [entry_id])
    return int(found[0][0]) if found else None


def unnumbered(*, book_ids: Collection[int], first: dt.date, last: dt.date) -> int:
    """How many entries of a period have no number yet."""
    found = rows(
        "select count(*) from ledger.entry e where e.area_id = any (%s::bigint[]) and e.booked_on between %s and %s"
        " and not exists (select from ledger.voucher v where v.entry_id = e.id and v.area_id = e.area_id)",
        [array(book_ids), first, last],
    )
    return int(found[0][0])


def lines_by_account(entry_ids: Collection[int]) -> list[tuple[int, int, str, int, int, int]]:
    """What entries booked on each account: (entry, custody account, code, debit fen, credit fen, sub-accounts), debits
    first, in the order of the lines."""
    return rows(
        "select entry_id, custody_id, code, sum(debit_fen)::bigint, sum(credit_fen)::bigint,"
        " count(distinct sub_account_id) from ledger.line where entry_id = any (%s::bigint[])"
        " group by entry_id, custody_id, code, debit_fen > 0 order by entry_id, debit_fen > 0 desc, min(line_no)",
        [array(entry_ids)],
    )


def houses_page(*, entry_id: int, after_line: int, size: int) -> list[tuple[int, int, str, int, int]]:
    """An entry's lines that move sub-accounts, behind a line: (line, sub-account, code, debit fen, credit fen)."""
    return rows(
        "select line_no, sub_account_id, code, debit_fen, credit_fen from ledger.line"
        " where entry_id = %s and line_no > %s and sub_account_id is not null order by line_no limit %s",
        [entry_id, after_line, size],
    )


def _scope(wanted: AccountWanted) -> dict[str, Any]:
    return {
        "books": array(wanted.book_ids),
        "custodies": None if wanted.custody_ids is None else array(wanted.custody_ids),
        "codes": list(wanted.codes),
        "first": wanted.first,
        "last": wanted.last,
    }


_ACCOUNTS = (
    "select a.* from ledger.account a where a.area_id = any (%(books)s::bigint[]) and a.code = any (%(codes)s::text[])"
    " and (%(custodies)s::bigint[] is null or a.custody_id = any (%(custodies)s::bigint[]))"
)
_OF_ACCOUNT = "l.entry_id = e.id and l.area_id = e.area_id and l.custody_id = a.custody_id and l.code = a.code"


def account_lines(wanted: AccountWanted, *, after: AccountKey | None, size: int) -> list[AccountLine]:
    """What entries booked on accounts (明细账), in the order of booking behind the key: one row per entry and account,
    the lines of its houses added up; one statement. The day totals say on which days there is anything to look for.
    """
    day, ordinal, custody, code = after or (None, None, None, None)
    found = rows(
        f"""
        with e as materialized (
            select e.*, a.custody_id, a.code from ({_ACCOUNTS}) a cross join lateral (
                select {_HEAD} from ledger.day_total d
                join ledger.entry e on e.area_id = d.area_id and e.booked_on = d.booked_on
                where d.area_id = a.area_id and d.custody_id = a.custody_id and d.code = a.code
                  and d.booked_on between greatest(%(first)s, %(day)s::date) and %(last)s
                  and (%(day)s::date is null or (d.booked_on, e.ordinal, a.custody_id, a.code)
                       > (%(day)s::date, %(ordinal)s::bigint, %(custody)s::bigint, %(code)s::text))
                  and exists (select from ledger.line l where {_OF_ACCOUNT})
                order by d.booked_on, e.ordinal limit %(size)s) e
            order by e.booked_on, e.ordinal, a.custody_id, a.code limit %(size)s
        )
        select {_HEAD}, v.number, e.custody_id, e.code, s.debit_fen, s.credit_fen, s.houses, s.house from e
        left join ledger.voucher v on v.entry_id = e.id and v.area_id = e.area_id
        cross join lateral (
            select sum(l.debit_fen)::bigint as debit_fen, sum(l.credit_fen)::bigint as credit_fen,
                   count(distinct l.sub_account_id) as houses, min(l.sub_account_id) as house
            from ledger.line l where l.entry_id = e.id and l.area_id = e.area_id
              and l.custody_id = e.custody_id and l.code = e.code) s
        order by e.booked_on, e.ordinal, e.custody_id, e.code
        """,
        _scope(wanted) | {"day": day, "ordinal": ordinal, "custody": custody, "code": code, "size": size},
    )
    return [AccountLine(*row) for row in found]


def balance_before(wanted: AccountWanted, *, after: AccountKey | None) -> int:
    """What accounts stood at (fen, debit positive) before the period, or after the row of the key."""
    day, ordinal, custody, code = after or (wanted.first, None, None, None)
    found = rows(
        f"""
        select coalesce((
            select sum(d.debit_fen - d.credit_fen) from ({_ACCOUNTS}) a
            join ledger.day_total d on d.area_id = a.area_id and d.custody_id = a.custody_id and d.code = a.code
            where d.booked_on < %(day)s), 0)::bigint
        + case when %(ordinal)s::bigint is null then 0 else coalesce((
            select sum(l.debit_fen - l.credit_fen) from ({_ACCOUNTS}) a
            join ledger.day_total d on d.area_id = a.area_id and d.custody_id = a.custody_id and d.code = a.code
                 and d.booked_on = %(day)s
            join ledger.entry e on e.area_id = a.area_id and e.booked_on = %(day)s
            join ledger.line l on {_OF_ACCOUNT}
            where (e.ordinal, a.custody_id, a.code) <= (%(ordinal)s::bigint, %(custody)s::bigint, %(code)s::text)
        ), 0)::bigint end
        """,
        _scope(wanted) | {"day": day, "ordinal": ordinal, "custody": custody, "code": code},
    )
    return int(found[0][0])


def account_months(wanted: AccountWanted) -> list[AccountMonth]:
    """What was booked on accounts in each month of the period (总账), months without anything left out."""
    found = rows(
        f"""
        select date_trunc('month', d.booked_on)::date as month, sum(d.debit_fen)::bigint, sum(d.credit_fen)::bigint
        from ({_ACCOUNTS}) a
        join ledger.day_total d on d.area_id = a.area_id and d.custody_id = a.custody_id and d.code = a.code
        where d.booked_on between %(first)s and %(last)s group by month order by month
        """,
        _scope(wanted),
    )
    return [AccountMonth(*row) for row in found]
