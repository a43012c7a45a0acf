"""业主绑定 of many houses by workbook: what is listed, what is bound, faults by cell.

# covers: E10
"""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from tests.cast import Cast
from tests.web.owners.scene import (
    CONTACT,
    LI,
    WANG,
    bare_house,
    begin,
    case_of,
    hand_in,
    nobody_reviews,
    owned_house,
    owned_now,
)
from tests.web.pages import client_of, do_work, text
from upkeep.casework.states import State
from upkeep.estate.models import House, Owner
from upkeep.estate.owner_sheet import OwnerBindingSheet

pytestmark = pytest.mark.django_db


class TestBindingManyByWorkbook:
    def begun(self, cast: Cast, client: Client) -> str:
        base = begin(client, f"/owners/areas/{cast.area().pk}/bind/")
        sent = {"area": str(cast.area().pk), "since": timezone.localdate().isoformat(), **CONTACT}
        answer = client.post(f"{base}edit/1/", sent)
        assert str(answer["Location"]).endswith("edit/2/"), text(answer)
        return base

    def imported(self, client: Client, base: str, found: list[dict[str, Any]]) -> Any:
        content = OwnerBindingSheet().template(rows=found)
        upload = SimpleUploadedFile("业主.xlsx", content)
        client.post(f"{base}sheets/bindings/import/", {"workbook": upload})
        return do_work()

    def cells(self, job: Any) -> dict[str, str]:
        return {cell: sentence for cell, _, sentence in job.result["faults"]}

    def line(self, house: House, person: dict[str, str], **changes: Any) -> dict[str, Any]:
        kind = {"ID_CARD": "居民身份证", "CREDIT_CODE": "统一社会信用代码"}[person["id_kind"]]
        return {
            "building": house.building.name,
            "unit": house.unit or None,
            "room": house.room,
            **person,
            "id_kind": kind,
            "share": person["share"] or None,
        } | changes

    def test_lists_the_houses_without_owners_and_binds_those_that_are_filled_in(self, settled: Cast) -> None:
        nobody_reviews(settled)
        first, second = bare_house(settled), bare_house(settled)
        developer = client_of(settled, "demo-developer")
        base = self.begun(settled, developer)
        found = [
            self.line(first, WANG),
            self.line(second, WANG | {"share": "1/2"}),
            self.line(second, LI | {"share": "50%"}),
        ]
        job = self.imported(developer, base, found)
        assert job.result and not job.result.get("faults"), job.result
        confirm = text(developer.get(f"{base}edit/3/"))
        assert "绑定汇总" in confirm and "王小五" not in confirm
        hand_in(developer, base)

        assert case_of(base).state == State.APPROVED
        assert owned_now(first) == {"王小五": 1_000_000}
        assert owned_now(second) == {"王小五": 500_000, "李小四": 500_000}
        assert Owner.objects.filter(name="王小五").count() == 1

    def test_has_a_template_with_the_houses_that_have_no_owner(self, settled: Cast) -> None:
        house, developer = bare_house(settled), client_of(settled, "demo-developer")
        base = self.begun(settled, developer)
        sheet = load_workbook(io.BytesIO(developer.get(f"{base}sheets/bindings/template/").content)).worksheets[0]
        listed = [tuple(str(cell or "") for cell in row[:3]) for row in sheet.iter_rows(min_row=2, values_only=True)]

        assert (house.building.name, house.unit, house.room) in listed
        taken = owned_house(settled)
        assert (taken.building.name, taken.unit, taken.room) not in listed

    def test_names_the_faults_that_the_cells_show(self, settled: Cast) -> None:
        first, second = bare_house(settled), bare_house(settled)
        developer = client_of(settled, "demo-developer")
        base = self.begun(settled, developer)
        found = [
            self.line(first, WANG, id_number="110105194912310021"),
            self.line(first, LI, phone=None),
            self.line(second, WANG, share="1/2"),
            self.line(second, WANG, share="1/3"),
        ]

        assert self.cells(self.imported(developer, base, found)) == {
            "F2": "身份证号码不正确，请核对 18 位号码（最后一位可为 X）",
            "G3": "联系电话必填",
            "H4": "各业主份额合计应为 100%，现为 83.3333%",
            "F5": "与第 4 行是同一户、同一证件号码",
        }

    def test_names_what_the_register_has_against_it(self, settled: Cast) -> None:
        house, developer = bare_house(settled), client_of(settled, "demo-developer")
        taken = owned_house(settled)
        known = Owner.objects.filter(ownerships__house=taken).get()
        base = self.begun(settled, developer)
        found = [
            self.line(taken, WANG),
            self.line(house, LI, room="9999"),
            self.line(house, WANG, id_number=known.id_number),
        ]

        assert self.cells(self.imported(developer, base, found)) == {
            "C2": "已登记业主，更换业主请办理过户",
            "C3": "该物业区域的楼盘表中没有这户房屋，请核对楼栋、单元、房号",
            "F4": "在本市登记的姓名与所填的不同，请核对姓名和证件号码",
        }
        assert not owned_now(house)

    def test_with_no_owner_filled_in_cannot_be_handed_in(self, settled: Cast) -> None:
        house, developer = bare_house(settled), client_of(settled, "demo-developer")
        base = self.begun(settled, developer)
        empty = {"building": house.building.name, "unit": house.unit or None, "room": house.room}
        self.imported(developer, base, [empty])

        assert "表中没有填写任何业主" in text(developer.get(f"{base}edit/3/"))

    def test_of_a_house_bound_meanwhile_is_refused_as_a_whole(self, settled: Cast) -> None:
        nobody_reviews(settled)
        first, second = bare_house(settled), bare_house(settled)
        developer = client_of(settled, "demo-developer")
        base = self.begun(settled, developer)
        self.imported(developer, base, [self.line(first, WANG), self.line(second, LI)])
        other = self.begun(settled, developer)
        self.imported(developer, other, [self.line(second, LI)])
        hand_in(developer, other)

        assert "已登记业主，更换业主请办理过户" in text(hand_in(developer, base))
        assert not owned_now(first)
