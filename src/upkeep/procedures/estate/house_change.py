"""房屋信息变更 (E5): what the register says of houses is corrected: building, unit, use, address and the rest.

Source: manual 001 §2.4. The houses are chosen on the building table and shown as they are; building, unit, use and
address can be set for many at once, everything singly or by workbook. The reason is asked and printed. While it is
decided the houses are claimed; on approval all of it takes effect, or nothing. Money stays with its house: a change of
floor area moves none, and a change of nature that would need another custody account waits until the house has none.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.banking.actions import fund_kind_of
from upkeep.books import sub_accounts
from upkeep.casework.changing import AFTER, ChangeProcedure, ChangingPage, Line
from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, HousesPage, PapersPage
from upkeep.casework.procedure import Guide, Outcome, Paper, Print, register
from upkeep.deposits.unit_accounts import accounts_behind
from upkeep.estate import changes, claims
from upkeep.estate.change_sheets import HouseChangeSheet
from upkeep.estate.house_choice import chosen_ids
from upkeep.estate.kinds import HouseNature, by_label
from upkeep.estate.models import Area, Building
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.queries import areas_of
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import ReferenceField
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.sheets.columns import Values


@register
class HouseChangeProcedure(ChangeProcedure):
    code = "house_change"
    title = "房屋信息变更"
    prefix = "FB"
    covers = ("E5",)
    starters = frozenset({Role.DEVELOPER})
    thing = "所选房屋"
    guide = Guide(
        overview="更正房屋的楼栋、单元、房号、用途、面积、地址等登记信息。房屋的维修资金不因变更而增减。",
        bring=("打印的房屋信息变更申请表（加盖公章）", "变更依据（房产测绘成果报告、不动产登记资料等）复印件"),
        takes="窗口受理当日，审核 3 个工作日内",
    )
    pages = (
        FormPage("物业区域与变更原因", fields=("area", "reason")),
        HousesPage("选择房屋", help="可按单元格、行、列、单元选择；正在办理其他变更的房屋不能选择"),
        ChangingPage(
            "填写变更",
            help="勾选后可批量修改楼栋名称、单元、房屋用途、地址；其他信息逐户修改，或导出后在 Excel 中修改再导入",
        ),
        PapersPage("上传要件"),
    )
    papers = (Paper("basis", "变更依据", required=False, help="测绘成果、不动产登记资料等"),)
    prints = (Print("application", "房屋信息变更申请表"),)
    sheets = {AFTER: HouseChangeSheet}

    class Form(forms.Form):
        area = ReferenceField(label="物业区域")
        reason = forms.CharField(label="变更原因", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        if field == "area" and case.applicant_organisation_id:
            return [(area.pk, area.name) for area in areas_of(case.applicant_organisation_id)]
        return ()

    def offered(self, case: Case, key: str) -> Sequence[str]:
        if key != "building":
            return ()
        return list(Building.objects.filter(area_id=self.area_id(case) or 0).values_list("name", flat=True))

    def place(self, case: Case, data: dict[str, Any]) -> int:
        return Area.objects.get(pk=data["area"]).jurisdiction_id

    def subject(self, case: Case) -> str:
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        houses = case.houses.count()
        return (area.name if area else "") + (f" · {houses:,} 户" if houses else "")

    def blocked_houses(self, case: Case, house_ids: Sequence[int]) -> Mapping[int, str]:
        return changes.busy_with_changes(house_ids, case=case)

    def present(self, case: Case) -> Mapping[int, Values]:
        return changes.houses_by_id(chosen_ids(case), area_id=self.area_id(case) or 0)

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        return [Outcome("查看楼盘表", "estate:area", self.area_id(case) or 0)]

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        lines = self.lines(case)
        yield from self.line_problems(case, lines)
        known = set(self.offered(case, "building"))
        for name in sorted({line.after["building"] for line in lines} - known):
            yield Problem(AFTER, f"楼栋“{name}”不在该物业区域，请从列表中选择")
        yield from changes.place_problems(lines, area_id=data["area"])
        yield from changes.broken_claims({line.id: line.changed for line in lines}, case=case)
        yield from money_problems(lines)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        claims.claim(house_ids=chosen_ids(case), kind=ClaimKind.REGISTER, source=changes.source_of(case), at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        claims.release(source=changes.source_of(case))

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        lines = self.lines(case)
        changes.change_houses(lines, area_id=data["area"], case_id=case.pk, by_id=by.user_id or None, at=at)
        self.release(case, by=by, at=at)


def money_problems(lines: Iterable[Line]) -> Iterable[Problem]:
    """A house with money stays in its fund: 商品住宅 and 已售公有住房 lie in different custody accounts. So does one
    for which the unit that sold it has paid in.
    """
    fund = {line.id: line for line in lines if "nature" in line.changed}
    for id_ in accounts_behind(fund):
        yield Problem(AFTER, f"{fund[id_].label}的售房单位已交存维修资金，不能变更房屋性质，请联系维修资金管理部门")
    for id_, balance in sub_accounts.balances(fund).items():
        line = fund[id_]
        kinds = [fund_kind_of(by_label(HouseNature, side["nature"])) for side in (line.before, line.after)]
        if kinds[0] is not kinds[1] and balance.balance_fen:
            yield Problem(
                AFTER,
                f"{line.label}的分户账有余额 {yuan(balance.balance_fen)} 元，存在“{kinds[0].label}”专户，"
                f"不能变更为“{line.after['nature']}”，请先办理退款",
            )
