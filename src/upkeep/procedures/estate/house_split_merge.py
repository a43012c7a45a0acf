"""房屋拆分合并 (E8): houses are split or merged, such as one garage into many; their balances follow to the fen.

Source: manual 001 §2.7, 165号令 第二十条 (by floor area). The houses are chosen on the building table, those that come in
their place are imported from a template of its own; the signed 房屋拆分合并确认书 is uploaded. Approval takes the old houses
off the building table, enters the new ones with the same owners, and divides balance and 首期应交 by floor area, from the
balances of that moment. Facilities and services stay as they are.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, HousesPage, PapersPage, SheetPage
from upkeep.casework.parts import row_count, rows_of
from upkeep.casework.procedure import Change, Guide, Outcome, Paper, Print, Procedure, Summary, register
from upkeep.deposits import unit_leaving
from upkeep.estate import claims
from upkeep.estate.division import Division, divisions_of, faults_of, left_out, template_rows
from upkeep.estate.division_sheet import DividedHouses
from upkeep.estate.house_choice import chosen_houses, chosen_ids
from upkeep.estate.leaving import leaving_problems, source_of
from upkeep.estate.models import Area
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.queries import areas_of
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import ReferenceField
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.sheets.columns import Fault, Reading
from upkeep.treasury import dividing, telling

NEW_HOUSES = "new_houses"


@register
class HouseSplitMerge(Procedure):
    code = "house_split_merge"
    title = "房屋拆分合并"
    prefix = "CF"
    covers = ("E8",)
    starters = frozenset({Role.DEVELOPER})
    guide = Guide(
        overview="房屋拆分或者合并时办理，例如将一个整车库拆分成多个车库。余额和首期应交按建筑面积分到新房屋，业主不变。",
        bring=("打印的房屋拆分合并申请表（加盖公章）", "房屋拆分合并确认书原件", "拆分合并后的测绘成果或权属证明"),
        takes="窗口受理当日，审核 3 个工作日内",
    )
    pages = (
        FormPage("物业区域与原因", fields=("area", "reason")),
        HousesPage("选择拆分合并的房屋", help="选择要拆分或合并的原房屋；有未办结业务的房屋不能选择"),
        SheetPage(
            "拆分后的房屋",
            part=NEW_HOUSES,
            help="模板中已列出所选房屋：拆成几户就把该行复制成几行；合并的只填一行，“原房屋”写全各户。",
            fields=("area_note",),
        ),
        PapersPage("上传房屋拆分合并确认书"),
    )
    papers = (
        Paper("confirmation", "房屋拆分合并确认书", help="原房屋全体业主签字或盖章"),
        Paper("survey", "测绘成果或权属证明", required=False),
    )
    prints = (Print("application", "房屋拆分合并申请表"),)
    sheets = {NEW_HOUSES: DividedHouses}

    class Form(forms.Form):
        area = ReferenceField(label="物业区域")
        reason = forms.CharField(label="拆分合并原因", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
        area_note = forms.CharField(
            label="面积差异说明",
            max_length=200,
            required=False,
            help_text="拆分合并前后面积合计不相等的，须说明原因和依据",
        )

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        if field != "area" or not case.applicant_organisation_id:
            return ()
        mine = areas_of(case.applicant_organisation_id).filter(developer_id=case.applicant_organisation_id)
        return [(area.pk, area.name) for area in mine]

    def place(self, case: Case, data: dict[str, Any]) -> int:
        return Area.objects.get(pk=data["area"]).jurisdiction_id

    def subject(self, case: Case) -> str:
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        old, new = case.houses.count(), row_count(case, NEW_HOUSES)
        return (area.name if area else "") + (f" · {old} 户变 {new} 户" if old and new else "")

    def blocked_houses(self, case: Case, house_ids: Sequence[int]) -> Mapping[int, str]:
        return claims.reasons(house_ids, but=source_of(case))

    def sheet_rows(self, case: Case, part: str) -> Iterable[Mapping[str, Any]]:
        return template_rows(chosen_houses(case))

    def check_reading(self, case: Case, part: str, reading: Reading) -> Iterable[Fault]:
        rows = [(row.number, row.values) for row in reading.rows]
        return [reading.fault_at(*fault) for fault in faults_of(chosen_houses(case), rows)]

    def summary(self, case: Case) -> Summary:
        return Summary(facts=self.form_facts(case), tables=telling.division_tables(case, _divisions(case)))

    def changes(self, case: Case) -> Sequence[Change]:
        return telling.division_changes(_divisions(case))

    def warnings(self, case: Case) -> Sequence[str]:
        return [f"面积合计不相等：{text}" for text in telling.area_differences(_divisions(case))]

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        return [Outcome("查看楼盘表", "estate:area", self.area_id(case) or 0)]

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        houses, rows = chosen_houses(case), list(rows_of(case, NEW_HOUSES))
        if not houses:
            yield Problem("", "请选择要拆分或合并的房屋")
        elif not rows:
            yield Problem("", "请导入拆分后的房屋")
        elif gone := list(leaving_problems(case, houses, area_id=data["area"])):
            yield from gone
        elif faults := faults_of(houses, rows):
            yield from (Problem("", f"拆分后的房屋第 {one.number} 行：{one.text}") for one in faults)
        else:
            divisions = divisions_of(houses, rows)
            if forgotten := left_out(houses, divisions):
                yield Problem(
                    "", f"{claims.names_of(forgotten)}没有写明拆分或合并成什么，请补填后重新导入，或取消选择"
                )
            yield from dividing.problems_of(divisions)
            yield from unit_leaving.merging_problems(divisions)
            if (differing := telling.area_differences(divisions)) and not data["area_note"]:
                yield Problem("area_note", f"面积合计不相等，请填写面积差异说明（{differing[0]}）")

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        claims.claim(house_ids=chosen_ids(case), kind=ClaimKind.REGISTER, source=source_of(case), at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        claims.release(source=source_of(case))

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        successors = dividing.divide(case, _divisions(case), source=source_of(case), by=by, at=at)
        unit_leaving.hand_on(successors, at=at)


def _divisions(case: Case) -> list[Division]:
    return divisions_of(chosen_houses(case), list(rows_of(case, NEW_HOUSES)))
