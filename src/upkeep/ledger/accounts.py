"""Books, sub-accounts, what is held on them, and closed periods."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

from upkeep.kernel.ids import new_ids
from upkeep.ledger.database import array, refusing, rows
from upkeep.ledger.posting import missing
from upkeep.ledger.types import Duplicate, Movement, Overdrawn, SubAccountBalance, Unsound


def open_books(area_ids: Iterable[int]) -> None:
    """Open the books of areas; those open already stay as they are."""
    rows(
        "insert into ledger.book (area_id) select distinct unnest(%s::bigint[]) on conflict do nothing",
        [array(area_ids)],
    )


def lock_books(area_ids: Iterable[int]) -> None:
    """Lock the books of areas until the transaction ends: nothing else is booked meanwhile."""
    rows("select ledger.lock_books(%s::bigint[])", [array(area_ids)])


def open_sub_accounts(*, area_id: int, ids: Collection[int]) -> None:
    """Open sub-accounts under the ids the caller gives (a house's own); those open already stay as they are."""
    rows(
        "insert into ledger.sub_account (id, area_id) select distinct unnest(%s::bigint[]), %s::bigint"
        " on conflict do nothing",
        [array(ids), area_id],
    )


def close_sub_accounts(*, area_id: int, ids: Collection[int], on: dt.date) -> None:
    """Close empty sub-accounts: they take no posting any more.

    Raises: SubAccountClosed when money stands or is held on one.
    """
    with refusing():
        rows(
            "update ledger.sub_account set closed_on = %s where area_id = %s and id = any (%s::bigint[])"
            " and closed_on is null",
            [on, area_id, array(ids)],
        )


def reopen_sub_accounts(*, area_id: int, ids: Collection[int]) -> None:
    """Open closed sub-accounts again (a split or cancellation taken back)."""
    rows(
        "update ledger.sub_account set closed_on = null where area_id = %s and id = any (%s::bigint[])",
        [area_id, array(ids)],
    )


def kept_in(*, area_id: int, ids: Collection[int]) -> list[int]:
    """Those of the sub-accounts that are open in the area's books, in order."""
    found = rows(
        "select id from ledger.sub_account where area_id = %s and id = any (%s::bigint[]) and closed_on is null order by id",
        [area_id, array(ids)],
    )
    return [id_ for (id_,) in found]


def balances(ids: Collection[int]) -> dict[int, SubAccountBalance]:
    """Balance, held and day products of each sub-account there is; a holder that moved area has their sum."""
    found = rows(
        "select id, sum(balance_fen)::bigint, sum(held_fen)::bigint, sum(day_product)::bigint from ledger.sub_account"
        " where id = any (%s::bigint[]) group by id",
        [array(ids)],
    )
    return {
        id_: SubAccountBalance(balance_fen=balance, held_fen=held, day_product=product)
        for id_, balance, held, product in found
    }


def balances_by_custody(ids: Collection[int]) -> dict[int, dict[int, int]]:
    """In which custody accounts the money of each sub-account lies: sub-account -> custody account -> fen, no zeros."""
    found: dict[int, dict[int, int]] = {}
    for id_, custody_id, fen in rows(
        "select sub_account_id, custody_id, sum(credit_fen - debit_fen)::bigint from ledger.line"
        " where sub_account_id = any (%s::bigint[]) group by sub_account_id, custody_id"
        " having sum(credit_fen) <> sum(debit_fen) order by sub_account_id, custody_id",
        [array(ids)],
    ):
        found.setdefault(id_, {})[custody_id] = fen
    return found


def hold(*, area_id: int, source: str, amounts: Mapping[int, int], at: dt.datetime) -> None:
    """Hold money on sub-accounts for a source; the same hold again changes nothing.

    Raises: Overdrawn with what each lacks; Duplicate when the source holds something else now.
    """
    rows_ = sorted(amounts.items())
    try:
        with refusing():
            lock_books([area_id])
            if open_already := held(area_id=area_id, source=source):
                if sorted(open_already.items()) != rows_:
                    raise Duplicate("hold_once", f"{source} holds something else")
                return
            rows(
                "insert into ledger.hold (id, area_id, sub_account_id, source, amount_fen, created_at)"
                " select h.id, %s, h.sub_account_id, %s, h.amount_fen, %s"
                " from unnest(%s::bigint[], %s::bigint[], %s::bigint[]) h (id, sub_account_id, amount_fen)",
                [
                    *(area_id, source, at, array(new_ids(len(rows_)))),
                    *(array(id_ for id_, _ in rows_), array(fen for _, fen in rows_)),
                ],
            )
    except Overdrawn as refused:
        short = missing({(id_, area_id): -fen for id_, fen in rows_})
        raise Overdrawn(refused.rule, short=short) from refused


def release(*, area_id: int, source: str, at: dt.datetime) -> int:
    """Release all that a source holds and return its sum; 0 when it holds nothing."""
    with refusing():
        lock_books([area_id])
        released = rows(
            "update ledger.hold set released_at = %s where area_id = %s and source = %s and released_at is null"
            " returning amount_fen",
            [at, area_id, source],
        )
    return sum(fen for (fen,) in released)


def held(*, area_id: int, source: str) -> dict[int, int]:
    """What a source holds now: sub-account -> fen."""
    return dict(
        rows(
            "select sub_account_id, amount_fen from ledger.hold"
            " where area_id = %s and source = %s and released_at is null order by sub_account_id",
            [area_id, source],
        )
    )


def statement(sub_account_id: int) -> list[Movement]:
    """Every movement of a sub-account in the order of its booked days, with the balance after each."""
    found = rows(
        "select e.id, e.source, e.reason, e.booked_on, l.code, l.credit_fen - l.debit_fen, e.reverses,"
        " sum(l.credit_fen - l.debit_fen) over (order by e.booked_on, e.ordinal, l.line_no)::bigint"
        " from ledger.line l join ledger.entry e on e.id = l.entry_id and e.area_id = l.area_id"
        " where l.sub_account_id = %s order by e.booked_on, e.ordinal, l.line_no",
        [sub_account_id],
    )
    return [
        Movement(
            entry_id=id_,
            source=source,
            reason=reason,
            booked_on=booked_on,
            code=code,
            amount_fen=amount,
            balance_fen=balance,
            reverses=reverses,
        )
        for id_, source, reason, booked_on, code, amount, reverses, balance in found
    ]


def close_periods(*, area_ids: Collection[int], through: dt.date, at: dt.datetime, by: str) -> None:
    """Close the books of areas through a day (结账); those closed through it already stay as they are."""
    with refusing():
        lock_books(area_ids)
        rows(
            "insert into ledger.period (area_id, through, closed_at, closed_by)"
            " select area_id, %s, %s, %s from ledger.book where area_id = any (%s::bigint[]) and closed_through < %s"
            " order by area_id",
            [through, at, by, array(area_ids), through],
        )


def reopen_periods(*, area_ids: Collection[int], through: dt.date, at: dt.datetime, by: str) -> None:
    """Reopen a closing (反结账), the latest first.

    Raises: Unsound when a later one is still closed or there is no such closing.
    """
    wanted = set(area_ids)
    with refusing():
        lock_books(wanted)
        reopened = rows(
            "update ledger.period p set reopened_at = %s, reopened_by = %s from ledger.book b"
            " where b.area_id = p.area_id and p.area_id = any (%s::bigint[]) and p.through = %s"
            " and p.reopened_at is null and b.closed_through = p.through returning p.area_id",
            [at, by, array(wanted), through],
        )
        if {area_id for (area_id,) in reopened} != wanted:
            raise Unsound("period_is_latest", f"not every area's last closing is {through}")


def closed_through(area_id: int) -> dt.date | None:
    """The last day of the closed period of an area, if any is closed."""
    found = rows(
        "select nullif(closed_through, '-infinity') from ledger.book where area_id = %s",
        [area_id],
    )
    return found[0][0] if found else None


def books_closed_through(day: dt.date, *, area_ids: Collection[int]) -> list[int]:
    """Those of the books whose last closing is through that very day, in order."""
    found = rows(
        "select area_id from ledger.book where area_id = any (%s::bigint[]) and closed_through = %s order by area_id",
        [array(area_ids), day],
    )
    return [area_id for (area_id,) in found]


def books_behind(day: dt.date, *, area_ids: Collection[int]) -> list[int]:
    """Those of the books that are not closed through the day, in order."""
    found = rows(
        "select area_id from ledger.book where area_id = any (%s::bigint[]) and closed_through < %s order by area_id",
        [array(area_ids), day],
    )
    return [area_id for (area_id,) in found]
