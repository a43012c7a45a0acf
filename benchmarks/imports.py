"""A house table from the upload to the register: 20,000 houses, 50,000 rows with 500 faults, 20,000 from the registry.

Reading is done by the product's own worker in a process of its own, deciding by the pages in another, so that the peak of
memory is that of one process. The limit stands in the place of the baseline, so a ratio of 1 is the limit.
"""

import datetime as dt
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from benchmarks.figure import Figure
from launch.places import ROOT
from upkeep.casework import engine, files
from upkeep.casework.models import Case
from upkeep.casework.parts import row_count
from upkeep.casework.procedure import register
from upkeep.demo.load import load_small
from upkeep.demo.papers import picture_of
from upkeep.estate.house_sheet import HouseTable
from upkeep.estate.models import House
from upkeep.estate.sandbox_projects import PROJECTS
from upkeep.estate.sandbox_registry import SandboxRegistry
from upkeep.jobs.models import Job
from upkeep.parties.models import Jurisdiction, User
from upkeep.parties.queries import actor_of

HOUSES, MOST, FAULTS = 20_000, 50_000, 500
#: Seconds until the preview and until the effect (60 s together at the most), and until 500 faults are named.
GOAL_S, MUST_TOGETHER_S, FAULTS_S = 20.0, 60.0, 10.0
MOST_MB = 300


@dataclass(frozen=True)
class Spent:
    """What a piece of work took: seconds by the clock, MB at the peak of its process, seconds that it computed in all."""

    seconds: float
    peak_mb: float
    computed_s: float


def run() -> list[Figure]:
    """One area of 20,000 houses from a workbook, one from the registry, and a workbook that is refused."""
    load_small(today=timezone.localdate())
    number = _begin("两万户苑")
    preview = _import(number, HouseTable().export(_rows(HOUSES)))
    looked = _other_process("look", number)
    effect = _other_process("decide", number)
    wrong = _import(_begin("有误苑"), HouseTable().export(_rows(MOST, faults=FAULTS)), faults=FAULTS)
    fetched = _fetch(_begin("万户新城"))
    return [
        _figure("20,000 houses from upload to preview", preview, GOAL_S),
        _figure("the page that sums them up before they are handed in", looked, GOAL_S),
        _figure("20,000 houses from hand-in to effect", effect, GOAL_S),
        _figure("500 faults in 50,000 rows, each named and marked", wrong, FAULTS_S, must=1, most_mb=2 * MOST_MB),
        _figure("20,000 houses fetched from the sandbox registry", fetched, GOAL_S),
    ]


def _figure(
    name: str, spent: Spent, limit_s: float, *, must: float = MUST_TOGETHER_S / 2 / GOAL_S, most_mb: int = MOST_MB
) -> Figure:
    note = f"baseline is the limit; its process computed {spent.computed_s:.1f} s, start included, "
    note += f"and held {spent.peak_mb:.0f} MB (at most {MOST_MB} for 20,000 houses)"
    ratio = max(spent.seconds / limit_s, must + 1 if spent.peak_mb > most_mb else 0)
    return Figure(name, spent.seconds, limit_s, ratio, must=must, goal=1, note=note)


