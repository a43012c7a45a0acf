"""业主绑定 (E10): houses that have no owner yet are given theirs, one house on a form or many by workbook.

Source: manual 000, 开发商 §2.1 (第六步), 物业 §2.2 and 业主委员会 §2.2 (no review is named). One house begins from its page;
many begin from the menu with the area. Where the city names nobody to review it, handing it in decides. No money moves.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, OwnersPage, Page, SheetPage
from upkeep.casework.parts import row_count, rows_of
from upkeep.casework.procedure import Guide, Outcome, Print, Procedure, Summary, register
from upkeep.estate import claims, owner_cases, owner_sheet, owners
from upkeep.estate.binding_messages import tell_bound
from upkeep.estate.models import Area
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.forms import DayField, ReferenceField
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.review_chain import ChainStep
from upkeep.sheets.columns import Fault, Reading

BINDINGS = "bindings"


@register
class OwnerBinding(Procedure):
    code = "owner_binding"
    title = "业主绑定"
    prefix = "BD"
    covers = ("E10",)
    starters = frozenset({Role.DEVELOPER, Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE, Role.WINDOW_CLERK})
    steps = (ChainStep(Role.FIRST_REVIEWER, 3),)
    guide = Guide(
        overview="把房屋登记到业主名下。一户的，可在房屋页面直接点“绑定业主”；多户的，在这里选择物业区域后用表格导入。",
        bring=("购房合同或不动产权证书", "业主身份证明"),
        takes="即时生效；须审核的，审核通过后生效",
    )
    pages = (
        FormPage("物业区域", fields=("area", "since")),
        SheetPage(
            "业主信息",
            part=BINDINGS,
            help="表中已列出该区域尚未登记业主的房屋。逐行填写业主，共有的房屋每人一行；暂不绑定的留空。",
        ),
    )
    prints = (Print("application", "业主绑定申请表"),)
    sheets = {BINDINGS: owner_sheet.OwnerBindingSheet}

    class Form(forms.Form):
        area = ReferenceField(label="物业区域")
        since = DayField(label="取得日期", help_text="业主取得房屋之日，不晚于今天")

    def pages_of(self, case: Case) -> tuple[Page, ...]:
        if not case.data.get(owner_cases.HOUSE):
            return self.pages
        hint = "多位业主的点“增加共有人”：按份共有的填写份额（如 1/2 或 50%），共同共有的不填份额。"
        return (OwnersPage("业主", help=hint, fields=("since",)),)

    def form_of(self, case: Case, *args: Any, **kwargs: Any) -> forms.Form:
        form = self.make_form(*args, **kwargs)
        if case.data.get(owner_cases.HOUSE):
            del form.fields["area"]
        return form

    def proposals(self, case: Case, *, on: dt.date) -> Mapping[str, Any]:
        return {"since": on}

    def prints_of(self, case: Case) -> tuple[Print, ...]:
        return self.prints if case.chain else ()

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        mine = Area.objects.filter(pk__in=owner_cases.areas_of(case)).order_by("name")
        return list(mine.values_list("pk", "name")) if field == "area" else ()

    def area_id(self, case: Case) -> int | None:
        if not case.data.get(owner_cases.HOUSE):
            return super().area_id(case)
        house = owner_cases.house_of(case)
        return house.area_id if house else None

    def place(self, case: Case, data: dict[str, Any]) -> int:
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        return area.jurisdiction_id if area else 0

    def subject(self, case: Case) -> str:
        house = owner_cases.named_house(case)
        if house is not None:
            return f"{house.area.name} {house.building.name} {house.label}"
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        return area.name if area else ""

    def sheet_rows(self, case: Case, part: str) -> Iterable[Mapping[str, Any]]:
        return owner_sheet.unbound_rows(self.area_id(case) or 0)

    def check_reading(self, case: Case, part: str, reading: Reading) -> Iterable[Fault]:
        return owner_sheet.faults(reading, self.area_id(case) or 0)

    def summary(self, case: Case) -> Summary:
        house = owner_cases.named_house(case)
        if house is not None:
            table = owner_cases.named_table(case, "业主")
            return Summary(facts=[*owner_cases.house_facts(house), *self.form_facts(case)], tables=[table])
        return Summary(facts=self.form_facts(case), tables=[owner_sheet.shown_table(_asked(self, case))])

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        house = owner_cases.named_house(case)
        if house is not None:
            return [Outcome("查看房屋", "estate:house", house.pk)]
        return [Outcome("查看楼盘表", "estate:area", case.area_id)] if case.area_id else []

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        if case.data.get(owner_cases.HOUSE):
            yield from owner_cases.problems(case)
            house = owner_cases.house_of(case)
            ids = [house.pk] if house else []
        else:
            ids = list(_asked(self, case).new)
            if not row_count(case, BINDINGS):
                yield Problem("", "请导入业主信息表")
            elif not ids:
                yield Problem("", "表中没有填写任何业主，或房屋已不在该物业区域，请重新导入")
        yield from owner_cases.against_binding(case, ids)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        if data["since"] > day_of(at):
            raise HasProblems([Problem("since", "取得日期不能晚于今天")])
        ids = list(_asked(self, case).new)
        claims.claim(house_ids=ids, kind=ClaimKind.REGISTER, source=owner_cases.source_of(case), at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        claims.release(source=owner_cases.source_of(case))

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        asked = _asked(self, case)
        basis = f"{self.title} {case.number}"
        owners.bind_many(asked.new, since=data["since"], basis=basis, case_id=case.pk, by=by, at=at, joint=asked.joint)
        tell_bound(list(asked.new), case=case, at=at)
        claims.release(source=owner_cases.source_of(case))


def _asked(procedure: OwnerBinding, case: Case) -> owner_sheet.Bindings:
    """The owners that the case names, by house."""
    if case.data.get(owner_cases.HOUSE):
        house, found = owner_cases.house_of(case), owner_cases.named(case)
        ids = (house.pk,) if house else ()
        return owner_sheet.Bindings(
            {one: list(found.new) for one in ids}, frozenset(ids) if found.joint else frozenset()
        )
    return owner_sheet.bindings((row for _, row in rows_of(case, BINDINGS)), procedure.area_id(case) or 0)
