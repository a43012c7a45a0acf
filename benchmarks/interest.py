"""A year's interest over a million sub-accounts through the product's own path, computed, approved and booked by a worker in a
process of its own, against the same in bare SQL.

The bare side takes the same journal's rows (a copy under the same keys), computes the same shares of the same pool in one
statement, and writes the same lines and balances, a commit for each area, without guards, preview, resumption or day totals.
`BENCHMARK_AREAS` makes it smaller.
"""

import datetime as dt
import importlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone

from benchmarks.figure import Figure
from benchmarks.posting import _BARE_TABLES
from config.environment import read_environment
from launch.places import ROOT
from upkeep.banking.custody_books import credit_interest
from upkeep.banking.models import CustodyAccount
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.demo.city import City
from upkeep.demo.load import load_small
from upkeep.earnings import runs
from upkeep.earnings.models import InterestRun, RunState
from upkeep.jobs import actions as jobs
from upkeep.jobs.models import Job, JobState
from upkeep.kernel.ids import new_ids

AREAS, HOUSES = int(os.environ.get("BENCHMARK_AREAS", "1000")), 1_000
SETTLED, FIRST = dt.date(2026, 6, 30), dt.date(2025, 6, 30)
EARNED_FEN = 8_888_888_801
MOST_MB = 300.0
_AREAS = """
insert into estate_area (id, number, jurisdiction_id, name, initials, address, developer_id, floor_area_dm2,
                         land_area_dm2, created_at)
select a, 'BENCH' || a, %(city)s, '小区' || a, 'xq', '滨江路' || a || '号', %(developer)s, 1000000, 0, now()
from generate_series(1, %(areas)s) a
"""
_BARE_SHARES = """
create table bare.share as
select id, area_id, part + case when place <= %(total)s - sum(part) over () then 1 else 0 end as fen
from (
    select p.id, p.area_id, div(%(total)s * p.product, w.whole) as part,
           row_number() over (order by mod(%(total)s * p.product, w.whole) desc, p.id) as place
    from (
        select l.sub_account_id as id, l.area_id,
               sum((l.credit_fen - l.debit_fen)::numeric * (date '2026-06-30' - greatest(l.booked_on, date '2025-06-30')))
                   as product
        from bare.line l where l.sub_account_id is not null and l.booked_on < date '2026-06-30'
        group by l.sub_account_id, l.area_id
    ) p, (
        select sum((l.credit_fen - l.debit_fen)::numeric * (date '2026-06-30' - greatest(l.booked_on, date '2025-06-30')))
                   as whole
        from bare.line l where l.sub_account_id is not null and l.booked_on < date '2026-06-30') w
) shares
"""
_BARE_POST = """
with e as (
    insert into bare.entry (id, area_id, source, reason, fund, booked_on, line_count, content)
    select %(entry)s, %(area)s, 'bench:interest', 'earnings_shared', 'COMMODITY', date '2026-06-30', count(*) + 1, '\\x00'
    from bare.share where area_id = %(area)s
), l as (
    insert into bare.line
        (entry_id, line_no, area_id, booked_on, custody_id, code, debit_fen, credit_fen, sub_account_id)
    select %(entry)s, n, %(area)s, date '2026-06-30', %(custody)s, code, debit, credit, id from (
        select 1 as n, '1001' as code, sum(fen)::bigint as debit, 0::bigint as credit, null::bigint as id
        from bare.share where area_id = %(area)s
        union all
        select 1 + row_number() over (order by id), '3001', 0, fen::bigint, id from bare.share where area_id = %(area)s
    ) lines
)
update bare.sub_account s
set balance_fen = balance_fen + fen, version = version + 1,
    day_product = day_product + fen::bigint * (date '2100-01-01' - date '2026-06-30')
from bare.share u where s.id = u.id and s.area_id = %(area)s and u.area_id = %(area)s
"""


def run() -> list[Figure]:
    """The bare side first, on its copy; then ours from the press of the button to the last sub-account."""
    city = load_small(today=timezone.localdate())
    custody = CustodyAccount.objects.get(
        jurisdiction=city.jurisdiction, fund_kind=FundKind.COMMODITY, is_default=True, is_active=True
    )
    with psycopg.connect(read_environment().database_owner_url, autocommit=True) as owner:
        _build(city, custody.pk, owner)
        bare_s = _bare(owner, custody.pk)
    ours_s, peak_mb, pieces = _ours(city, custody.pk)
    ratio = ours_s / bare_s if peak_mb <= MOST_MB else 99.0
    note = (
        f"{AREAS * HOUSES:,} sub-accounts in {AREAS:,} areas, {pieces} commits; the worker held {peak_mb:.0f} MB"
        f" (at most {MOST_MB:.0f})"
    )
    return [Figure("interest of a year, computed and booked", ours_s, bare_s, ratio, must=3.0, goal=2.0, note=note)]


