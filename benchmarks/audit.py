"""账务全面核查 over 20 million lines: every rule of `audit-ledger` within ten minutes.

The journal is written by the owner in bulk, guards off, with the contents that posting would have given it; it is the audit
that proves it sound. `UPKEEP_AUDIT_LINES` takes fewer lines; the limit shrinks with them.
"""

import os
import time

import psycopg
from django.db import connection

from benchmarks.figure import Figure
from config.environment import read_environment
from upkeep.books.audit import audit, rule_count

#: Ten minutes for so many lines, three as the goal.
LIMIT_S, GOAL, FULL = 600.0, 0.3, 20_000_000
AREAS, HOUSES, PER_ENTRY = 200, 5_000, 2_000

_TABLES = ("book", "account", "sub_account", "entry", "line", "day_total")
_SOURCE = "'bench:' || n"
_DAY = "date '2020-01-01' + (n %% 2000)"
_MAKE = (
    "insert into ledger.book (area_id) select generate_series(1, %(areas)s)",
    "insert into ledger.custody (id, fund) values (1, 'COMMODITY')",
    "insert into ledger.account (area_id, custody_id, code)"
    " select a, 1, code from generate_series(1, %(areas)s) a, unnest(array['1001', '4001']) code",
    "insert into ledger.sub_account (id, area_id)"
    " select a * 100000 + h, a from generate_series(1, %(areas)s) a, generate_series(1, %(houses)s) h",
    # Entry n is of area 1 + n %% areas: a deposit of the next 2,000 houses of its area.
    "insert into ledger.line (entry_id, line_no, area_id, booked_on, custody_id, code, sub_account_id, debit_fen, credit_fen)"
    f" select n, 1, 1 + n %% %(areas)s, {_DAY}, 1, '1001', null, %(per)s * (100 + n %% 7), 0"
    " from generate_series(1, %(entries)s) n",
    "insert into ledger.line (entry_id, line_no, area_id, booked_on, custody_id, code, sub_account_id, debit_fen, credit_fen)"
    f" select n, 1 + k, 1 + n %% %(areas)s, {_DAY}, 1, '4001',"
    " (1 + n %% %(areas)s) * 100000 + 1 + (n / %(areas)s * 997 + k) %% %(houses)s, 0, 100 + n %% 7"
    " from generate_series(1, %(entries)s) n, generate_series(1, %(per)s) k",
    "insert into ledger.entry (id, area_id, source, reason, fund, booked_on, line_count, content)"
    f" select n, l.area_id, {_SOURCE}, 'deposit_confirmed', 'COMMODITY', {_DAY}, %(per)s + 1,"
    " sha256(convert_to(concat_ws('|', l.area_id, 'bench:' || n, 'deposit_confirmed', 'COMMODITY',"
    f" to_char({_DAY}, 'YYYY-MM-DD'), '', %(per)s + 1) || chr(10) || l.text, 'UTF8'))"
    " from generate_series(1, %(entries)s) n join (select entry_id, area_id, string_agg(custody_id || '|' || code || '|'"
    " || coalesce(sub_account_id::text, '') || '|' || debit_fen || '|' || credit_fen || chr(10), '' order by line_no) as text"
    " from ledger.line group by entry_id, area_id) l on l.entry_id = n",
    "insert into ledger.day_total (area_id, custody_id, code, booked_on, debit_fen, credit_fen)"
    " select area_id, custody_id, code, booked_on, sum(debit_fen), sum(credit_fen) from ledger.line group by 1, 2, 3, 4",
    "update ledger.sub_account s set balance_fen = l.fen, day_product = l.product from ("
    " select sub_account_id, area_id, sum(credit_fen) as fen, sum(credit_fen * (date '2100-01-01' - booked_on)) as product"
    " from ledger.line where sub_account_id is not null group by 1, 2) l"
    " where l.sub_account_id = s.id and l.area_id = s.area_id",
)


def run() -> list[Figure]:
    """Fill the journal, then prove it."""
    wanted = int(os.environ.get("UPKEEP_AUDIT_LINES") or FULL)
    began = time.perf_counter()
    entries = max(1, wanted // (PER_ENTRY + 1))
    _fill(entries)
    lines = entries * (PER_ENTRY + 1)
    print(f"{lines:,} lines in {entries:,} entries written in {time.perf_counter() - began:.0f} s")
    connection.close()
    began = time.perf_counter()
    found = audit()
    took = time.perf_counter() - began
    assert found == [], found[:3]
    limit = LIMIT_S * lines / FULL
    note = f"{lines:,} lines, {entries:,} entries, {AREAS * HOUSES:,} sub-accounts, {rule_count()} rules"
    return [Figure("audit of the whole journal", took, limit, took / limit, must=1.0, goal=GOAL, note=note)]


def _fill(entries: int) -> None:
    values = {"areas": AREAS, "houses": HOUSES, "per": PER_ENTRY, "entries": entries}
    with psycopg.connect(read_environment().database_owner_url, autocommit=True) as owner:
        owner.execute("set work_mem = '256MB'")
        for table in _TABLES:
            owner.execute(f"alter table ledger.{table} disable trigger user".encode())
        cursor = psycopg.ClientCursor(owner)
        for statement in _MAKE:
            cursor.execute(statement.encode(), values)
        for table in _TABLES:
            owner.execute(f"alter table ledger.{table} enable trigger user".encode())
        owner.execute("vacuum analyze")
