"""设施设备查询: from the page to the register: a row added, several moved, one corrected, one taken out of use.

# covers: E17
"""

from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from tests.web.pages import client_of, text
from upkeep.estate.models import Area, Building, Facility
from upkeep.repairs.models import ProjectFacility

pytestmark = pytest.mark.django_db

ROW = {
    "kind": "GATE",
    "name": "东大门",
    "maker": "江城门业",
    "model_number": "DM-1",
    "installed_on": "2010-05-01",
    "life_years": "10",
}


def tower(area: Area) -> Building:
    return Building.objects.get(area=area, name="1幢")


def add(client: Client, area: Area, **changed: str) -> Any:
    return client.post(f"/areas/{area.pk}/facilities/add/", {**ROW, "place": "", **changed}, follow=True)


@pytest.fixture
def company(settled: Cast) -> Client:
    return client_of(settled, "demo-company")


class TestTheList:
    def test_is_chosen_by_area_place_and_type(self, settled: Cast, company: Client) -> None:
        area = settled.area()
        base = f"/areas/facilities/?area={area.pk}"

        assert "小区供水水泵" in text(company.get(base)) and "1幢1单元电梯" in text(company.get(base))
        at_unit = text(company.get(f"{base}&place=b{tower(area).pk}-1单元"))
        assert "1幢1单元电梯" in at_unit and "小区供水水泵" not in at_unit
        whole = text(company.get(f"{base}&place=area"))
        assert "小区供水水泵" in whole and "1幢1单元电梯" not in whole
        lifts = text(company.get(f"{base}&kind=LIFT"))
        assert "1幢1单元电梯" in lifts and "1幢屋面" not in lifts

    def test_of_a_building_includes_its_units(self, settled: Cast, company: Client) -> None:
        area = settled.area()

        shown = text(company.get(f"/areas/facilities/?area={area.pk}&place=b{tower(area).pk}"))

        assert "1幢屋面" in shown and "1幢1单元电梯" in shown

    @pytest.mark.parametrize("query", ["area=x", "area=0", "area=99999999999999999999"])
    def test_of_an_area_one_does_not_see_is_not_there(self, company: Client, query: str) -> None:
        assert company.get(f"/areas/facilities/?{query}").status_code == 404

    @pytest.mark.parametrize("query", ["place=x", "kind=X", "state=X", "page=99"])
    def test_takes_nonsense_calmly(self, company: Client, query: str) -> None:
        assert company.get(f"/areas/facilities/?{query}").status_code == 200

    def test_is_read_by_the_office_and_closed_to_others(self, settled: Cast) -> None:
        area = settled.area()

        office = client_of(settled, "demo-clerk").get(f"/areas/facilities/?area={area.pk}")
        assert office.status_code == 200 and "添加设施设备" not in text(office)
        assert client_of(settled, "demo-developer").get("/areas/facilities/").status_code == 403
        assert client_of(settled, "more-company3").get(f"/areas/facilities/?area={area.pk}").status_code == 404


class TestANewRow:
    def test_stands_in_the_list_until_it_is_kept(self, settled: Cast, company: Client) -> None:
        area = settled.area()
        assert "新增一行：1幢" in text(company.get(f"/areas/facilities/?area={area.pk}&place=b{tower(area).pk}&new=1"))

        shown = text(add(company, area, place=f"b{tower(area).pk}"))

        kept = Facility.objects.get(name="东大门")
        assert "已在1幢添加“东大门”" in shown
        assert (kept.place, kept.maker, str(kept.life_ends_on)) == ("1幢", "江城门业", "2020-05-01")

    def test_belongs_to_the_whole_area_when_no_place_is_open(self, settled: Cast, company: Client) -> None:
        add(company, settled.area())

        assert Facility.objects.get(name="东大门").place == "小区公共"

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"name": ""}, "必填"),
            ({"kind": "CASTLE"}, "选项"),
            ({"life_years": "0"}, "1"),
            ({"installed_on": "2999-01-01"}, "安装日期不能晚于今天"),
            ({"name": "小区供水水泵"}, "已有名为“小区供水水泵”的设施设备"),
            ({"place": "b1"}, "安装位置不在该物业区域内"),
        ],
    )
    def test_that_is_wrong_is_shown_again_with_its_fault(
        self, settled: Cast, company: Client, wrong: dict[str, str], said: str
    ) -> None:
        before = Facility.objects.count()

        answer = add(company, settled.area(), **wrong)

        assert said in text(answer) and 'value="江城门业"' in answer.content.decode()
        assert Facility.objects.count() == before

    def test_is_added_by_those_who_serve_the_area_only(self, settled: Cast) -> None:
        area = settled.area()
        for who, status in (("demo-clerk", 403), ("demo-developer", 403), ("more-company3", 404)):
            assert add(client_of(settled, who), area).status_code == status
        assert not Facility.objects.filter(name="东大门").exists()


