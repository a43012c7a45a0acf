"""期初建账 of a city of nearly a million houses: a CSV file read and checked, accepted, and booked, by the product's own worker.

The baseline is the limit, so a ratio of 1 is the limit; the worker's peak of memory counts as well. `OPENINGS_AREAS=20` makes a
small city of it. The last figures are pages of the ledger over what was booked.
"""

import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone

from benchmarks import houses
from benchmarks.figure import Figure
from benchmarks.houses import build_town, client_of
from config.environment import read_environment
from launch.places import ROOT, var
from upkeep.accounting import openings
from upkeep.accounting.models import Opening, OpeningState
from upkeep.accounting.opening_rows import COLUMNS
from upkeep.accounting.openings import BankTotal
from upkeep.banking.custody_books import custodies_of
from upkeep.books import sub_accounts
from upkeep.demo.city import City
from upkeep.demo.load import load_small
from upkeep.jobs.models import Job
from upkeep.kernel.money import yuan

READ_S, BOOK_S, PAGE_S = 60.0, 120.0, 1.0
MOST_MB = 400
_ROUNDS = 5


def _papers() -> override_settings:
    """The store of files in a folder that the worker sees too."""
    folder = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(var() / "papers")}}
    return override_settings(STORAGES=settings.STORAGES | {"default": folder})


def run() -> list[Figure]:
    """The file, the acceptance and the pages."""
    with _papers():
        return _run()


def _run() -> list[Figure]:
    houses.AREAS = int(os.environ.get("OPENINGS_AREAS", houses.AREAS))
    city = load_small(today=timezone.localdate())
    build_town(city)
    for area_id in range(1, houses.AREAS + 1):
        sub_accounts.open_for(area_id, [])
    opening = _hand_in(city)
    read = _work(opening)
    opening.refresh_from_db()
    assert opening.state_now is OpeningState.WAITING, list(opening.fault_rows.values_list("row_no", "text")[:5])
    openings.accept(opening.pk, by=city.actor("demo-approver"), at=dt.datetime.now(dt.UTC))
    booked = _work(opening)
    opening.refresh_from_db()
    assert opening.state == OpeningState.BOOKED
    share = opening.rows / 980_000
    with psycopg.connect(read_environment().database_owner_url, autocommit=True) as owner:
        owner.execute("vacuum analyze")  # as after any bulk load
    client = client_of(city, "demo-accountant")
    return [
        _figure(f"{opening.rows:,} rows read and checked", read, READ_S * max(share, 0.05)),
        _figure(f"{opening.rows:,} opening balances booked", booked, BOOK_S * max(share, 0.05)),
        _page("明细账 of 1001, the whole city", client, "/accounting/ledger/?code=1001"),
        _page("科目余额表, the whole city", client, "/accounting/balances/"),
        _page("凭证, the whole city", client, "/accounting/vouchers/"),
    ]


def _hand_in(city: City) -> Opening:
    """The table as it is downloaded, every house with some balance; the banks have just that."""
    accountant = city.actor("demo-accountant")
    custodies = list(custodies_of(city.jurisdiction.pk))
    totals: dict[str, int] = {}

    def chunks() -> Iterator[bytes]:
        piece = [",".join(COLUMNS.values())]
        for place, row in enumerate(openings.to_fill_in(accountant, custodies)):
            fen = 800_000 + place % 100_000
            totals[row[5]] = totals.get(row[5], 0) + fen
            piece.append(",".join([*row[:6], yuan(fen).replace(",", "")]))
            if len(piece) == 20_000:
                yield ("\n".join(piece) + "\n").encode()
                piece = []
        yield ("\n".join(piece) + "\n").encode()

    content = list(chunks())
    return openings.hand_in(
        file_name="期初.csv",
        chunks=content,
        opened_on=timezone.localdate(),
        totals={one.pk: BankTotal(bank_fen=totals[one.number]) for one in custodies if one.number in totals},
        by=accountant,
        at=dt.datetime.now(dt.UTC),
    )


def _work(opening: Opening) -> tuple[float, float]:
    """Seconds from the job's beginning to its end, and the MB at the peak of the worker that did it."""
    opening.refresh_from_db()
    code = "import django; django.setup(); from benchmarks import openings; openings.work()"
    told = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, text=True, check=True)
    job = Job.objects.get(pk=opening.job_id or 0)
    assert job.state == "DONE" and job.started_at and job.finished_at, job.sentences
    return (job.finished_at - job.started_at).total_seconds(), float(told.stdout.split()[-1])


def work() -> None:
    """The product's worker until there is nothing to do; then the peak of its memory in MB."""
    with _papers():
        call_command("work", "--once")
    status = Path("/proc/self/status").read_text()
    print(int(status.partition("VmHWM:")[2].split()[0]) / 1024)


def _figure(name: str, spent: tuple[float, float], limit_s: float) -> Figure:
    seconds, peak_mb = spent
    ratio = max(seconds / limit_s, 2 if peak_mb > MOST_MB else 0)
    note = f"baseline is the limit; the worker held {peak_mb:.0f} MB (at most {MOST_MB})"
    return Figure(name, seconds, limit_s, ratio, must=1, goal=0.5, note=note)


def _page(name: str, client: Client, address: str) -> Figure:
    """The slowest of a few askings."""
    taken = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        assert client.get(address).status_code == 200
        taken.append(time.perf_counter() - began)
    return Figure(name, max(taken), PAGE_S, max(taken) / PAGE_S, must=1, goal=0.5, note="baseline is the limit")
