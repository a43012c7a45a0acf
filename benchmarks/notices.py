"""A developer's batch of 5,000 houses from the choice to the printed notice, and the bank's word for it; 1,000 owners' notices
as one PDF. Everything by the product's own pages; the queue's work is done on the spot, as its worker does it.

The limit stands in the place of the baseline, so a ratio of 1 is the limit.
"""

import dataclasses
import random
import time
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from benchmarks.figure import Figure
from upkeep.banking.models import PaySlip, SlipState
from upkeep.casework.models import Case
from upkeep.demo import fill
from upkeep.demo.areas import SMALL_PLANS
from upkeep.demo.city import City
from upkeep.demo.load import load_small
from upkeep.demo.people import invent
from upkeep.deposits.models import Receipt
from upkeep.deposits.owner_sheet import OwnerSheet, PayerSheet
from upkeep.deposits.owners import owner_rows
from upkeep.deposits.payers import house_rows
from upkeep.estate.models import Ownership
from upkeep.jobs import actions as jobs
from upkeep.jobs.models import Job
from upkeep.sheets.sheet import Sheet

HOUSES, OWNERS = 5_000, 1_000
#: Seconds from the choice to the printed notice, and until the bank has confirmed.
PRINTED_S, CONFIRMED_S = 20.0, 5.0


def run() -> list[Figure]:
    """Two areas of nobody's houses: one for the batch, one for the owners' notices."""
    city = load_small(today=timezone.localdate())
    area, clock = _area(city, "五千户苑", floors=50, per_floor=10, units=10), [time.process_time()]
    steps, number = _batch(city, area)
    clock.append(time.process_time())
    confirmed = _timed(lambda: _confirm(city, number))
    clock.append(time.process_time())
    slip = PaySlip.objects.get(number=number)
    assert (slip.state, slip.house_count, Receipt.objects.filter(slip=slip).count()) == ("PAID", HOUSES, HOUSES)
    assert Ownership.objects.filter(house__slip_lines__slip=slip).count() == HOUSES
    area = _area(city, "千户苑", floors=25, per_floor=8, units=5)
    clock.append(time.process_time())
    owners = _owner_notices(city, area)
    clock.append(time.process_time())
    return [
        _figure(
            f"batch deposit of {HOUSES:,} houses, from the choice to the printed notice",
            steps,
            PRINTED_S,
            clock[1] - clock[0],
        ),
        _figure(
            "the bank confirms it: books, owners, a receipt per house",
            {"confirm": confirmed},
            CONFIRMED_S,
            clock[2] - clock[1],
        ),
        _figure(f"notices for {OWNERS:,} owners, from the choice to one PDF", owners, PRINTED_S, clock[4] - clock[3]),
    ]


def _figure(name: str, steps: dict[str, float], limit_s: float, computed_s: float) -> Figure:
    seconds = sum(steps.values())
    parts = ", ".join(f"{step} {spent:.2f}" for step, spent in steps.items())
    parts += f"; {computed_s:.2f} s computed by this process, the workbook's filling in included"
    return Figure(name, seconds, limit_s, seconds / limit_s, must=1, goal=0.5, note=f"baseline is the limit; {parts}")


def _area(city: City, name: str, *, floors: int, per_floor: int, units: int) -> fill.Filled:
    """An area of the first developer whose houses have no owner yet."""
    plan = dataclasses.replace(
        SMALL_PLANS[0], name=name, floors=floors, per_floor=per_floor, units=units, shops=0, share_paid=0.0
    )
    one = fill.moment(timezone.localdate())
    filled = fill.enter_area(city, plan, place=0, committee=None, at=one, chance=random.Random(1))
    assert len(filled.houses) == floors * per_floor * units
    return filled


