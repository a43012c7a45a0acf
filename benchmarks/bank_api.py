"""Confirmations by the banks' interface: one bank, 200 signed messages a second over HTTP, each a deposit of one house.

Two server processes as the product runs them; the bank is a process of its own on the same machine and does not wait for
answers. The limit stands in the place of the baseline: 99 of 100 answers within 150 ms of the moment at which their message
was due. In full 6,000 confirmations in 20 areas; UPKEEP_BENCH_SLIPS asks for fewer, UPKEEP_BENCH_RATE for another rate.
"""

import dataclasses
import datetime as dt
import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import timezone

from benchmarks.figure import Figure
from launch.environment import django_environment
from launch.places import ROOT
from upkeep.bank_api.keys import MadeKey, enable_key, make_key
from upkeep.bank_api.models import BankMessage, SignatureKind
from upkeep.banking.models import PaySlip, SlipState
from upkeep.books.audit import audit
from upkeep.demo import fill
from upkeep.demo.areas import SMALL_PLANS
from upkeep.demo.city import City
from upkeep.demo.load import load_small
from upkeep.deposits.actions import HousePayer, issue_owner_slips

AREAS, SLIPS = 20, 6_000
RATE = int(os.environ.get("UPKEEP_BENCH_RATE", 200))
LIMIT_S = 0.150


def run() -> list[Figure]:
    """Slips of single houses over many areas, in no order, confirmed by the first bank's system."""
    city = load_small(today=timezone.localdate())
    slips = _slips(city, int(os.environ.get("UPKEEP_BENCH_SLIPS", SLIPS)))
    made = _key(city, slips[0])
    messages = [
        (
            f"/api/bank/v1/slips/{slip.number}/confirmation",
            json.dumps({"serial": f"BENCH{place:07d}", "amount_fen": slip.total_fen, "operator": "8801"}),
        )
        for place, slip in enumerate(slips)
    ]
    with _served() as port:
        plan = {"key": made.key.code, "secret": made.secret, "host": "127.0.0.1", "port": port}
        _send(plan | {"rate": 50, "messages": messages[:100]}, first=0)
        sent, seconds = _send(plan | {"rate": RATE, "messages": messages[100:]}, first=100)
    return [_figure(sent, seconds, count=len(slips))]


def _figure(sent: list[dict[str, float]], seconds: float, *, count: int) -> Figure:
    wrong = [one for one in sent if one["status"] != 200]
    assert not wrong, f"{len(wrong)} were not confirmed: {wrong[:3]}"
    assert PaySlip.objects.filter(state=SlipState.PAID, bank_serial__serial__startswith="BENCH").count() == count
    assert BankMessage.objects.filter(status=200).count() == count
    assert audit() == []
    times = sorted(one["seconds"] for one in sent)
    p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
    note = (
        f"baseline is the limit; {len(times):,} confirmations at {len(times) / seconds:.0f}/s, none refused, books audited;"
        f" p50 {p50 * 1000:.0f} ms, slowest {times[-1] * 1000:.0f} ms"
    )
    name = f"a bank's confirmation at {RATE}/s, p99"
    return Figure(name, p99, LIMIT_S, p99 / LIMIT_S, must=1, goal=0.5, note=note)


def _slips(city: City, count: int) -> list[PaySlip]:
    """Waiting slips of single houses, mixed over the areas."""
    today, found = timezone.localdate(), list[PaySlip]()
    each = -(-count // AREAS)
    for place in range(AREAS):
        plan = dataclasses.replace(
            SMALL_PLANS[0], name=f"确认苑{place}", floors=-(-each // 20), per_floor=5, units=4, shops=0, share_paid=0.0
        )
        filled = fill.enter_area(
            city, plan, place=0, committee=None, at=fill.moment(today), chance=random.Random(place)
        )
        houses = filled.houses[:each]
        payer = HousePayer(name="王建国", id_hash="", phone="")
        by, at = city.actor("demo-developer"), dt.datetime.now(dt.UTC)
        found += issue_owner_slips(
            area=filled.area, houses=houses, payers={one.pk: payer for one in houses}, by=by, at=at
        )
    random.Random(7).shuffle(found)
    return found[:count]


def _key(city: City, slip: PaySlip) -> MadeKey:
    at = dt.datetime.now(dt.UTC)
    made = make_key(
        bank_id=slip.custody.bank_id,
        name="测速",
        kind=SignatureKind.HMAC_SM3,
        by=city.actor("demo-system-admin"),
        at=at,
    )
    enable_key(made.key.pk, by=city.actor("demo-security-admin"), at=at)
    return made


def _send(plan: dict[str, object], *, first: int) -> tuple[list[dict[str, float]], float]:
    """What the bank's process did with the messages; `first` keeps the idempotency keys of two rounds apart."""
    command = [sys.executable, "-m", "benchmarks.bank_line"]
    environment = {**django_environment()}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, input=json.dumps(plan | {"first": first}).encode(), stdout=subprocess.PIPE
    )
    assert done.returncode == 0
    told = json.loads(done.stdout)
    return told["sent"], told["seconds"]


@contextmanager
def _served() -> Iterator[int]:
    """The product's server on the measured database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "4", "--log-level", "warning", "config.wsgi:application"]
    keys = {"UPKEEP_SECRET_KEY": settings.SECRET_KEY, "UPKEEP_DATA_KEY": settings.DATA_KEY, "UPKEEP_PUBLIC_URL": base}
    server = subprocess.Popen(command, cwd=ROOT, env={**django_environment(), **keys})
    try:
        _wait_for(f"{base}/healthz")
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(address: str) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise TimeoutError(address)
