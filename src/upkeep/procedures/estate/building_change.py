"""楼栋变更 (E7): what the register says of buildings is corrected, and a building is moved to another area.

Source: manual 001 §2.6. Area, year of completion (yyyymm) and structure can be set for many at once, everything singly or
by workbook. The reason is asked and printed. A building that moves takes its houses, their sub-accounts and its
facilities along, to the fen: only where the other area uses the custody accounts in which the money lies, and only
while no slip, project, refund or other case holds a house.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.banking.actions import default_custody
from upkeep.banking.models import CustodyAccount
from upkeep.books import sub_accounts
from upkeep.books.chart import FundKind
from upkeep.books.moving import houses_moved
from upkeep.casework.changing import AFTER, ChangeProcedure, ChangingPage, Line
from upkeep.casework.models import Case
from upkeep.casework.pages import BuildingsPage, FormPage, PapersPage
from upkeep.casework.procedure import Guide, Outcome, Paper, Print, register
from upkeep.estate import changes, claims
from upkeep.estate.building_changes import change_buildings, live_houses, name_problems
from upkeep.estate.building_choice import chosen_buildings
from upkeep.estate.change_sheets import BuildingChangeSheet, building_values
from upkeep.estate.models import Area
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.queries import areas_of
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem, Refusal
from upkeep.kernel.forms import ReferenceField
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.sheets.columns import Values


@register
class BuildingChangeProcedure(ChangeProcedure):
    code = "building_change"
    title = "楼栋变更"
    prefix = "LB"
    covers = ("E7",)
    starters = frozenset({Role.DEVELOPER})
    thing = "所选楼栋"
    guide = Guide(
        overview="变更楼栋的物业区域、名称、类型、建筑结构、建成年代。楼栋迁入另一物业区域时，房屋及其维修资金一并迁移。",
        bring=("打印的楼栋变更申请表（加盖公章）", "变更依据复印件"),
        takes="窗口受理当日，审核 3 个工作日内",
    )
    pages = (
        FormPage("物业区域与变更原因", fields=("area", "reason")),
        BuildingsPage("选择楼栋", help="勾选要变更的楼栋"),
        ChangingPage(
            "填写变更", help="勾选后可批量修改物业区域、建成年代（六位年月，如 201409）、建筑结构；其他信息逐栋修改"
        ),
        PapersPage("上传要件"),
    )
    papers = (Paper("basis", "变更依据", required=False, help="竣工验收备案、地名批复等"),)
    prints = (Print("application", "楼栋变更申请表"),)
    sheets = {AFTER: BuildingChangeSheet}

    class Form(forms.Form):
        area = ReferenceField(label="物业区域")
        reason = forms.CharField(label="变更原因", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        return [(pk, words) for words, pk in areas_offered(case).items()] if field == "area" else ()

    def offered(self, case: Case, key: str) -> Sequence[str]:
        return list(areas_offered(case)) if key == "area" else ()

    def place(self, case: Case, data: dict[str, Any]) -> int:
        return Area.objects.get(pk=data["area"]).jurisdiction_id

    def subject(self, case: Case) -> str:
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        buildings = len(chosen_buildings(case))
        return (area.name if area else "") + (f" · {buildings} 栋" if buildings else "")

    def present(self, case: Case) -> Mapping[int, Values]:
        words = {pk: name for name, pk in areas_offered(case).items()}
        return {one.pk: building_values(one, area=words.get(one.area_id, "")) for one in chosen_buildings(case)}

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        offered, lines = areas_offered(case), self.lines(case)
        reached = {offered[line.after["area"]] for line in lines if line.after["area"] in offered}
        return [
            Outcome(f"查看楼盘表：{area.name}", "estate:area", area.pk) for area in Area.objects.filter(pk__in=reached)
        ]

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        lines, offered = self.lines(case), areas_offered(case)
        yield from self.line_problems(case, lines)
        for name in sorted({line.after["area"] for line in lines} - offered.keys()):
            yield Problem(AFTER, f"物业区域“{name}”不在可选范围，请从列表中选择")
        yield from name_problems(lines, offered)
        houses = live_houses([line.id for line in lines])
        changed = {line.id: line.changed for line in lines}
        yield from changes.broken_claims({pk: changed[building] for pk, building in houses.items()}, case=case)
        yield from custody_problems(lines, offered)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        houses = list(live_houses([line.id for line in self.lines(case)]))
        claims.claim(house_ids=houses, kind=ClaimKind.REGISTER, source=changes.source_of(case), at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        claims.release(source=changes.source_of(case))

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        offered = areas_offered(case)
        moves = change_buildings(self.lines(case), areas=offered, case_id=case.pk, by_id=by.user_id or None, at=at)
        funds = {pk: FundKind(kind) for pk, kind in CustodyAccount.objects.values_list("pk", "fund_kind")}
        for moved in moves:
            houses_moved(
                from_area_id=moved.from_area_id,
                to_area_id=moved.to_area_id,
                house_ids=moved.house_ids,
                fund_kinds=funds,
                source=f"case:{case.pk}",
                booked_on=day_of(at),
            )
        self.release(case, by=by, at=at)


def areas_offered(case: Case) -> dict[str, int]:
    """The areas of the applicant by the words under which they are offered; one of two namesakes shows its number."""
    areas = list(areas_of(case.applicant_organisation_id or 0))
    names = Counter(area.name for area in areas)
    return {area.name if names[area.name] == 1 else f"{area.name}（{area.number}）": area.pk for area in areas}


def custody_problems(lines: Sequence[Line], offered: Mapping[str, int]) -> Iterable[Problem]:
    """Buildings whose money lies in custody accounts that the area they would move to does not use."""
    moving = {line.id: line for line in lines if "area" in line.changed and line.after["area"] in offered}
    houses = live_houses(moving)
    areas = Area.objects.in_bulk([offered[line.after["area"]] for line in moving.values()])
    custodies = CustodyAccount.objects.in_bulk()
    wrong = {}
    for house_id, parts in sub_accounts.balances_by_custody(list(houses)).items():
        line = moving[houses[house_id]]
        area = areas[offered[line.after["area"]]]
        for custody_id in parts:
            custody = custodies[custody_id]
            if not _uses(area, custody):
                wrong[line.id, custody_id] = (
                    f"{line.label}的资金存在“{custody.name}”，“{area.name}”不使用这个专户，不能迁入；请先办理专户划转"
                )
    for text in wrong.values():
        yield Problem(AFTER, text)


def _uses(area: Area, custody: CustodyAccount) -> bool:
    try:
        used = default_custody(jurisdiction_id=area.jurisdiction_id, fund_kind=FundKind(custody.fund_kind))
    except Refusal:
        return False
    return used.pk == custody.pk