def _timed(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


class _Developer:
    """The developer at his browser, with what each step took."""

    def __init__(self, city: City, procedure: str) -> None:
        self.client, self.steps = Client(), dict[str, float]()
        self.client.force_login(city.users["demo-developer"])
        self.number = self.client.post(f"/cases/new/{procedure}/begin/")["Location"].split("/")[2]

    @property
    def case(self) -> Case:
        return Case.objects.get(number=self.number)

    def post(self, step: str, path: str, data: dict[str, Any] | None = None) -> Any:
        """Send a form; the queue's work that it asks for is done at once."""
        began, jobs_before = time.perf_counter(), Job.objects.count()
        answer = self.client.post(path, data or {})
        assert answer.status_code == 302, answer.content.decode()[:2_000]
        if Job.objects.count() > jobs_before:
            job = jobs.run(Job.objects.order_by("-id")[0].pk)
            assert job.state == "DONE", job.sentences
            answer = self.client.get(f"/jobs/{job.pk}/")
        self.steps[step] = self.steps.get(step, 0) + time.perf_counter() - began
        return answer

    def choose(self, area_id: int, **data: str) -> None:
        """Area, contact, and all of its houses."""
        contact = {"contact_name": "陈立", "contact_phone": "13808300001"}
        self.post("area", f"/cases/{self.number}/edit/1/", {"area": str(area_id), **contact, **data})
        self.post("choose", f"/cases/{self.number}/edit/2/", {"action": "all"})
        began = time.perf_counter()
        answer = self.client.get(f"/cases/{self.number}/edit/3/")
        assert answer.status_code == 200
        self.steps["owners' page"] = time.perf_counter() - began

    def send_sheet(self, sheet: type[Sheet], rows: list[dict[str, Any]], **data: str) -> Any:
        """The template out, filled in by the developer (which is not measured), and in again."""
        path = f"/cases/{self.number}/sheets/owners"
        self.steps["template"] = _timed(lambda: self.client.get(f"{path}/template/"))
        content = sheet().export(rows)
        sent = {"workbook": SimpleUploadedFile("业主信息.xlsx", content), **data}
        return self.post("import", f"{path}/import/", sent)


def _owner(chance: random.Random) -> dict[str, Any]:
    person = invent(chance)
    return {
        "owner_name": person.name,
        "paper_kind": "身份证",
        "paper_number": person.id_number,
        "owner_phone": person.phone,
    }


def _batch(city: City, filled: fill.Filled) -> tuple[dict[str, float], str]:
    developer, chance = _Developer(city, "developer_deposit"), random.Random(3)
    developer.choose(filled.area.pk, kind="COLLECTED")
    rows = [{**row, **_owner(chance)} for row in owner_rows(developer.case)]
    asked = {"receipt_mode": "PER_HOUSE", "receipt_phone": "13808300001"}
    answer = developer.send_sheet(OwnerSheet, rows, **asked)
    assert answer["Location"].endswith("/done/"), answer["Location"]
    [slip] = PaySlip.objects.filter(case=developer.case)
    answer = developer.post("print", f"/deposits/slips/{slip.number}/print/")
    developer.steps["open"] = _timed(lambda: developer.client.get(answer["Location"]))
    return developer.steps, slip.number


def _confirm(city: City, number: str) -> None:
    teller, slip = Client(), PaySlip.objects.get(number=number)
    teller.force_login(city.users["demo-teller1"])
    data = {"number": number, "amount_fen": slip.total_fen, "serial": "BENCH-5000"}
    teller.post("/bank/counter/confirm/", data)


def _owner_notices(city: City, filled: fill.Filled) -> dict[str, float]:
    developer, chance = _Developer(city, "printed_notice"), random.Random(4)
    developer.choose(filled.area.pk)
    developer.send_sheet(PayerSheet, [{**row, **_owner(chance)} for row in house_rows(developer.case)])
    developer.post("hand in", f"/cases/{developer.number}/edit/3/", {"action": "next"})
    assert PaySlip.objects.filter(case=developer.case, state=SlipState.WAITING).count() == OWNERS
    answer = developer.post("print", f"/deposits/slips/print/?case={developer.number}", {"action": "all"})
    page = developer.client.get(answer["Location"])
    assert page["Content-Type"] == "application/pdf"
    return developer.steps