def _build(city: City, custody_id: int, owner: psycopg.Connection[Any]) -> None:
    psycopg.ClientCursor(owner).execute(
        _AREAS,
        {"city": city.jurisdiction.pk, "developer": city.developers[0].pk, "areas": AREAS},
    )
    for area in range(1, AREAS + 1):
        ids = new_ids(HOUSES)
        sub_accounts.open_for(area, ids)
        head: dict[str, Any] = {"area_id": area, "custody_id": custody_id, "fund_kind": FundKind.COMMODITY}
        came = {house: 1_000_000 + 37 * place for place, house in enumerate(ids)}
        later = {house: 12_345 for house in ids[::10]}
        postings.deposit_confirmed(**head, amounts=came, source="b:1", booked_on=dt.date(2024, 1, 1))
        postings.deposit_confirmed(**head, amounts=later, source="b:2", booked_on=dt.date(2026, 1, area % 28 + 1))
        postings.repair_paid(**head, amounts=later, source="b:3", booked_on=dt.date(2026, 5, area % 28 + 1))
    credit_interest(custody_id=custody_id, fen=EARNED_FEN, serial="LX1", booked_on=SETTLED, at=dt.datetime.now(dt.UTC))
    owner.execute("vacuum analyze")
    connection.close()


def _bare(owner: psycopg.Connection[Any], custody_id: int) -> float:
    owner.execute(_BARE_TABLES)
    owner.execute("insert into bare.sub_account select * from ledger.sub_account where area_id <= %s", [AREAS])
    owner.execute(
        "insert into bare.line (entry_id, line_no, area_id, booked_on, custody_id, code, sub_account_id, debit_fen, credit_fen)"
        " select entry_id, line_no, area_id, booked_on, custody_id, code, sub_account_id, debit_fen, credit_fen"
        " from ledger.line where area_id <= %s",
        [AREAS],
    )
    owner.execute("vacuum analyze")
    cursor = psycopg.ClientCursor(owner)
    began = time.perf_counter()
    cursor.execute(_BARE_SHARES, {"total": EARNED_FEN})
    owner.execute("create index on bare.share (area_id)")
    owner.execute("analyze bare.share")
    owner.execute("set enable_seqscan = off")
    for area, entry in enumerate(new_ids(AREAS), start=1):
        cursor.execute(_BARE_POST, {"entry": entry, "area": area, "custody": custody_id})
    spent = time.perf_counter() - began
    owner.execute("reset enable_seqscan")
    owner.execute("drop schema bare cascade")
    return spent


def _ours(city: City, custody_id: int) -> tuple[float, float, int]:
    at = dt.datetime.now(dt.UTC)
    accountant, approver = city.actor("demo-accountant"), city.actor("demo-approver")
    began = time.perf_counter()
    found = runs.start_run(
        jurisdiction_id=city.jurisdiction.pk, settled_on=SETTLED, booked_on=SETTLED, by=accountant, at=at
    )
    computed = _worker()
    runs.approve(found.pk, by=approver, at=at)
    booked = _worker()
    total = time.perf_counter() - began - computed[0] - booked[0]
    done = InterestRun.objects.get(pk=found.pk)
    assert done.state == RunState.POSTED and done.posted_fen == EARNED_FEN, done
    print(f"computing {computed[1]:.1f} s, booking {booked[1]:.1f} s, asking and approving {total:.1f} s")
    pieces = Job.objects.filter(kind=runs.POSTING, state=JobState.DONE).count()
    return total + computed[1] + booked[1], max(computed[2], booked[2]), pieces


def _worker() -> tuple[float, float, float]:
    """Every job that waits, in a process of its own: seconds with its start, seconds of the work, MB at its peak."""
    began = time.perf_counter()
    code = "import django; django.setup(); from benchmarks import interest; interest.work()"
    told = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, text=True, check=True)
    seconds, peak_mb = map(float, told.stdout.split()[-2:])
    return time.perf_counter() - began, seconds, peak_mb


def work() -> None:
    """The worker's part: one interest job after another, as the queue gives them out."""
    importlib.import_module("upkeep.tasks.runner")
    began = time.perf_counter()
    while job := Job.objects.filter(state=JobState.QUEUED, kind__startswith="interest").order_by("pk").first():
        done = jobs.run(job.pk)
        assert done.state == JobState.DONE, done.sentences
    status = Path("/proc/self/status").read_text()
    print(time.perf_counter() - began, int(status.partition("VmHWM:")[2].split()[0]) / 1024)