def _rows(count: int, *, faults: int = 0) -> list[dict[str, Any]]:
    """Buildings of 500 houses; every so many rows one cell is wrong, each in another way."""
    rows = [
        {
            "building": f"{number // 500 + 1}幢",
            "building_kind": "高层",
            "elevator": "有",
            "structure": "框剪结构",
            "built_month": "202509",
            "unit": f"{number % 5 + 1}单元",
            "floor": number % 500 // 20 + 1,
            "room": f"{number % 500 // 20 + 1}{number % 20:02d}",
            "use": "住宅",
            "nature": "商品房",
            "area_dm2": 88_00 + number % 4_000,
            "inner_area_dm2": 70_00 + number % 1_000,
            "address": f"江阳区新城大道1号{number // 500 + 1}幢{number % 5 + 1}单元{number % 500}",
            "note": None,
        }
        for number in range(count)
    ]
    wrongs: tuple[dict[str, Any], ...] = (
        {"area_dm2": None},
        {"use": "公寓"},
        {"floor": 0},
        {"unit": None},
        {"built_month": "202513"},
    )
    for place in range(faults):
        rows[place * (count // faults)] |= wrongs[place % len(wrongs)]
    return rows


def _begin(name: str) -> str:
    """The number of a case whose first page is filled in and whose papers are there."""
    by, at = actor_of(User.objects.get(username="demo-developer")), dt.datetime.now(dt.UTC)
    district = Jurisdiction.objects.get(name="江阳区").pk
    data = {"district": str(district), "name": name, "address": "江阳区新城大道1号", "floor_area": "9000000"}
    case = engine.start(register["area_collection"], by=by, at=at, data=data)
    files.attach(case.pk, paper="planning_permit", name="1.png", content=picture_of("许可证"), by=by, at=at)
    return case.number


def _client(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def _import(number: str, content: bytes, *, faults: int = 0) -> Spent:
    sent = {"workbook": SimpleUploadedFile("房屋信息.xlsx", content)}
    return _job(number, f"/cases/{number}/sheets/houses/import/", sent, faults=faults)


def _fetch(number: str) -> Spent:
    project = next(one for one in PROJECTS if one.houses_each * one.buildings == HOUSES)
    buildings = [str(one["id"]) for one in project.buildings_as_json()]
    server = SandboxRegistry(("127.0.0.1", 0))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["UPKEEP_HOUSING_REGISTRY_URL"] = settings.HOUSING_REGISTRY_URL = server.url
    spent = _job(number, f"/cases/{number}/sheets/houses/registry/", {"project": project.id, "building": buildings})
    server.shut()
    return spent


def _job(number: str, address: str, sent: dict[str, Any], *, faults: int = 0) -> Spent:
    """From the press of the button until the worker says that it is done; the worker waits in a process of its own."""
    began = time.perf_counter()
    answer = _client("demo-developer").post(address, sent)
    uploaded = time.perf_counter() - began
    worker = _other_process("work")
    job = Job.objects.get(pk=int(answer["Location"].split("/")[-2]))
    assert job.state == "DONE" and job.started_at and job.finished_at, job.sentences
    assert (job.result or {}).get("fault_count", 0) == faults, job.result
    assert row_count(Case.objects.get(number=number), "houses") == (0 if faults else HOUSES)
    seconds = uploaded + (job.finished_at - job.started_at).total_seconds()
    return Spent(seconds, worker.peak_mb, worker.computed_s)


def _other_process(step: str, *arguments: str) -> Spent:
    """A step of this module in a process of its own."""
    code = f"import django; django.setup(); from benchmarks import imports; imports.{step}(*{arguments!r})"
    told = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, text=True, check=True)
    seconds, peak_mb, computed = map(float, told.stdout.split()[-3:])
    return Spent(seconds, peak_mb, computed)


def _report(seconds: float) -> None:
    """Seconds, the peak of this process's own memory (what `rusage` says begins with its parent's), what it computed."""
    status = Path("/proc/self/status").read_text()
    peak_mb = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(seconds, peak_mb, time.process_time())


def work() -> None:
    """The product's worker, until nothing is left to do."""
    call_command("work", "--once")
    _report(0)


def look(number: str) -> None:
    """The page with everything before it is handed in."""
    client = _client("demo-developer")
    began = time.perf_counter()
    answer = client.get(f"/cases/{number}/edit/4/")
    _report(time.perf_counter() - began)
    assert answer.status_code == 200 and f"{HOUSES:,}" in answer.content.decode()


def decide(number: str) -> None:
    """Handed in, accepted and passed on the pages, until the houses are in the register."""
    began = time.perf_counter()
    for username, move in (("demo-developer", "SUBMIT"), ("demo-clerk", "ACCEPT"), ("demo-reviewer", "PASS")):
        _client(username).post(f"/cases/{number}/move/", {"move": move})
    _report(time.perf_counter() - began)
    case = Case.objects.get(number=number)
    assert case.state == "APPROVED", case.state
    assert House.objects.filter(area_id=case.area_id or 0).count() == HOUSES
