"""房屋注销 (E6): whole buildings leave the register, as after a demolition; their balances are paid back (返还).

Source: manual 001 §2.5 (by whole building, with the reason), 165号令 第二十九条. Approval cancels every house of the
buildings and turns its balance into a payable to its owners by their shares (应付房屋灭失返还资金); where nobody is recorded
the money stays a payable to be claimed. What the unit that sold public housing has left for a house is owed to that unit.
It is paid by payment order from the page 房屋注销返还, once the payee's account is known; the books move when the bank has paid.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, PapersPage
from upkeep.casework.procedure import Change, Fact, Guide, Outcome, Paper, Print, Procedure, Summary, register
from upkeep.deposits import unit_leaving
from upkeep.estate import claims
from upkeep.estate.house_choice import chosen_houses, chosen_ids, put_in
from upkeep.estate.leaving import leaving_problems, source_of
from upkeep.estate.models import Area, House
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.queries import areas_of, buildings_of, live_houses_of
from upkeep.kernel.areas import square_metres
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import ReferenceField
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.treasury import payouts, telling


@register
class HouseCancellation(Procedure):
    code = "house_cancellation"
    title = "房屋注销"
    prefix = "ZX"
    covers = ("E6",)
    starters = frozenset({Role.DEVELOPER})
    guide = Guide(
        overview="因拆迁等原因房屋不存在时办理，以栋为单位整栋注销。分户余额返还给业主，业主不明的留存待领。",
        bring=("打印的房屋注销申请表（加盖公章）", "拆迁决定或房屋灭失证明"),
        takes="窗口受理当日，审核 3 个工作日内；返还由管理部门凭业主的收款账户办理",
    )
    pages = (
        FormPage("物业区域与注销原因", fields=("area", "reason")),
        FormPage("选择注销的楼栋", help="整栋注销：楼栋内的房屋全部注销，不能恢复", fields=("buildings",)),
        PapersPage("上传要件"),
    )
    papers = (Paper("proof", "拆迁决定或房屋灭失证明", required=False),)
    prints = (Print("application", "房屋注销申请表"),)

    class Form(forms.Form):
        area = ReferenceField(label="物业区域")
        reason = forms.CharField(
            label="注销原因",
            max_length=500,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text="例如：房屋征收拆除，写明征收决定的文号",
        )
        buildings = forms.MultipleChoiceField(label="注销的楼栋", widget=forms.CheckboxSelectMultiple)

    def form_of(self, case: Case, *args: Any, **kwargs: Any) -> forms.Form:
        form = self.make_form(*args, **kwargs)
        field = form.fields["buildings"]
        assert isinstance(field, forms.MultipleChoiceField)
        found = [one for one in buildings_of(self.area_id(case) or 0) if one.houses]
        field.choices = [
            (str(one.building.pk), f"{one.building.name}（{one.houses:,} 户，{square_metres(one.area_dm2)} ㎡）")
            for one in found
        ]
        return form

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        if field != "area" or not case.applicant_organisation_id:
            return ()
        mine = areas_of(case.applicant_organisation_id).filter(developer_id=case.applicant_organisation_id)
        return [(area.pk, area.name) for area in mine]

    def place(self, case: Case, data: dict[str, Any]) -> int:
        return Area.objects.get(pk=data["area"]).jurisdiction_id

    def subject(self, case: Case) -> str:
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        names = list(dict.fromkeys(house.building.name for house in _houses(case)))
        return (area.name if area else "") + (f" · {'、'.join(names)}" if names else "")

    def summary(self, case: Case) -> Summary:
        houses = _houses(case)
        names = "、".join(dict.fromkeys(house.building.name for house in houses))
        facts = [*self.form_facts(case, "area", "reason"), *([Fact("注销的楼栋", names)] if names else [])]
        return Summary(facts=facts, tables=telling.cancellation_tables(case, houses, unit_parts=unit_leaving.parts_of))

    def changes(self, case: Case) -> Sequence[Change]:
        names = list(dict.fromkeys(house.building.name for house in _houses(case)))
        return [Change(name, "正常", "已注销") for name in names]

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        return [Outcome("查看楼盘表", "estate:area", self.area_id(case) or 0)]

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        now = live_houses_of([int(pk) for pk in data["buildings"]])
        kept = chosen_ids(case) if case.accepted_at else []
        if kept and {house.pk for house in now} - set(kept):
            yield Problem("", "提交后楼栋内新增了房屋，请退回申请人重新提交")
        yield from leaving_problems(case, now, area_id=data["area"])
        yield from payouts.problems_of(now, unit_parts=unit_leaving.parts_of)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        houses = [house.pk for house in live_houses_of([int(pk) for pk in data["buildings"]])]
        put_in(case, houses)
        claims.claim(house_ids=houses, kind=ClaimKind.REGISTER, source=source_of(case), at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        claims.release(source=source_of(case))
        put_in(case, ())

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        houses = chosen_ids(case)
        payouts.cancel(case, houses, source=source_of(case), by=by, at=at, unit_parts=unit_leaving.parts_of)
        unit_leaving.end_returned(houses, at=at)


def _houses(case: Case) -> list[House]:
    """Those of the case once it is handed in; before that the live houses of the buildings ticked."""
    if houses := chosen_houses(case):
        return houses
    ticked = case.data.get("buildings") or []
    return live_houses_of([int(pk) for pk in ticked if str(pk).isdecimal()]) if isinstance(ticked, list) else []
