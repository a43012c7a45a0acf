"""What is common to every procedure of the estate: one lifecycle with its history, the printed application and its reprint,
the list of cases by period, type, channel and number, workbooks where a table is edited.

# covers: Q1 Q2 Q3 Q6
"""

import datetime as dt
import io
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from tests.cast import AT, TODAY, Cast
from tests.web.owners.scene import bare_house
from tests.web.pages import client_of, text
from upkeep.casework import engine, prints
from upkeep.casework.changing import AFTER
from upkeep.casework.models import Case, Channel
from upkeep.casework.pages import SheetPage
from upkeep.casework.parts import put_rows
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.demo import estate_cases as demo
from upkeep.demo.areas import SMALL_PLANS
from upkeep.demo.estate_cases import Desk
from upkeep.demo.fill import Filled
from upkeep.estate import owner_cases
from upkeep.estate.models import House
from upkeep.estate.queries import houses_of_area
from upkeep.procedures.estate.area_change import begun_values

pytestmark = pytest.mark.django_db


def desk(cast: Cast, login: str) -> Desk:
    area = cast.area()
    filled = Filled(SMALL_PLANS[0], area, houses_of_area(area.pk))
    return Desk(cast.city, filled, cast[login], AT, random.Random(5))


def collect(one: Desk) -> Case:
    data = {
        "district": str(one.city.districts[0].pk),
        "name": "云水谣",
        "address": "江阳区滨江路188号",
        "floor_area": "113000",
    }
    case = one.start("area_collection", **data)
    put_rows(case, "houses", ((number, demo._new(one, number - 2)) for number in range(2, 8)))
    return case


def bind(one: Desk) -> Case:
    house = House.objects.get(pk=bare_house(Cast(one.city)).pk)
    given = {"since": timezone.localdate().isoformat(), "owners": [one.person()]}
    return one.start("owner_binding", **owner_cases.begun_for(house), **given)


def change_area(one: Desk) -> Case:
    given = begun_values(one.area.area) | {"begun_for": "area", "name": "江南云邸"}
    return one.start("area_change", **given)


def lend_a_building(one: Desk) -> Case:
    """房屋注销 of the shops."""
    return demo.cancel(one)


@dataclass(frozen=True)
class Row:
    """A procedure: how it is filled in and by whom, its printed form (coverage 3), the table that is edited in it."""

    code: str
    fill: Callable[[Desk], Case]
    by: str = "demo-developer"
    form: str = ""
    table: str = ""
    at_once: bool = False


ROWS = [
    Row("area_collection", collect, form="物业区域采集申请表", table="houses"),
    Row("house_supplement", demo.supplement, form="房屋补充申请表", table="houses"),
    Row("house_change", demo.change_houses, form="房屋信息变更申请表", table=AFTER),
    Row("house_cancellation", lend_a_building, form="房屋注销申请表"),
    Row("building_change", demo.change_building, form="楼栋变更申请表", table=AFTER),
    Row("house_split_merge", demo.split, form="房屋拆分合并申请表", table="new_houses"),
    Row("ownership_change", demo.change_owners, form="房屋权属批量变更申请表", table=AFTER),
    Row("owner_binding", bind, by="demo-company", form="业主绑定申请表"),
    Row("owner_transfer", demo.transfer, by="demo-company", form="业主过户申请表"),
    Row("owner_id_correction", demo.correct_id, by="demo-clerk", form="业主证件更正申请表"),
    Row("area_change", change_area, at_once=True),
]
#: Begun from lists of their own and tested there (tests/web/test_service.py): no form is printed of them.
ELSEWHERE = {"move_in", "area_association"}
each = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.code)


def handed_in(cast: Cast, row: Row) -> tuple[Case, Client]:
    """Submitted on the page, as the applicant does."""
    one = desk(cast, row.by)
    case, client = row.fill(one), client_of(cast, row.by)
    answer = client.post(f"/cases/{case.number}/move/", {"move": "SUBMIT"})
    case = Case.objects.get(pk=case.pk)
    assert case.state == (State.APPROVED if row.at_once else State.SUBMITTED), text(client.get(answer["Location"]))
    return case, client


