"""Figures for the authority (主管部门): what came in, went out and stands, by month and by the areas of a district.

Income and expense are those of 会住维02表: what the period close carried forward is looked through.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from upkeep.books.chart import BANK, BONDS, CHART, EARNINGS, HOUSE_MONEY, IN_TRANSIT, PETTY_CASH, AccountKind
from upkeep.books.statements import CLOSING
from upkeep.ledger import api as ledger

# One pass over the day totals, grouped by month. Balances are what stands; of income and expense the closes' own lines are
# taken off again, found by their reasons.
_BY_MONTH = """
with moved as (
    select area_id, code, booked_on, debit_fen, credit_fen, false as is_close
    from ledger.day_total where area_id = any (%(books)s::bigint[])
    union all
    select l.area_id, l.code, l.booked_on, -l.debit_fen, -l.credit_fen, true
    from ledger.entry e join ledger.line l on l.entry_id = e.id and l.area_id = e.area_id
    where e.reason = any (%(closing)s::text[]) and e.booked_on between %(first)s and %(last)s
      and e.area_id = any (%(books)s::bigint[])
), placed as (
    select p.place, m.code, m.booked_on, m.debit_fen, m.credit_fen, m.is_close
    from moved m join unnest(%(books)s::bigint[], %(places)s::bigint[]) as p (area_id, place) using (area_id)
    where m.booked_on <= %(last)s
)
select place, case when booked_on < %(first)s then null else date_trunc('month', booked_on)::date end as month,
       coalesce(sum(debit_fen - credit_fen) filter (where code = any (%(money)s) and not is_close), 0)::bigint as money_fen,
       coalesce(sum(credit_fen - debit_fen) filter (where code = any (%(houses)s) and not is_close), 0)::bigint as houses_fen,
       coalesce(sum(credit_fen - debit_fen) filter (where code = %(deposits)s), 0)::bigint as deposits_fen,
       coalesce(sum(credit_fen - debit_fen) filter (where code = any (%(earnings)s)), 0)::bigint as earnings_fen,
       coalesce(sum(debit_fen - credit_fen) filter (where code = %(repairs)s), 0)::bigint as repairs_fen,
       coalesce(sum(debit_fen - credit_fen) filter (where code = any (%(expenses)s)), 0)::bigint as spent_fen
from placed group by 1, 2 order by 1, 2 nulls first
"""


@dataclass(frozen=True, kw_only=True)
class MonthFigures:
    """One place in one month, in fen. The balances stand at the month's end: in bank, bonds and cash, and the houses'."""

    place: int
    month: dt.date
    balance_fen: int
    houses_fen: int
    deposits_fen: int
    earnings_fen: int
    repairs_fen: int
    spent_fen: int

    @property
    def inflow_fen(self) -> int:
        """收入合计."""
        return self.deposits_fen + self.earnings_fen

    @property
    def outflow_fen(self) -> int:
        """支出合计."""
        return self.spent_fen


def by_month(*, books: Collection[tuple[int, int]], first: dt.date, last: dt.date) -> list[MonthFigures]:
    """Months from the first to the last for every place; `books` pairs a book with the place it counts for. One query.

    A month in which nothing moved has the balances of the one before.
    """
    pairs = list(books)
    rows = ledger.named_rows(
        _BY_MONTH,
        {
            "books": [book for book, _ in pairs],
            "places": [place for _, place in pairs],
            "closing": list(CLOSING),
            "first": first.replace(day=1),
            "last": last,
            "money": [BANK, IN_TRANSIT, BONDS, PETTY_CASH],
            "houses": list(HOUSE_MONEY),
            "deposits": "4001",
            "earnings": list(EARNINGS),
            "repairs": "5001",
            "expenses": [code for code, account in CHART.items() if account.kind is AccountKind.EXPENSE],
        },
    )
    found = {(row["place"], row["month"]): row for row in rows}
    return [
        figures
        for place in sorted({place for _, place in pairs})
        for figures in _of_place(place, found, first=first, last=last)
    ]


def _of_place(
    place: int, found: dict[tuple[int, dt.date | None], dict[str, int]], *, first: dt.date, last: dt.date
) -> list[MonthFigures]:
    before = found.get((place, None), {})
    balance, houses = before.get("money_fen", 0), before.get("houses_fen", 0)
    figures, month = [], first.replace(day=1)
    while month <= last:
        row = found.get((place, month), {})
        balance, houses = balance + row.get("money_fen", 0), houses + row.get("houses_fen", 0)
        figures.append(
            MonthFigures(
                place=place,
                month=month,
                balance_fen=balance,
                houses_fen=houses,
                deposits_fen=row.get("deposits_fen", 0),
                earnings_fen=row.get("earnings_fen", 0),
                repairs_fen=row.get("repairs_fen", 0),
                spent_fen=row.get("spent_fen", 0),
            )
        )
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return figures
