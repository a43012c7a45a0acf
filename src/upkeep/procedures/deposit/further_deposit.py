"""续交方案 (D8): the houses of an area pay again, because their balances have fallen below the city's part of the first deposit.

Source: 165号令 第十七条 (manual 003 §4.2 prints what is owed); 海口续交办法: a plan names who pays, the standard, the way and the
time limit. The owners' assembly decides it, and its decision is uploaded; where there is none the office's rule holds.
Approval fixes what each house has to pay and issues slips in the background, one for each house that has an owner and no
other slip; money moves when the bank confirms a slip. What a first deposit was set at does not change.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from upkeep.casework.models import Case
from upkeep.casework.pages import BuildingsPage, FormPage, HousesPage, Page, PapersPage
from upkeep.casework.procedure import Fact, Guide, Outcome, Paper, Print, Procedure, Summary, register
from upkeep.deposits import further, further_form
from upkeep.deposits.further_queries import plan_of_case
from upkeep.deposits.models import FurtherBasis
from upkeep.estate.house_choice import put_in
from upkeep.estate.models import Area
from upkeep.estate.owner_cases import areas_of
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role

_DECISION = Paper("decision", "业主大会关于续交的决定", help="载明交存范围、标准、方式、时限和表决结果")
_RULE = Paper("decision", "管理部门关于续交的规定", required=False)


@register
class FurtherDeposit(Procedure):
    code = "further_deposit"
    title = "续交方案"
    prefix = "XJ"
    covers = ("D8",)
    starters = frozenset({Role.OWNERS_COMMITTEE, Role.PROPERTY_COMPANY, Role.WINDOW_CLERK})
    guide = Guide(
        overview="分户账余额低于首期应交金额的规定比例时，由业主大会决定续交的范围、标准、方式和时限；没有业主大会的按管理部门的规定。",
        bring=("打印的续交方案申请表（加盖公章）", "业主大会决定原件"),
        takes="窗口受理当日，审核 3 个工作日内；审核通过后自动为各户开具交款通知单",
    )
    pages = (
        FormPage("范围与标准", fields=("area", "who", "standard", "rate")),
        BuildingsPage("选择楼栋", help="所选楼栋的全部房屋列入方案"),
        HousesPage("选择房屋", help="可按单元格、行、列、单元选择"),
        FormPage("方式与依据", fields=("method", "instalments", "every", "first_due_on", "basis", "document")),
        PapersPage("上传要件"),
    )
    papers = (_DECISION,)
    prints = (Print("application", "续交方案申请表"),)
    Form = further_form.FurtherForm

    def pages_of(self, case: Case) -> tuple[Page, ...]:
        left_out = {further_form.OF_BUILDINGS: HousesPage, further_form.CHOSEN: BuildingsPage}
        who = str(case.data.get("who", ""))
        without = (left_out[who],) if who in left_out else (BuildingsPage, HousesPage)
        return tuple(page for page in self.pages if not isinstance(page, without))

    def papers_of(self, case: Case) -> tuple[Paper, ...]:
        return (_RULE,) if case.data.get("basis") == FurtherBasis.OFFICE else (_DECISION,)

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        if field != "area":
            return ()
        return list(Area.objects.filter(pk__in=areas_of(case)).order_by("name").values_list("pk", "name"))

    def place(self, case: Case, data: dict[str, Any]) -> int:
        return Area.objects.get(pk=data["area"]).jurisdiction_id

    def subject(self, case: Case) -> str:
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        who = further_form.scope_of(case, str(case.data.get("who", "")))
        return " · ".join(filter(None, (area.name if area else "", who)))

    def summary(self, case: Case) -> Summary:
        facts, form = self.form_facts(case), self.form_of(case, case.data)
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        if area is None or not form.is_valid():
            return Summary(facts=facts)
        if plan := plan_of_case(case.pk):
            return Summary(facts=[*facts, Fact("执行情况", f"已确定，{plan.house_count:,} 户，从“续交方案”查看")])
        terms, houses = further_form.terms_of(case, form.cleaned_data), further_form.houses_asked(case)
        asked = further.asked_of(area, houses, terms, on=day_of(case.submitted_at or case.created_at))
        return Summary(facts=facts, tables=list(further_form.tables_of(houses, asked, terms)))

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        return [Outcome("查看续交方案的执行", "deposits:plan", case.number)] if plan_of_case(case.pk) else []

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        terms, houses = further_form.terms_of(case, data), further_form.houses_asked(case)
        if not houses:
            yield Problem("who", "没有列入方案的房屋，请重新选择交存义务人")
            return
        day = day_of(case.submitted_at or case.created_at)
        asked = further.asked_of(Area.objects.get(pk=data["area"]), houses, terms, on=day)
        if not asked.dues:
            reason = next(iter(asked.left_out.values()))
            yield Problem("", f"所选房屋都不需要续交（{reason}），请核对交存义务人和续交标准")

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        area, terms = Area.objects.get(pk=data["area"]), further_form.terms_of(case, data)
        if found := further.problems_of(area, terms, on=day_of(at)):
            raise HasProblems(found)
        put_in(case, [house.pk for house in further_form.houses_asked(case)])

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        if case.data.get("who") != further_form.CHOSEN:
            put_in(case, ())

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        further.decide(
            case,
            area=Area.objects.get(pk=data["area"]),
            houses=further_form.houses_asked(case),
            terms=further_form.terms_of(case, data),
            by=by,
            at=at,
        )