class TestEveryEstateProcedure:
    def test_stands_in_this_table(self) -> None:
        there = {one.code for one in register if type(one).__module__.startswith("upkeep.procedures.estate.")}

        assert {row.code for row in ROWS} | ELSEWHERE == there

    @each
    def test_is_numbered_has_a_history_and_goes_its_way(self, settled: Cast, row: Row) -> None:
        case, client = handed_in(settled, row)
        page = text(client.get(f"/cases/{case.number}/"))
        assert case.number in page and "提交" in page and "办理过程" in page
        assert "业务办理完成" in text(client.get(f"/cases/{case.number}/done/"))
        if row.at_once:
            return
        waiting = client_of(settled, "demo-clerk" if case.waits_for == "WINDOW_CLERK" else "demo-reviewer")
        waiting.post(f"/cases/{case.number}/move/", {"move": "RETURN", "note": "请补充说明"})
        returned = Case.objects.get(pk=case.pk)
        assert returned.state == State.RETURNED
        assert "请补充说明" in text(client.get(f"/cases/{case.number}/"))
        client.post(f"/cases/{case.number}/move/", {"move": "SUBMIT"})
        for _ in case.chain:
            now = Case.objects.get(pk=case.pk)
            who = {"WINDOW_CLERK": "second-clerk", "FIRST_REVIEWER": "demo-reviewer"}[now.waits_for]
            move = engine.deciding_move(now)
            client_of(settled, who).post(f"/cases/{case.number}/move/", {"move": move})
        assert Case.objects.get(pk=case.pk).state == State.APPROVED
        assert [one.move for one in case.events.order_by("at", "pk")][:3] == [Move.SUBMIT, Move.RETURN, Move.SUBMIT]

    @each
    def test_prints_its_application_and_prints_it_again_by_number_and_type(self, settled: Cast, row: Row) -> None:
        case, client = handed_in(settled, row)

        found = client.get("/cases/prints/", {"q": case.number[-8:], "procedure": row.code})

        if not row.form:
            assert case.number not in text(found) and not register[row.code].prints_of(case)
            return
        assert row.form in text(found)
        assert row.form in text(client.get(f"/cases/{case.number}/done/"))
        [address] = re.findall(rf'href="(/cases/{case.number}/prints/\d+/)"', found.content.decode())
        first, again = client.get(address).content, client.get(address).content
        assert first[:5] == b"%PDF-" and first == again
        document = prints.document_of(case, register[row.code].prints_of(case)[0], at=AT)
        assert (document.title, document.number) == (row.form, case.number)

    @each
    def test_is_found_by_period_type_channel_and_number(self, settled: Cast, row: Row) -> None:
        case, client = handed_in(settled, row)
        channel = Channel.WINDOW if row.by == "demo-clerk" else Channel.ONLINE
        right = {
            "since": TODAY.isoformat(),
            "until": TODAY.isoformat(),
            "procedure": row.code,
            "channel": channel.value,
            "q": case.number,
        }
        wrong = {
            "since": (TODAY + dt.timedelta(days=1)).isoformat(),
            "until": (TODAY - dt.timedelta(days=1)).isoformat(),
            "procedure": "developer_deposit",
            "channel": "BANK",
            "q": "ZZ20260101",
        }

        for who in (client, client_of(settled, "demo-clerk")):
            page = text(who.get("/cases/", right))
            assert case.number in page and register[row.code].title in page and str(channel.label) in page
            for key, value in wrong.items():
                assert case.number not in text(who.get("/cases/", right | {key: value})), key
        sheet = load_workbook(io.BytesIO(client.get("/cases/export/", right).content)).active
        assert [cell.value for cell in sheet[2]][:3] == [case.number, register[row.code].title, str(channel.label)]

    @each
    def test_gives_out_the_workbook_of_what_is_edited_in_it(self, settled: Cast, row: Row) -> None:
        case, client = row.fill(desk(settled, row.by)), client_of(settled, row.by)
        parts = {page.part for page in register[row.code].pages_of(case) if isinstance(page, SheetPage)}
        assert parts == ({row.table} if row.table else set())
        if not row.table:
            return

        for way in ("template", "export"):
            answer = client.get(f"/cases/{case.number}/sheets/{row.table}/{way}/")
            assert answer.status_code == 200, way
            sheet = load_workbook(io.BytesIO(answer.content)).active
            titles = [column.title for column in register[row.code].sheets[row.table].columns]
            assert [str(cell.value).rstrip("*") for cell in sheet[1]] == titles


class TestTheChannels:
    def test_are_the_four_of_the_manual_and_a_wrong_one_narrows_nothing(self, settled: Cast) -> None:
        case, client = handed_in(settled, ROWS[0])
        page = client.get("/cases/", {"channel": "FAX"})

        assert case.number in text(page)
        for label in ("网上", "窗口", "银行", "接口"):
            assert f">{label}</option>" in page.content.decode()

    @pytest.mark.parametrize(
        ("who", "channel"), [("demo-clerk", "WINDOW"), ("demo-developer", "ONLINE"), ("demo-teller1", "BANK")]
    )
    def test_follow_from_who_begins(self, settled: Cast, who: str, channel: str) -> None:
        assert engine.channel_of(settled[who]) == channel

    def test_is_said_by_a_program(self, settled: Cast) -> None:
        by = settled["demo-developer"]

        case = engine.start(register["house_change"], by=by, at=AT, channel=Channel.API)

        assert case.number in text(client_of(settled, "demo-developer").get("/cases/", {"channel": "API"}))
        assert case.number not in text(client_of(settled, "demo-developer").get("/cases/", {"channel": "ONLINE"}))
