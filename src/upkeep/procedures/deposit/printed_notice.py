"""代打交款通知单 (D2, D7): a notice printed for each owner, who takes it to the bank or scans it and pays himself.

Source: manual 001 §2.3.2. The developer does it, or the window for an owner who stands there. Nobody reviews it: handing
it in computes what each house owes and issues one slip per house with its owner as the payer (交存通知书). A house whose
owner is not on record yet is bound to the one named once his money has come in.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.casework.models import Case
from upkeep.casework.pages import WORKBOOK, FormPage, HousesPage, PayersPage
from upkeep.casework.procedure import Guide, Outcome, Procedure, Summary, Table, register
from upkeep.deposits.actions import issue_owner_slips
from upkeep.deposits.owner_sheet import PayerSheet
from upkeep.deposits.owners import amounts_shown, pin_rows, sheet_faults
from upkeep.deposits.payers import PAYERS, house_rows, lay_out, payers_named, problems
from upkeep.deposits.queries import blocked_from_deposit, due_table
from upkeep.estate import owner_cases
from upkeep.estate.house_choice import chosen_houses
from upkeep.estate.models import Area
from upkeep.estate.queries import areas_of
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import ReferenceField
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.sheets.columns import Fault, Reading


@register
class PrintedNotice(Procedure):
    code = "printed_notice"
    title = "代打交款通知单"
    prefix = "DD"
    covers = ("D2", "D7")
    starters = frozenset({Role.DEVELOPER, Role.WINDOW_CLERK})
    steps = ()
    guide = Guide(
        overview="维修资金由业主本人交纳时，为业主打印交存通知书。每户一张，由业主持通知书到专户银行交款，或扫描通知书右上方的二维码交款。",
        bring=("打印的交存通知书（交给业主，到通知书上写明的专户银行交款）",),
        takes="即时办结，银行确认收款后入账并开具票据",
    )
    pages = (
        FormPage("交款区域", fields=("area",)),
        HousesPage("选择房屋", help="点选要打印通知书的房屋；已交款或有待交通知单的房屋不能选择"),
        PayersPage(
            "业主信息",
            part=PAYERS,
            help="点房屋前的“＋”或双击该行，填写业主；已登记业主的房屋不必填写。户数多的，也可下载表格填写后导入。",
            sources=(WORKBOOK,),
            in_place=True,
            fixed=True,
            grouped_by="building",
            hands_in="代打交款通知单",
        ),
    )
    sheets = {PAYERS: PayerSheet}

    class Form(forms.Form):
        area = ReferenceField(label="物业区域")

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        if field != "area":
            return ()
        if not case.applicant_organisation_id:
            mine = Area.objects.filter(pk__in=owner_cases.areas_of(case)).order_by("name")
        else:
            mine = areas_of(case.applicant_organisation_id).filter(developer_id=case.applicant_organisation_id)
        return list(mine.values_list("pk", "name"))

    def place(self, case: Case, data: dict[str, Any]) -> int:
        return Area.objects.get(pk=data["area"]).jurisdiction_id

    def subject(self, case: Case) -> str:
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        houses = case.houses.count()
        return (area.name if area else "") + (f" · {houses:,} 户" if houses else "")

    def blocked_houses(self, case: Case, house_ids: Sequence[int]) -> Mapping[int, str]:
        return blocked_from_deposit(house_ids)

    def chosen(self, case: Case) -> None:
        lay_out(case)

    def sheet_rows(self, case: Case, part: str) -> Iterable[Mapping[str, Any]]:
        return house_rows(case)

    def check_reading(self, case: Case, part: str, reading: Reading) -> Iterable[Fault]:
        return sheet_faults(reading, chosen_houses(case))

    def summary(self, case: Case) -> Summary:
        houses = chosen_houses(case)
        columns = ("交存标准", "户数", "建筑面积（㎡）", "应交金额（元）")
        rows = due_table(houses, on=day_of(case.submitted_at or case.created_at))
        return Summary(facts=self.form_facts(case), tables=[Table("应交金额", columns, rows, frozenset({1, 2, 3}))])

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        return [
            Outcome(f"查看并打印 {case.slips.count():,} 张交存通知书", "deposits:case_slips", case.number, main=True)
        ]

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        houses = chosen_houses(case)
        if not houses:
            yield Problem("", "请选择要打印通知书的房屋")
        else:
            yield from problems(case, houses)

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        houses = chosen_houses(case)
        pin_rows(case, houses)
        issue_owner_slips(
            area=Area.objects.get(pk=data["area"]),
            houses=houses,
            payers=payers_named(case, houses),
            shown_fen=amounts_shown(case, houses),
            asked_by_id=case.applicant_organisation_id,
            case_id=case.pk,
            by=by,
            at=at,
        )
