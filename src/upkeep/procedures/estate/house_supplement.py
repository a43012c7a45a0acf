"""房屋补充 (E4): a developer adds buildings, units or houses to an area that has a house table.

Source: manual 001 §2.9. Only for an area that has a house table; a new one is collected (物业区域采集). What the register has
already is named at its cell before anything is kept, and looked at again before the effect. A house that another supplement
under way adds is refused when this one is handed in, with the number of the other. Where the city enters areas by hand
(manual 000 §2.1), so are supplements. Approval enters the houses and opens a sub-account for each; what the register says
of buildings that it knows stays, and no money moves.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from upkeep.books import sub_accounts
from upkeep.casework.models import Case
from upkeep.casework.pages import WORKBOOK, FormPage, PapersPage, SheetPage, Source
from upkeep.casework.parts import row_count, rows_of
from upkeep.casework.procedure import Fact, Guide, Outcome, Paper, Print, Procedure, Summary, Table, register
from upkeep.estate import house_rows, queries
from upkeep.estate.draft_binding import bound_facts
from upkeep.estate.draft_entry import bind_drafted_owners, describe_buildings, draft_problems
from upkeep.estate.draft_sheets import BUILDINGS, BY_HAND, HOUSES, OWNERS, BuildingTable, DraftOwners
from upkeep.estate.house_sheet import HouseTable
from upkeep.estate.house_sources import FROM_REGISTRY, fetched_facts, fetched_warnings, open_sources
from upkeep.estate.models import Area
from upkeep.estate.open_supplements import refuse_houses_of_others
from upkeep.kernel.areas import square_metres
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import ReferenceField
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.sheets.columns import Fault, Reading

_MOST_NAMED = 5


@register
class HouseSupplement(Procedure):
    code = "house_supplement"
    title = "房屋补充"
    prefix = "BC"
    covers = ("E4",)
    starters = frozenset({Role.DEVELOPER})
    guide = Guide(
        overview="已有楼盘表的物业区域新增楼栋、单元或房屋时办理。还没有楼盘表的新小区，请办理“物业区域采集”。",
        bring=("打印的房屋补充申请表（加盖公章）", "房产测绘成果报告"),
        takes="窗口受理当日，审核 3 个工作日内",
    )
    pages = (
        FormPage("物业区域", fields=("area", "remark")),
        SheetPage(
            "房屋信息",
            part=HOUSES,
            help="只填新增的房屋；已在楼盘表中的房屋会逐格指出，全部正确才会保存",
            sources=(BY_HAND, WORKBOOK, FROM_REGISTRY),
            in_place=True,
            grouped_by="building",
        ),
        PapersPage("上传要件"),
    )
    papers = (
        Paper("survey", "房产测绘成果报告"),
        Paper("planning_permit", "建设工程规划许可证", required=False, help="新增楼栋时上传"),
    )
    prints = (Print("application", "房屋补充申请表"),)
    sheets = {HOUSES: HouseTable, BUILDINGS: BuildingTable, OWNERS: DraftOwners}

    class Form(forms.Form):
        area = ReferenceField(label="物业区域", help_text="只列出本单位开发建设、已有楼盘表的物业区域")
        remark = forms.CharField(label="补充说明", max_length=200, required=False)

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        developer_id = case.applicant_organisation_id
        if field != "area" or not developer_id:
            return ()
        return [(area.pk, area.name) for area in queries.areas_with_houses(developer_id=developer_id)]

    def place(self, case: Case, data: dict[str, Any]) -> int:
        return Area.objects.get(pk=data["area"]).jurisdiction_id

    def sources_of(self, case: Case, page: SheetPage) -> Sequence[Source]:
        return open_sources(case, page)

    def subject(self, case: Case) -> str:
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        houses = row_count(case, HOUSES)
        return (area.name if area else "") + (f" · 补充 {houses:,} 户" if houses else "")

    def check_reading(self, case: Case, part: str, reading: Reading) -> Iterable[Fault]:
        rows = [(row.number, row.values) for row in reading.rows] if part == HOUSES else []
        for clash in house_rows.clashes(self.area_id(case) or 0, rows):
            yield reading.fault_at(clash.row, clash.key, clash.text)

    def summary(self, case: Case) -> Summary:
        rows = list(rows_of(case, HOUSES))
        new = {row["building"] for _, row in rows if row["building"]} - queries.building_names(self.area_id(case) or 0)
        facts = [*self.form_facts(case), *fetched_facts(case)]
        if rows and new:
            facts.append(Fact("新增楼栋", "、".join(sorted(new))))
        facts += bound_facts(case)
        columns = ("楼栋", "类型", "补充户数", "建筑面积（㎡）")
        table = Table("补充房屋汇总", columns, house_rows.building_lines(rows), frozenset({2, 3}))
        return Summary(facts=facts, tables=[table])

    def warnings(self, case: Case) -> Sequence[str]:
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        if area is None:
            return ()
        found = fetched_warnings(case)
        added_dm2 = sum(row["area_dm2"] for _, row in rows_of(case, HOUSES))
        total_dm2 = queries.houses_dm2(area.pk) + added_dm2
        if added_dm2 and total_dm2 > area.floor_area_dm2:
            total, registered = square_metres(total_dm2), square_metres(area.floor_area_dm2)
            found.append(f"补充后房屋面积合计 {total} ㎡，超过物业区域登记的建筑面积 {registered} ㎡，请核对")
        return found

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        return [Outcome("查看楼盘表", "estate:area", case.area_id)] if case.area_id else []

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        rows = list(rows_of(case, HOUSES))
        if not rows:
            yield Problem("", "请导入要补充的房屋")
        found = list(house_rows.clashes(data["area"], rows))
        for clash in found[:_MOST_NAMED]:
            yield Problem("", f"房屋信息第 {clash.row} 行：{clash.text}")
        if len(found) > _MOST_NAMED:
            yield Problem("", f"房屋信息共有 {len(found):,} 处与楼盘表冲突，请重新导入核对")
        yield from draft_problems(case)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        refuse_houses_of_others(case, rows_of(case, HOUSES))

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        known = queries.building_names(data["area"])
        house_ids = house_rows.supplement(data["area"], rows_of(case, HOUSES))
        describe_buildings(case, area_id=data["area"], known=known)
        sub_accounts.open_for(area_id=data["area"], house_ids=house_ids)
        bind_drafted_owners(case, area=Area.objects.get(pk=data["area"]), by=by, at=at)
