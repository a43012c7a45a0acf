"""对账: a bank's file of 100,000 lines read, checked, kept, and matched with as many movements of the books.

The limit of 60 s stands in the place of the baseline, in the processor's time of Python and the database, so that neighbours on
the machine do not count; by the clock beside it. A hundred lines have no counterpart and stay open.
"""

import datetime as dt
import time

from django.db import transaction

from benchmarks.figure import Figure
from benchmarks.houses import computed_s
from upkeep.banking.models import CustodyAccount
from upkeep.books import postings
from upkeep.books.bank_movements import bank_balance
from upkeep.books.chart import FundKind
from upkeep.demo.load import load_small
from upkeep.estate.models import House
from upkeep.kernel.dates import start_of
from upkeep.kernel.money import yuan
from upkeep.reconciliation.adjustment import adjustment
from upkeep.reconciliation.formats.known import BARRED
from upkeep.reconciliation.formats.reading import read_statement
from upkeep.reconciliation.matching import match_custody
from upkeep.reconciliation.models import Channel
from upkeep.reconciliation.receiving import receive

LINES, OPEN = 100_000, 100
LIMIT_S = 60.0
_BATCH = 5_000


def run() -> list[Figure]:
    """Each step with its commit."""
    day = dt.date(2026, 11, 20)
    at = start_of(day) + dt.timedelta(hours=20)
    city = load_small(today=day)
    custody = CustodyAccount.objects.get(jurisdiction=city.jurisdiction, fund_kind=FundKind.COMMODITY)
    opening = bank_balance(custody_id=custody.pk, on=day)
    _book(custody, day)
    content = _file(custody, day, opening)

    began, busy = time.perf_counter(), computed_s()
    read = read_statement(content, wanted=BARRED)
    read_s = time.perf_counter() - began
    assert read.opening_fen is not None and read.closing_fen is not None
    receive(
        custody_id=custody.pk,
        day=day,
        opening_fen=read.opening_fen,
        closing_fen=read.closing_fen,
        lines=read.lines,
        channel=Channel.FILE,
        at=at,
    )
    kept_s = time.perf_counter() - began
    done = match_custody(custody_id=custody.pk, at=at)
    all_s, busy_s = time.perf_counter() - began, computed_s() - busy
    assert done.by_serial == LINES - OPEN, done
    found = adjustment(custody, day=day)
    assert found is not None and len(found.bank_received) == OPEN and found.is_even
    note = f"read {read_s:.1f} s, kept {kept_s - read_s:.1f} s, matched {all_s - kept_s:.1f} s by the clock"
    name = f"{LINES:,} lines of a bank's file reconciled, {OPEN} of them open"
    return [Figure(name, busy_s, LIMIT_S, busy_s / LIMIT_S, must=1, goal=0.5, note=note)]


def _book(custody: CustodyAccount, day: dt.date) -> None:
    """As many deposits as the bank will name but for those that stay open."""
    houses = list(House.objects.order_by("pk").values_list("pk", "area_id"))
    with transaction.atomic():
        for begin in range(0, LINES - OPEN, _BATCH):
            postings.deposits_confirmed(
                [
                    postings.Deposit(
                        area_id=houses[number % len(houses)][1],
                        custody_id=custody.pk,
                        fund_kind=FundKind.COMMODITY,
                        amounts={houses[number % len(houses)][0]: _fen(number)},
                        source=f"bank:{custody.bank_id}:{_serial(number)}",
                        booked_on=day,
                    )
                    for number in range(begin, min(begin + _BATCH, LINES - OPEN))
                ]
            )


def _serial(number: int) -> str:
    return f"N{number:08d}"


def _fen(number: int) -> int:
    return 10_000 + number % 977


def _file(custody: CustodyAccount, day: dt.date, opening: int) -> bytes:
    total = sum(_fen(number) for number in range(LINES))
    head = f"H|{custody.number}|{day:%Y%m%d}|{opening}|{opening + total}"
    rows = [
        f"D|{_serial(number)}|{day:%Y%m%d}|{number % 24:02d}{number % 60:02d}00|1|{_fen(number)}|交款人|交存 {yuan(_fen(number))}"
        for number in range(LINES)
    ]
    return "\n".join([head, *rows]).encode("gbk")
