"""售房单位交存 (D7): a unit that sold public housing pays a part of the sale proceeds into the fund, once for each house.

Source: 165号令 第八、九、十一、十二条; manual 003 §8.2 (售房单位 among the organisations). Begun by the unit or the office.
Approval writes the prices down and issues a pay slip per building, by the percentage in force that day; the money goes to the
unit's account of the building (售房单位分账) when the bank has confirmed the slip.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.banking.models import ReceiptMode
from upkeep.banking.queries import slips_of_case
from upkeep.casework.models import Case, PartyRole
from upkeep.casework.pages import FormPage, HousesPage, Page, PapersPage, SheetPage
from upkeep.casework.procedure import Guide, Outcome, Paper, PartyGrant, Print, Procedure, Summary, register
from upkeep.deposits import unit_deposits, unit_form
from upkeep.deposits.unit_sheet import SaleSheet
from upkeep.estate import claims
from upkeep.estate.changes import source_of
from upkeep.estate.house_choice import chosen_houses, chosen_ids
from upkeep.estate.models import Area
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.unit_deposit_rule import unit_deposit_rule
from upkeep.sheets.columns import Fault, Reading


@register
class SellingUnitDeposit(Procedure):
    code = "selling_unit_deposit"
    title = "售房单位交存"
    prefix = "SF"
    covers = ("D7",)
    starters = frozenset({Role.SELLING_UNIT, Role.WINDOW_CLERK})
    guide = Guide(
        overview="出售公有住房的单位，从售房款中一次性提取维修资金交存。审核通过后按楼栋生成交款通知单，到专户银行交款。",
        bring=("打印的售房单位交存申请表（加盖公章）", "公有住房出售审批材料", "售房款收款凭证"),
        takes="窗口受理当日，审核 3 个工作日内；银行确认收款后入售房单位分账并开具票据",
    )
    pages = (
        FormPage("售房单位与物业区域", fields=("unit", "area")),
        HousesPage("选择房屋", help="选择已售公有住房，可按单元格、行、列、单元选择；售房单位已交存的不能选择"),
        SheetPage(
            "售房款",
            part=unit_form.SALES,
            help="表中已列出所选房屋，填写每户实际收到的售房款和收到日期，应交存金额由系统计算。",
            fields=("receipt_mode", "receipt_phone"),
            in_place=True,
            fixed=True,
        ),
        PapersPage("上传要件"),
    )
    papers = (
        Paper("approval", "公有住房出售审批材料", help="载明房屋、售价的房改售房审批表或批复"),
        Paper("proceeds", "售房款收款凭证", required=False),
    )
    prints = (Print("application", "售房单位交存申请表"),)
    sheets = {unit_form.SALES: SaleSheet}
    Form = unit_form.UnitDepositForm

    def pages_of(self, case: Case) -> tuple[Page, ...]:
        if not case.applicant_organisation_id:
            return self.pages
        return (FormPage("物业区域", fields=("area",)), *self.pages[1:])

    def form_of(self, case: Case, *args: Any, **kwargs: Any) -> forms.Form:
        form = self.make_form(*args, **kwargs)
        if case.applicant_organisation_id:
            del form.fields["unit"]
        return form

    def guide_facts(self, *, jurisdiction_id: int, on: dt.date) -> Sequence[tuple[str, str]]:
        rule = unit_deposit_rule(jurisdiction_id=jurisdiction_id, on=on)
        return [
            ("提取比例", f"多层住宅为售房款的 {rule.low_rise_percent}%，高层住宅为 {rule.high_rise_percent}%"),
            ("交存期限", f"收到售房款之日起 {rule.days} 日内"),
        ]

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        if field == "unit":
            return unit_form.units_offered(case)
        return unit_form.areas_offered(case) if field == "area" else ()

    def place(self, case: Case, data: dict[str, Any]) -> int:
        return Area.objects.get(pk=data["area"]).jurisdiction_id

    def parties(self, case: Case) -> Iterator[PartyGrant]:
        unit = unit_form.unit_of(case)
        if unit is not None and unit.pk != case.applicant_organisation_id:
            yield PartyGrant(unit.pk, PartyRole.CONCERNED)

    def subject(self, case: Case) -> str:
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        houses = case.houses.count()
        return (area.name if area else "") + (f" · {houses:,} 户" if houses else "")

    def blocked_houses(self, case: Case, house_ids: Sequence[int]) -> Mapping[int, str]:
        return unit_deposits.blocked(house_ids, but=source_of(case))

    def chosen(self, case: Case) -> None:
        unit_form.lay_out(case)

    def sheet_rows(self, case: Case, part: str) -> Iterable[Mapping[str, Any]]:
        return unit_form.house_rows(case)

    def check_reading(self, case: Case, part: str, reading: Reading) -> Iterable[Fault]:
        return unit_form.faults_in_reading(reading, chosen_houses(case), on=_day(case))

    def summary(self, case: Case) -> Summary:
        facts, houses = self.form_facts(case), chosen_houses(case)
        if not houses:
            return Summary(facts=facts)
        sales = unit_form.sales_named(case, houses)
        return Summary(facts=facts, tables=unit_form.tables_of(houses[0].area, houses, sales, on=_day(case)))

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        return [
            Outcome(f"交款通知单 {slip.number}", "deposits:slip", slip.number, main=True)
            for slip in slips_of_case(case.pk)
        ]

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        houses = chosen_houses(case)
        why = self.blocked_houses(case, [house.pk for house in houses])
        return unit_form.problems(houses, unit_form.sales_named(case, houses), why=why)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        claims.claim(house_ids=chosen_ids(case), kind=ClaimKind.UNIT_DEPOSIT, source=source_of(case), at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        claims.release(source=source_of(case))

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        unit, houses = unit_form.unit_of(case), chosen_houses(case)
        assert unit is not None
        self.release(case, by=by, at=at)
        unit_deposits.issue_unit_slips(
            area=Area.objects.get(pk=data["area"]),
            houses=houses,
            sales=unit_form.sales_named(case, houses),
            unit=unit,
            payer_phone=data["receipt_phone"],
            receipt_mode=ReceiptMode(data["receipt_mode"]),
            case_id=case.pk,
            by=by,
            at=at,
        )


def _day(case: Case) -> dt.date:
    return day_of(case.submitted_at or case.created_at)
