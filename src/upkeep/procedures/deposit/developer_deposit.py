"""开发建设单位批量交款 (D1): a developer pays the first deposits of many houses, for itself or for the buyers.

Source: manual 001 §2.3.1, 165号令 第七、十二条. Nobody reviews it: a right owner sheet hands it in by itself, which computes
what each house owes (D7), issues one pay slip per custody account and closes the case. Money moves only when the bank
confirms the slip.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.banking.models import ReceiptMode
from upkeep.banking.queries import slips_of_case
from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, HousesPage, SheetPage
from upkeep.casework.parts import row_count
from upkeep.casework.procedure import Guide, Outcome, Procedure, Summary, Table, register
from upkeep.deposits.actions import issue_deposit_slips
from upkeep.deposits.owner_sheet import OwnerSheet
from upkeep.deposits.owners import OWNERS, amounts_shown, mismatches, owner_rows, pin_rows, sheet_faults
from upkeep.deposits.queries import blocked_from_deposit, due_table
from upkeep.estate.house_choice import chosen_houses
from upkeep.estate.models import Area
from upkeep.estate.queries import areas_of
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import PhoneField, ReferenceField
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.sheets.columns import Fault, Reading

KINDS = (("COLLECTED", "代交（向购房人代收后交款）"), ("ADVANCED", "垫付（由开发建设单位垫付）"))


@register
class DeveloperDeposit(Procedure):
    code = "developer_deposit"
    title = "开发建设单位批量交款"
    prefix = "PJ"
    covers = ("D1", "D7")
    starters = frozenset({Role.DEVELOPER})
    steps = ()
    guide = Guide(
        overview="专项维修资金由开发建设单位垫付或者代交时办理。提交后自动生成交款通知单，打印后到专户银行交款即可。",
        bring=("打印的交款通知单（到通知单上写明的专户银行交款）",),
        takes="即时办结，银行确认收款后入账并开具票据",
    )
    pages = (
        FormPage("交款区域", fields=("area", "kind")),
        HousesPage("选择房屋", help="可按单元格、行、列、单元选择；已交款或有待交通知单的房屋不能选择"),
        SheetPage(
            "业主信息",
            part=OWNERS,
            help="表中已列出所选房屋和应交金额。已售房屋填写业主；未售房屋填写本单位名称、代码和经办人电话。"
            "导入无误后自动生成交款通知单。",
            fields=("receipt_mode", "receipt_phone"),
            in_place=True,
            fixed=True,
            grouped_by="building",
            hands_in="生成交款通知单",
            imported=True,
        ),
    )
    sheets = {OWNERS: OwnerSheet}

    class Form(forms.Form):
        area = ReferenceField(label="物业区域")
        kind = forms.ChoiceField(label="交款方式", choices=KINDS, widget=forms.RadioSelect)
        receipt_mode = forms.ChoiceField(label="开票方式", choices=ReceiptMode.choices, widget=forms.RadioSelect)
        receipt_phone = PhoneField(label="领取票据的手机号")

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        if field != "area" or not case.applicant_organisation_id:
            return ()
        mine = areas_of(case.applicant_organisation_id).filter(developer_id=case.applicant_organisation_id)
        return [(area.pk, area.name) for area in mine]

    def place(self, case: Case, data: dict[str, Any]) -> int:
        return Area.objects.get(pk=data["area"]).jurisdiction_id

    def subject(self, case: Case) -> str:
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        houses = case.houses.count()
        return (area.name if area else "") + (f" · {houses:,} 户" if houses else "")

    def blocked_houses(self, case: Case, house_ids: Sequence[int]) -> Mapping[int, str]:
        return blocked_from_deposit(house_ids)

    def sheet_rows(self, case: Case, part: str) -> Iterable[Mapping[str, Any]]:
        return owner_rows(case)

    def check_reading(self, case: Case, part: str, reading: Reading) -> Iterable[Fault]:
        return sheet_faults(reading, chosen_houses(case))

    def summary(self, case: Case) -> Summary:
        houses = chosen_houses(case)
        columns = ("交存标准", "户数", "建筑面积（㎡）", "应交金额（元）")
        rows = due_table(houses, on=day_of(case.submitted_at or case.created_at))
        return Summary(facts=self.form_facts(case), tables=[Table("应交金额", columns, rows, frozenset({1, 2, 3}))])

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        slips = slips_of_case(case.pk)
        return [
            Outcome(
                f"{slip.custody.get_fund_kind_display()}交款通知单 {slip.number}",
                "deposits:slip",
                slip.number,
                main=True,
            )
            for slip in slips
        ]

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        houses = chosen_houses(case)
        if not houses:
            yield Problem("", "请选择要交款的房屋")
        elif not row_count(case, OWNERS):
            yield Problem("", "请导入业主信息表")
        else:
            yield from (Problem("", text) for text in mismatches(case, houses))

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        assert case.applicant_organisation is not None
        houses = chosen_houses(case)
        pin_rows(case, houses)
        issue_deposit_slips(
            area=Area.objects.get(pk=data["area"]),
            houses=houses,
            shown_fen=amounts_shown(case, houses),
            payer_name=case.applicant_organisation.name,
            payer_organisation_id=case.applicant_organisation_id,
            payer_phone=data["receipt_phone"],
            receipt_mode=ReceiptMode(data["receipt_mode"]),
            case_id=case.pk,
            by=by,
            at=at,
        )
