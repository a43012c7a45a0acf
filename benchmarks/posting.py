"""Deposits to a million sub-accounts through books.postings against the same bare SQL.

The bare side writes the same rows under the same keys and updates the same balances, from the same arrays, one
statement per batch, without guards, idempotency answer, closed periods or day totals. Both sides start on empty tables
with the sub-accounts there, and both ANALYZE after the first batch, as after any first bulk load.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterator

import psycopg
from django.db import connection

from benchmarks.figure import Figure
from config.environment import read_environment
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.kernel.ids import new_ids

AREAS, HOUSES = 200, 5_000
DAY = dt.date(2026, 3, 1)
CUSTODY = 1
FEN = 1_234_500

# The journal's shape under names of its own: same columns, same primary and unique keys, same fill factor.
_BARE_TABLES = """
drop schema if exists bare cascade;
create schema bare;
create table bare.sub_account (like ledger.sub_account including defaults including storage) with (fillfactor = 55);
alter table bare.sub_account add primary key (id, area_id);
create table bare.entry (like ledger.entry including defaults including identity);
alter table bare.entry add primary key (id, area_id), add unique (area_id, source), add unique (reverses, area_id);
create table bare.line (like ledger.line including defaults);
alter table bare.line add primary key (entry_id, line_no, area_id);
create index on bare.line (sub_account_id, entry_id) where sub_account_id is not null;
"""
_BARE_POST = """
with e as (
    insert into bare.entry (id, area_id, source, reason, fund, booked_on, line_count, content)
    values (%s, %s, %s, 'deposit_confirmed', 'COMMODITY', %s, %s, %s)
), l as (
    insert into bare.line
        (entry_id, line_no, area_id, booked_on, custody_id, code, debit_fen, credit_fen, sub_account_id)
    select %s, l.* from (
        select 1, %s::bigint, %s::date, 1::bigint, '1001', %s::bigint, 0::bigint, null::bigint
        union all
        select n + 1, %s::bigint, %s::date, 1, '4001', 0, fen, id
        from unnest(%s::bigint[], %s::bigint[]) with ordinality u (id, fen, n)) l
)
update bare.sub_account s
set balance_fen = balance_fen + fen, version = version + 1,
    day_product = day_product + fen * (date '2100-01-01' - %s::date)
from unnest(%s::bigint[], %s::bigint[]) u (id, fen) where s.id = u.id and s.area_id = %s
"""


def run() -> list[Figure]:
    """A million deposits, one entry per area of 5,000 houses."""
    houses = {area: new_ids(HOUSES) for area in range(1, AREAS + 1)}
    for area, ids in houses.items():
        sub_accounts.open_for(area, ids)
    with psycopg.connect(read_environment().database_owner_url, autocommit=True) as bare:
        bare.execute(_BARE_TABLES)
        # The bare side gets the plan through the keys, too: left alone it reads a million rows for each batch.
        bare.execute("set enable_seqscan = off")
        bare.execute("insert into bare.sub_account (id, area_id) select id, area_id from ledger.sub_account")
        bare.execute("vacuum analyze bare.sub_account")
        bare.execute("vacuum analyze ledger.sub_account")
        bulk = _alternate(houses, _ours, lambda area, ids, n: _bare(bare, area, ids, n), bare)
    note = f"{AREAS * HOUSES:,} sub-accounts, an entry of {HOUSES + 1:,} lines per area, {AREAS} commits"
    return [Figure("deposits in bulk", *bulk, bulk[0] / bulk[1], must=3.0, goal=1.5, note=note)]


_Post = Callable[[int, list[int], int], None]


def _alternate(
    houses: dict[int, list[int]], ours: _Post, theirs: _Post, owner: psycopg.Connection
) -> tuple[float, float]:
    """Both sides take turns, batch by batch, so that neither is favoured by a quiet moment or a checkpoint."""
    spent = [0.0, 0.0]
    for number, (area, ids) in enumerate(houses.items()):
        for side, work in _in_turn(number, ours, theirs):
            began = time.perf_counter()
            work(area, ids, number)
            spent[side] += time.perf_counter() - began
        if number == 0:
            owner.execute("analyze")
            connection.close()
    return spent[0], spent[1]


def _in_turn(number: int, ours: _Post, theirs: _Post) -> Iterator[tuple[int, _Post]]:
    sides = [(0, ours), (1, theirs)]
    yield from sides if number % 2 else reversed(sides)


def _ours(area: int, ids: list[int], number: int) -> None:
    postings.deposit_confirmed(
        area_id=area,
        custody_id=CUSTODY,
        fund_kind=FundKind.COMMODITY,
        amounts=dict.fromkeys(ids, FEN),
        source=f"bench:{number}",
        booked_on=DAY,
    )


def _bare(bare: psycopg.Connection, area: int, ids: list[int], number: int) -> None:
    house = "{" + ",".join(map(str, ids)) + "}"
    fen = "{" + ",".join([str(FEN)] * len(ids)) + "}"
    entry = new_ids(1)[0]
    cursor = psycopg.ClientCursor(bare)
    cursor.execute(
        _BARE_POST,
        [
            *(entry, area, f"bench:{number}", DAY, len(ids) + 1, b"\0" * 32),
            *(entry, area, DAY, FEN * len(ids), area, DAY, house, fen),
            *(DAY, house, fen, area),
        ],
    )
