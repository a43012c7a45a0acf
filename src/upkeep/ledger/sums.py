"""General-ledger figures: sums of the day totals."""

import datetime as dt
from collections.abc import Collection

from upkeep.ledger.database import array, rows
from upkeep.ledger.types import AccountTotal


def totals(
    *,
    first: dt.date,
    last: dt.date,
    area_ids: Collection[int] | None = None,
    custody_ids: Collection[int] | None = None,
    without: Collection[str] = (),
    per_area: bool = False,
) -> list[AccountTotal]:
    """Opening balance and turnover per custody account and code (and area, if asked for); None means all.

    `without` leaves out entries of these reasons (the period-close templates, for a statement that must not see them).
    """
    scope = (
        " (%(areas)s::bigint[] is null or area_id = any (%(areas)s::bigint[]))"
        " and (%(custodies)s::bigint[] is null or custody_id = any (%(custodies)s::bigint[]))"
    )
    area = "m.area_id" if per_area else "null::bigint"
    found = rows(
        f"""
        with moved as (
            select area_id, custody_id, code, booked_on, debit_fen, credit_fen from ledger.day_total
            where booked_on <= %(last)s and {scope}
            union all
            select l.area_id, l.custody_id, l.code, l.booked_on, -l.debit_fen, -l.credit_fen
            from ledger.entry e join ledger.line l on l.entry_id = e.id and l.area_id = e.area_id
            where e.reason = any (%(without)s::text[]) and e.booked_on between %(first)s and %(last)s
        )
        select {area}, m.custody_id, c.fund, m.code,
               coalesce(sum(m.debit_fen - m.credit_fen) filter (where m.booked_on < %(first)s), 0)::bigint,
               coalesce(sum(m.debit_fen) filter (where m.booked_on >= %(first)s), 0)::bigint,
               coalesce(sum(m.credit_fen) filter (where m.booked_on >= %(first)s), 0)::bigint
        from moved m join ledger.custody c on c.id = m.custody_id
        where {scope}
        group by 1, m.custody_id, c.fund, m.code order by 1, m.custody_id, m.code
        """,
        {
            "first": first,
            "last": last,
            "areas": None if area_ids is None else array(area_ids),
            "custodies": None if custody_ids is None else array(custody_ids),
            "without": list(without),
        },
    )
    return [
        AccountTotal(
            area_id=area_id,
            custody_id=custody_id,
            fund=fund,
            code=code,
            opening_fen=opening,
            debit_fen=debit,
            credit_fen=credit,
        )
        for area_id, custody_id, fund, code, opening, debit, credit in found
    ]


def booked_as(
    reasons: Collection[str],
    *,
    codes: Collection[str],
    first: dt.date,
    last: dt.date,
    area_ids: Collection[int] | None = None,
    custody_ids: Collection[int] | None = None,
    per_area: bool = False,
) -> list[AccountTotal]:
    """What entries of some reasons (and their corrections, which bear the same) booked on some accounts within a period."""
    area = "l.area_id" if per_area else "null::bigint"
    found = rows(
        f"""
        select {area}, l.custody_id, c.fund, l.code, sum(l.debit_fen)::bigint, sum(l.credit_fen)::bigint
        from ledger.entry e
        join ledger.line l on l.entry_id = e.id and l.area_id = e.area_id
        join ledger.custody c on c.id = l.custody_id
        where e.reason = any (%(reasons)s::text[]) and e.booked_on between %(first)s and %(last)s
          and l.code = any (%(codes)s::text[])
          and (%(areas)s::bigint[] is null or e.area_id = any (%(areas)s::bigint[]))
          and (%(custodies)s::bigint[] is null or l.custody_id = any (%(custodies)s::bigint[]))
        group by 1, l.custody_id, c.fund, l.code order by 1, l.custody_id, l.code
        """,
        {
            "reasons": list(reasons),
            "codes": list(codes),
            "first": first,
            "last": last,
            "areas": None if area_ids is None else array(area_ids),
            "custodies": None if custody_ids is None else array(custody_ids),
        },
    )
    return [
        AccountTotal(
            area_id=area_id,
            custody_id=custody_id,
            fund=fund,
            code=code,
            opening_fen=0,
            debit_fen=debit,
            credit_fen=credit,
        )
        for area_id, custody_id, fund, code, debit, credit in found
    ]


def sub_account_total(*, area_ids: Collection[int] | None = None) -> int:
    """The sum of all sub-accounts of the areas; None means all."""
    found = rows(
        "select coalesce(sum(balance_fen), 0)::bigint from ledger.sub_account"
        " where %(areas)s::bigint[] is null or area_id = any (%(areas)s::bigint[])",
        {"areas": None if area_ids is None else array(area_ids)},
    )
    return int(found[0][0])
