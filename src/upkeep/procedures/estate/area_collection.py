"""物业区域采集 (E3): a developer enters a new area with its house table.

Source: manual 001 §2.2. Only for an area without a house table; one that has one is supplemented (房屋补充). Approval
enters the area, its buildings and houses, and opens a sub-account for each house; no money moves. The company named serves
the area from then on, where the city has move-in applications (入驻申请) by one that makes itself.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from upkeep.books import sub_accounts
from upkeep.casework.models import Case
from upkeep.casework.parts import row_count, rows_of
from upkeep.casework.procedure import (
    WORKBOOK,
    FormPage,
    Guide,
    Outcome,
    Paper,
    PapersPage,
    Print,
    Procedure,
    SheetPage,
    Source,
    Summary,
    Table,
    register,
)
from upkeep.estate import actions, queries
from upkeep.estate.house_rows import building_lines, new_house
from upkeep.estate.house_sheet import HouseTable
from upkeep.estate.house_sources import FROM_REGISTRY, fetched_facts, fetched_warnings, open_sources
from upkeep.estate.models import Area
from upkeep.estate.proposals import makes_itself, propose
from upkeep.kernel.areas import square_metres
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import FloorAreaField, ReferenceField
from upkeep.parties.actor import Actor
from upkeep.parties.models import OrganisationKind
from upkeep.parties.queries import city_id_of, districts_of, organisations
from upkeep.parties.roles import Role

HOUSES = "houses"


@register
class AreaCollection(Procedure):
    code = "area_collection"
    title = "物业区域采集"
    prefix = "CJ"
    covers = ("E3",)
    starters = frozenset({Role.DEVELOPER})
    guide = Guide(
        overview="上报新建物业区域及其房屋楼盘表。已经上报过楼盘表的物业区域，请办理“房屋补充”。",
        bring=("打印的物业区域采集申请表（加盖公章）", "建设工程规划许可证复印件", "房产测绘成果报告"),
        takes="窗口受理当日，审核 3 个工作日内",
    )
    pages = (
        FormPage(
            "物业区域信息",
            fields=("district", "name", "address", "floor_area", "land_area", "property_company"),
        ),
        SheetPage(
            "房屋信息",
            part=HOUSES,
            help="下载模板填写后导入；有错误时会逐格指出，全部正确才会保存",
            sources=(WORKBOOK, FROM_REGISTRY),
            in_place=True,
            grouped_by="building",
        ),
        PapersPage("上传要件"),
    )
    papers = (
        Paper("planning_permit", "建设工程规划许可证"),
        Paper("survey", "房产测绘成果报告", required=False),
    )
    prints = (Print("application", "物业区域采集申请表"),)
    sheets = {HOUSES: HouseTable}

    class Form(forms.Form):
        district = ReferenceField(label="所属区县")
        name = forms.CharField(label="物业区域名称", max_length=60)
        address = forms.CharField(label="地址", max_length=200)
        floor_area = FloorAreaField(label="建筑面积（㎡）")
        land_area = FloorAreaField(label="占地面积（㎡）", required=False)
        property_company = ReferenceField(label="物业服务企业", required=False, help_text="尚未选聘的可不填")

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        if field == "district":
            return [(one.pk, one.name) for one in districts_of(city_id_of(case.jurisdiction_id))]
        if field == "property_company":
            kind, city_id = OrganisationKind.PROPERTY_COMPANY, city_id_of(case.jurisdiction_id)
            return [(one.pk, one.name) for one in organisations(jurisdiction_id=city_id, kind=kind)]
        return ()

    def area_id(self, case: Case) -> int | None:
        return None  # the area comes into being when the case is approved

    def place(self, case: Case, data: dict[str, Any]) -> int:
        return int(data["district"])

    def sources_of(self, case: Case, page: SheetPage) -> Sequence[Source]:
        return open_sources(case, page)

    def subject(self, case: Case) -> str:
        houses = row_count(case, HOUSES)
        return str(case.data.get("name", "")) + (f" · {houses:,} 户" if houses else "")

    def summary(self, case: Case) -> Summary:
        table = Table(
            "楼栋汇总",
            ("楼栋", "类型", "户数", "建筑面积（㎡）"),
            building_lines(rows_of(case, HOUSES)),
            frozenset({2, 3}),
        )
        return Summary(facts=[*self.form_facts(case), *fetched_facts(case)], tables=[table])

    def warnings(self, case: Case) -> Sequence[str]:
        return fetched_warnings(case)

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        area = Area.objects.filter(name=case.data["name"], jurisdiction_id=case.data["district"]).first()
        return [Outcome("查看楼盘表", "estate:area", area.pk)] if area else []

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        if queries.area_exists(jurisdiction_id=data["district"], name=data["name"]):
            yield Problem("name", f"“{data['name']}”已有楼盘表，不能再次采集；新增楼栋或房屋请办理“房屋补充”")
        houses_dm2 = sum(row["area_dm2"] for _, row in rows_of(case, HOUSES))
        if not houses_dm2:
            yield Problem("", "请导入房屋信息")
        elif houses_dm2 > data["floor_area"]:
            sum_m2, filled_m2 = square_metres(houses_dm2), square_metres(data["floor_area"])
            yield Problem("floor_area", f"房屋面积合计 {sum_m2} ㎡，超过填写的 {filled_m2} ㎡，请核对")

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        named = data["property_company"]
        must_apply = named and makes_itself(jurisdiction_id=data["district"], on=day_of(at))
        area = actions.create_area(
            jurisdiction_id=data["district"],
            name=data["name"],
            address=data["address"],
            developer_id=case.applicant_organisation_id,
            property_company_id=None if must_apply else named,
            case_id=case.pk,
            floor_area_dm2=data["floor_area"],
            land_area_dm2=data["land_area"] or 0,
            at=at,
        )
        rows = rows_of(case, HOUSES)
        house_ids = actions.add_houses(area_id=area.pk, houses=[new_house(row) for _, row in rows])
        sub_accounts.open_for(area_id=area.pk, house_ids=house_ids)
        case.area_id = area.pk
        if must_apply:
            propose(area, organisation_id=named, named_in=case, at=at)