class TestMoving:
    def test_takes_all_that_are_ticked_to_the_place_chosen(self, settled: Cast, company: Client) -> None:
        area = settled.area()
        ids = list(Facility.objects.filter(area=area, building=None).values_list("pk", flat=True))
        address = f"/areas/{area.pk}/facilities/move/"

        shown = text(company.post(address, {"facilities": ids, "to": f"b{tower(area).pk}-1单元"}, follow=True))

        assert "已移动 2 项设施设备" in shown
        assert {one.place for one in Facility.objects.filter(pk__in=ids)} == {"1幢 1单元"}
        event = company.get(f"/areas/facilities/{ids[0]}/")
        assert "小区公共" in text(event) and "移动" in text(event) and "1幢 1单元" in text(event)

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"to": "area"}, "请先勾选要移动的设施设备"),
            ({"facilities": "1", "to": ""}, "请选择要移动到的安装位置"),
            ({"facilities": "1", "to": "area"}, "不在该物业区域内"),
        ],
    )
    def test_says_what_is_missing(self, settled: Cast, company: Client, sent: dict[str, str], said: str) -> None:
        assert said in text(company.post(f"/areas/{settled.area().pk}/facilities/move/", sent, follow=True))


class TestAFacility:
    def pump(self, settled: Cast) -> Facility:
        return Facility.objects.get(area=settled.area(), name="小区供水水泵")

    def test_is_corrected_on_its_page(self, settled: Cast, company: Client) -> None:
        pump = self.pump(settled)
        sent = {**ROW, "kind": "PUMP", "name": "供水水泵", "version": str(pump.version)}

        shown = text(company.post(f"/areas/facilities/{pump.pk}/correct/", sent, follow=True))

        pump.refresh_from_db()
        assert "设施设备信息已保存" in shown and pump.name == "供水水泵"
        assert "已超过设计使用年限" in shown

    def test_changed_by_another_meanwhile_is_not_overwritten(self, settled: Cast, company: Client) -> None:
        pump = self.pump(settled)

        shown = text(company.post(f"/areas/facilities/{pump.pk}/correct/", {**ROW, "version": "0"}))

        assert "刚刚被他人修改" in shown
        assert self.pump(settled).version == pump.version

    def test_is_taken_out_of_use_with_a_reason(self, settled: Cast, company: Client) -> None:
        pump = self.pump(settled)

        assert "请填写停用原因" in text(company.post(f"/areas/facilities/{pump.pk}/retire/", {}, follow=True))
        shown = text(company.post(f"/areas/facilities/{pump.pk}/retire/", {"reason": "更换新泵"}, follow=True))

        assert "已停用" in shown and "更换新泵" in shown
        base = f"/areas/facilities/?area={settled.area().pk}"
        assert "小区供水水泵" not in text(company.get(base))
        assert "小区供水水泵" in text(company.get(f"{base}&state=RETIRED"))

    def test_shows_its_repairs_to_those_who_see_the_projects(self, settled: Cast, company: Client) -> None:
        pump = self.pump(settled)

        assert "还没有维修记录" in text(company.get(f"/areas/facilities/{pump.pk}/"))
        work = begin_project(company, settled, pump)

        shown = text(company.get(f"/areas/facilities/{pump.pk}/"))
        assert work.project.number in shown and "更换水泵" in shown and "江城维修公司" in shown
        office = text(client_of(settled, "demo-clerk").get(f"/areas/facilities/{pump.pk}/"))
        assert work.project.number not in office  # the office sees projects once they are published

    def test_is_not_found_by_those_it_does_not_concern(self, settled: Cast) -> None:
        address = f"/areas/facilities/{self.pump(settled).pk}/"

        assert client_of(settled, "more-company3").get(address).status_code == 404
        assert client_of(settled, "demo-developer").get(address).status_code == 403
        assert client_of(settled, "demo-clerk").post(f"{address}retire/", {"reason": "x"}).status_code == 403
        assert client_of(settled, "more-company3").post(f"{address}retire/", {"reason": "x"}).status_code == 404


class TestTheAlertList:
    def test_names_what_is_used_too_long_and_where(self, settled: Cast, company: Client) -> None:
        add(company, settled.area())

        shown = text(company.get("/areas/facilities/late/"))

        assert "东大门" in shown and "江南名邸" in shown and "2020-05-01" in shown
        assert "东大门" in text(client_of(settled, "demo-clerk").get("/areas/facilities/late/"))
        assert "东大门" not in text(client_of(settled, "more-company3").get("/areas/facilities/late/"))


def begin_project(client: Client, settled: Cast, facility: Facility) -> ProjectFacility:
    """The company begins a project for the facility on its own pages."""
    sent = {
        "kind": "SIMPLE",
        "title": "水泵更换",
        "starts_on": "2026-12-01",
        "ends_on": "2026-12-31",
        "contact_name": "张经理",
        "contact_phone": "13800000000",
        "reason": "水泵老化",
    }
    base = client.post(f"/projects/new/{settled.area().pk}/", sent)["Location"].removesuffix("works/")
    client.post(f"{base}works/choose/", {"action": "choose", "facilities": str(facility.pk)})
    work = ProjectFacility.objects.select_related("project").get(facility=facility)
    described = {"content": "更换水泵", "contractor": "江城维修公司", "budget": "1000.00"}
    client.post(f"{base}works/", {f"w{work.pk}-{name}": value for name, value in described.items()})
    return work
