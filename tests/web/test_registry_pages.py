"""接口获取 on the pages: from the search to houses in the register, with what is wrong mended on the way.

# covers: E3 E4
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from tests.cast import AT, Cast, move
from tests.estate.registry_stage import serving
from tests.procedures.test_house_supplement import area_of
from tests.web.pages import client_of, do_work, text
from tests.web.test_cases import begun, form_of, photo
from upkeep.books import sub_accounts
from upkeep.casework.models import Case
from upkeep.casework.parts import faults_in, row_count, rows_of
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.estate import registry
from upkeep.estate.models import Area, House
from upkeep.estate.sandbox_registry import Fault, SandboxRegistry
from upkeep.policy.actions import set_policy
from upkeep.policy.collection_rule import WORKBOOK, CollectionRule
from upkeep.policy.models import PolicyKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxRegistry]:
    monkeypatch.setattr(registry, "PAUSES", (0.01,))
    with serving(settings, seconds=5) as found:
        yield found


@pytest.fixture
def client(cast: Cast) -> Client:
    return client_of(cast, "demo-developer")


def ticked(client: Client, url: str, project: str) -> list[str]:
    """The buildings that the page of a project offers."""
    page = client.get(f"{url}?project={project}").content.decode()
    return re.findall(r'name="building" value="([^"]+)"', page)


def fetch(client: Client, url: str, project: str, buildings: list[str], **more: str) -> Any:
    """Ask for the buildings and do the work; the answer to who waits for it."""
    asked = client.post(url, {"project": project, "building": buildings, **more})
    do_work()
    return client.get(asked["Location"])


def of(number: str) -> str:
    return f"/cases/{number}/sheets/houses/registry/"


class TestTheWayThroughTheRegistry:
    def test_leads_from_the_search_to_an_area_with_its_houses(
        self, cast: Cast, client: Client, server: SandboxRegistry
    ) -> None:
        number = begun(client)
        client.post(f"/cases/{number}/edit/1/", form_of(cast, name="云栖湖畔"))
        source = client.get(f"/cases/{number}/edit/2/")
        assert f'href="{of(number)}"' in source.content.decode() and "接口获取" in text(source)
        assert 'value="云栖湖畔"' in client.get(of(number)).content.decode()

        found = client.get(of(number), {"name": "", "address": "云栖路"})
        assert "云栖湖畔" in text(found) and "江南置地开发有限公司" in text(found) and "216" in text(found)
        buildings = ticked(client, of(number), "P1001")
        done = fetch(client, of(number), "P1001", buildings)

        assert len(buildings) == 3 and done["Location"] == f"/cases/{number}/sheets/houses/rows/"
        assert "216 行，全部正确" in text(client.get(f"/cases/{number}/edit/2/")).replace("  ", " ")
        client.post(f"/cases/{number}/papers/", photo("planning_permit"))
        confirmation = text(client.get(f"/cases/{number}/edit/4/"))
        assert "从房屋登记系统获取“云栖湖畔”1幢、2幢、3幢，3 栋 216 户" in confirmation
        client.post(f"/cases/{number}/move/", {"move": "SUBMIT"})
        case = Case.objects.get(number=number)
        move(case, Move.ACCEPT, cast["demo-clerk"])
        move(case, Move.PASS, cast["demo-reviewer"])

        houses = House.objects.filter(area__name="云栖湖畔")
        assert (houses.count(), len(sub_accounts.balances([one.pk for one in houses]))) == (216, 216)
        assert houses.get(building__name="2幢", unit="1单元", room="1802").area_dm2 == 101_87

    def test_leads_to_a_supplement_whose_faults_are_exported_corrected_and_imported(
        self, cast: Cast, client: Client, server: SandboxRegistry
    ) -> None:
        area = area_of(cast, "待核对苑", dm2=2_000_00)
        number = client.post("/cases/new/house_supplement/begin/")["Location"].split("/")[2]
        client.post(
            f"/cases/{number}/edit/1/", {"area": area.pk, "contact_name": "陈立", "contact_phone": "13808300001"}
        )

        done = fetch(client, of(number), "P1005", ["P1005-1"])

        case = Case.objects.get(number=number)
        cells = {fault.cell: fault.text for fault in faults_in(case, "houses")}
        assert done["Location"].endswith("/rows/?wrong=1")
        assert cells["I2"] == "房屋用途不在可选范围，现为“公寓式住宅”"
        assert cells["K3"] == "建筑面积必填" and cells["F4"] == "住宅须填写单元"
        assert "与第 5 行是同一户" in cells["H6"]
        assert "与楼盘表不一致：1幢登记的楼栋类型为“高层”" in cells["B5"]
        assert "公寓式住宅" in client.get(done["Location"]).content.decode()
        assert "建筑面积应大于 0（登记系统给出“0.00”）" in text(client.get(of(number)))
        assert "行存在错误，请逐格改正" in text(client.get(f"/cases/{number}/edit/4/"))

        sent = client.get(f"/cases/{number}/sheets/houses/export/").content
        asked = client.post(
            f"/cases/{number}/sheets/houses/import/",
            {"workbook": SimpleUploadedFile("改好.xlsx", corrected(sent))},
        )
        assert do_work().state == "DONE"
        assert client.get(asked["Location"])["Location"] == f"/cases/{number}/edit/2/"
        client.post(f"/cases/{number}/papers/", photo("survey"))
        assert "/done/" in client.post(f"/cases/{number}/move/", {"move": "SUBMIT"})["Location"]
        move(case, Move.ACCEPT, cast["demo-clerk"])
        move(case, Move.PASS, cast["demo-reviewer"])
        assert House.objects.filter(area=area).count() == 1 + 24
        assert "房屋补充申请表" in register["house_supplement"].prints[0].title

    def test_mends_a_building_once_for_all_its_houses(
        self, cast: Cast, client: Client, server: SandboxRegistry
    ) -> None:
        number = begun(client)
        fetch(client, of(number), "P1004", ["P1004-1", "P1004-2"])
        case = Case.objects.get(number=number)
        page = f"/cases/{number}/sheets/houses/buildings/"
        assert "核对楼栋" in text(client.get(f"/cases/{number}/edit/2/"))
        sent = {f"r1-{key}": value for key, value in BUILDING.items()} | {"version": str(case.version)}

        refused = client.post(page, sent | {"r1-building": ""})
        assert "楼栋名称必填" in text(refused) and "没有保存" in text(refused)
        client.post(page, sent)

        rows = [row for _, row in rows_of(case, "houses")]
        assert {(row["building"], row["building_kind"]) for row in rows} == {("1幢", "多层"), ("A2幢", "小高层")}
        assert {row["built_month"] for row in rows if row["building"] == "A2幢"} == {"202608"}
        assert "刚刚被修改过" in text(client.post(page, sent, follow=True))

    def test_adds_a_second_project_to_what_was_fetched(
        self, cast: Cast, client: Client, server: SandboxRegistry
    ) -> None:
        number = begun(client)
        fetch(client, of(number), "P1004", ["P1004-1"])
        fetch(client, of(number), "P1002", ["P1002-21"], keep="1")
        assert row_count(Case.objects.get(number=number), "houses") == 24 + 44

        fetch(client, of(number), "P1002", ["P1002-21"])

        assert row_count(Case.objects.get(number=number), "houses") == 44

    def test_warns_the_office_of_another_developers_project(
        self, cast: Cast, client: Client, server: SandboxRegistry
    ) -> None:
        number = begun(client)
        fetch(client, of(number), "P1004", ["P1004-1"])

        (warning,) = register["area_collection"].warnings(Case.objects.get(number=number))

        assert "“翠屏房地产开发有限公司”，与申请单位“江南置地开发有限公司”不一致" in warning


class TestAFetchThatFails:
    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            (Fault.BROKEN, "房屋登记系统出错（500）"),
            (Fault.HALF, "答复中断"),
            (Fault.WRONG_TYPES, "应为真假值，实为文字"),
            (Fault.HALF_THE_HOUSES, "应有 24 户，收到 12 户"),
        ],
    )
    def test_says_why_and_leaves_what_was_there(
        self, cast: Cast, client: Client, server: SandboxRegistry, fault: Fault, said: str
    ) -> None:
        number = begun(client)
        fetch(client, of(number), "P1002", ["P1002-21"])
        server.set_fault(fault)

        failed = fetch(client, of(number), "P1004", ["P1004-1"])

        assert said in text(failed) and "数据没有任何变动" in text(failed)
        assert of(number) in failed.content.decode()
        assert row_count(Case.objects.get(number=number), "houses") == 44

    def test_of_a_search_is_told_on_its_page(self, client: Client, server: SandboxRegistry) -> None:
        number = begun(client)
        server.set_fault(Fault.NO_JSON)

        assert "不是完整的 JSON" in text(client.get(of(number), {"name": "云"}))

    @pytest.mark.parametrize("buildings", [["P1004-99"], ["P1004-1", "P1001-1"], ["../x"]])
    def test_of_buildings_that_the_project_lacks_fetches_none(
        self, client: Client, server: SandboxRegistry, buildings: list[str]
    ) -> None:
        number = begun(client)

        assert "请勾选要获取的楼栋" in text(fetch(client, of(number), "P1004", buildings))
        assert row_count(Case.objects.get(number=number), "houses") == 0

    def test_of_no_building_at_all_is_asked_for_one(self, client: Client, server: SandboxRegistry) -> None:
        number = begun(client)

        answer = client.post(of(number), {"project": "P1004"}, follow=True)

        assert "请至少勾选一栋楼" in text(answer) and "选择项目栋：翠屏书院" in text(answer)

    def test_of_more_than_a_table_holds_is_refused_before_it_begins(
        self, client: Client, server: SandboxRegistry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = begun(client)
        fetch(client, of(number), "P1004", ["P1004-1"])
        monkeypatch.setattr("upkeep.estate.house_sheet.HouseTable.max_rows", 47)
        before = len(server.asked)

        failed = fetch(client, of(number), "P1004", ["P1004-2"], keep="1")

        assert "共 48 户，超过一张业务单最多 47 户" in text(failed)
        assert len(server.asked) == before + 1

    def test_is_not_offered_where_no_registry_is_connected_or_the_city_wants_none(
        self, cast: Cast, client: Client, settings: Any
    ) -> None:
        settings.HOUSING_REGISTRY_URL = ""
        number = begun(client)
        assert "接口获取" not in text(client.get(f"/cases/{number}/edit/2/"))
        assert client.get(of(number)).status_code == 404

        with serving(settings):
            assert client.get(of(number)).status_code == 200
            set_policy(
                kind=PolicyKind.COLLECTION_RULE,
                jurisdiction_id=cast.city.jurisdiction.pk,
                value=CollectionRule(sources=(WORKBOOK,)),
                valid_from=AT.date().replace(year=2020),
            )
            assert client.get(of(number)).status_code == 404
            assert client.post(of(number), {"project": "P1004", "building": "P1004-1"}).status_code == 404

    def test_is_nobody_elses(self, cast: Cast, client: Client, server: SandboxRegistry) -> None:
        number = begun(client)

        for who in ("more-developer2", "demo-clerk", "demo-company"):
            assert client_of(cast, who).get(of(number)).status_code == 404
            assert client_of(cast, who).get(of(number).replace("registry", "buildings")).status_code == 404
        assert server.asked == []


BUILDING = {
    "building": "A2幢",
    "building_kind": "小高层",
    "elevator": "有",
    "structure": "砖混结构",
    "built_month": "202608",
}


def corrected(content: bytes) -> bytes:
    """The exported workbook, as a person would correct it."""
    book = load_workbook(BytesIO(content))
    page = book.worksheets[0]
    page["I2"], page["K3"], page["F4"] = "住宅", 101.67, "2单元"
    page["H6"] = "291"
    for row in range(2, page.max_row + 1):
        if (page.cell(row, 6).value, page.cell(row, 8).value) == ("1单元", "301"):
            page.cell(row, 8, "399")  # the register has 301
        page.cell(row, 2, "高层")
        page.cell(row, 3, "有")
        page.cell(row, 4).value = page.cell(row, 5).value = None
    saved = BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_areas_are_made_by_approval_only(cast: Cast, client: Client, server: SandboxRegistry) -> None:
    fetch(client, of(begun(client)), "P1004", ["P1004-1"])

    assert not Area.objects.exists()
