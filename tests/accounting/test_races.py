"""Two at once, and a worker that dies: what was decided holds once, and a broken job leaves nothing. covers: F1"""

import os
import subprocess
import sys
import time
from importlib import import_module

import psycopg
import pytest
from django.conf import settings

from launch.places import ROOT
from tests.cast import AT, TODAY, Cast, at_once
from upkeep.accounting import manual, openings
from upkeep.accounting.manual import NewLine, Written
from upkeep.accounting.models import ManualState, ManualVoucher, Opening, OpeningState
from upkeep.accounting.opening_rows import COLUMNS
from upkeep.accounting.openings import BankTotal
from upkeep.banking.custody_books import books_of, custodies_of
from upkeep.books import sub_accounts, vouchers
from upkeep.books.chart import FundKind
from upkeep.jobs import actions as jobs
from upkeep.jobs.models import Job, JobState

pytestmark = [pytest.mark.django_db, pytest.mark.commits]
import_module("upkeep.tasks.runner")

FIRST = TODAY.replace(year=2020)
FEN = 100_00


def _waiting(settled: Cast) -> ManualVoucher:
    custody = next(iter(custodies_of(settled.city.jurisdiction.pk)))
    lines = [NewLine(code="1001", debit_fen=500), NewLine(code="4901", credit_fen=500)]
    written = Written(custody_id=custody.pk, area_id=None, booked_on=TODAY, summary="补记", lines=lines)
    voucher = manual.draft(written, by=settled["demo-accountant"], at=AT)
    return manual.submit(voucher.pk, by=settled["demo-accountant"], at=AT)


class TestTwoAtOnce:
    def test_book_one_voucher_once(self, settled: Cast) -> None:
        voucher, by = _waiting(settled), settled["demo-approver"]

        answers = at_once(*[lambda: manual.approve(voucher.pk, by=by, at=AT)] * 2)

        assert sorted(type(one).__name__ for one in answers) == ["ManualVoucher", "NotOpen"]
        page = vouchers.voucher_page(book_ids=[voucher.book_id], first=TODAY, last=TODAY)
        assert [one.amount_fen for one in page.rows] == [500]

    def test_ask_for_one_reversal(self, settled: Cast) -> None:
        voucher, by = _waiting(settled), settled["demo-accountant"]
        manual.approve(voucher.pk, by=settled["demo-approver"], at=AT)

        answers = at_once(*[lambda: manual.ask_reversal(voucher.pk, reason="记重", booked_on=TODAY, by=by, at=AT)] * 2)

        assert sorted(type(one).__name__ for one in answers) == ["ManualVoucher", "NotOpen"]
        assert ManualVoucher.objects.filter(reverses=voucher, state=ManualState.WAITING).count() == 1

    def test_give_every_voucher_one_number(self, settled: Cast) -> None:
        books = books_of(settled.city.jurisdiction.pk)
        count = len(vouchers.voucher_page(book_ids=books, first=FIRST, last=TODAY, size=10_000).rows)

        answers = at_once(*[lambda: vouchers.number_vouchers(book_ids=books, since=FIRST, through=TODAY)] * 3)

        assert sorted(answers) == [0, 0, count]  # type: ignore[type-var]


def _accepted(settled: Cast) -> tuple[Opening, list[int]]:
    """An opening of the houses that have never paid, accepted and waiting for its job."""
    accountant = settled["demo-accountant"]
    custodies = list(custodies_of(settled.city.jurisdiction.pk))
    custody = next(one for one in custodies if one.fund_kind == FundKind.COMMODITY)
    rows = [row for row in openings.to_fill_in(accountant, custodies) if row[5] == custody.number]
    text = "\n".join(",".join(row) for row in [list(COLUMNS.values()), *([*row[:6], "100"] for row in rows)])
    opening = openings.hand_in(
        file_name="期初.csv",
        chunks=[text.encode()],
        opened_on=TODAY,
        totals={custody.pk: BankTotal(bank_fen=FEN * len(rows))},
        by=accountant,
        at=AT,
    )
    assert jobs.run(opening.job_id or 0).state == JobState.DONE
    openings.accept(opening.pk, by=settled["demo-approver"], at=AT)
    return Opening.objects.get(pk=opening.pk), [int(row[0]) for row in rows]


_WORKER = """
import django
django.setup()
from importlib import import_module
import_module("upkeep.tasks.runner")
from upkeep.jobs.actions import run
run({job})
"""


class TestAWorkerThatDies:
    def test_leaves_nothing_behind_and_the_next_one_books_all_once(self, settled: Cast, database_url: str) -> None:
        opening, ids = _accepted(settled)
        area_id = opening.lines.order_by("area_id")[0].area_id
        keys = {"UPKEEP_SECRET_KEY": settings.SECRET_KEY, "UPKEEP_DATA_KEY": settings.DATA_KEY}
        environment = (
            os.environ | keys | {"DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        )
        with psycopg.connect(database_url) as holder, psycopg.connect(database_url, autocommit=True) as watcher:
            holder.execute("select ledger.lock_books(%s::bigint[])", [[area_id]])
            worker = subprocess.Popen(
                [sys.executable, "-c", _WORKER.format(job=opening.job_id)], env=environment, cwd=ROOT
            )
            _wait(watcher, "exists (select from pg_stat_activity where wait_event_type = 'Lock')")
            worker.kill()
            worker.wait()
            holder.rollback()
            _wait(watcher, "not exists (select from pg_locks where locktype = 'advisory')")
        assert {one.balance_fen for one in sub_accounts.balances(ids).values()} == {0}
        assert Job.objects.get(pk=opening.job_id or 0).state == JobState.RUNNING

        assert jobs.run(opening.job_id or 0).state == JobState.DONE

        assert {one.balance_fen for one in sub_accounts.balances(ids).values()} == {FEN}
        assert Opening.objects.get(pk=opening.pk).state == OpeningState.BOOKED


def _wait(watcher: "psycopg.Connection[tuple[object, ...]]", condition: str) -> None:
    for _ in range(600):
        if watcher.execute(f"select {condition}".encode()).fetchone() == (True,):
            return
        time.sleep(0.05)
    raise AssertionError(condition)
