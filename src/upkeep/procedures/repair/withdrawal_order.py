"""商品房维修支取申请 (R14): the withdrawal order (维修支取任务单) of a property company, its signed list and its payment.

Source: manual 003 §4.2.1 ①-⑭, §4.2.2, §4.2.3. Filled in on pages of its own (`web/orders`). Handing it in fixes the shares
of the houses; the owners then sign the printed list, which is brought with the paper and is the vote (C4): the window enters
it, and without it nothing is approved. Approval holds every house's share and issues the payment orders of all payees at
once; nothing is booked before the bank has paid. A returned or withdrawn order stays closed; 修改 makes a new one of it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage
from upkeep.casework.procedure import Guide, Outcome, Print, Procedure, Summary, register
from upkeep.estate.models import Area
from upkeep.kernel.errors import Problem
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.project_rule import project_rule
from upkeep.policy.review_chain import ChainStep
from upkeep.printing.documents import Document
from upkeep.repairs import withdrawal_orders as orders
from upkeep.repairs import withdrawal_orders_prints as prints
from upkeep.repairs.queries import project_of
from upkeep.repairs.withdrawal_orders_draft import CODE
from upkeep.repairs.withdrawal_orders_form import BASICS, FIRST_PAYEE, MORE_PAYEES, OrderForm


@register
class WithdrawalOrder(Procedure):
    code = CODE
    title = "商品房维修支取申请"
    prefix = "ZQ"
    covers = ("R14",)
    starters = frozenset({Role.PROPERTY_COMPANY})
    guide = Guide(
        overview="物业服务企业为商品住宅的共用部位、共用设施设备维修填报任务单，按专有部分建筑面积分摊到户，经业主签字确认、审核后由专户银行付款。",
        bring=("打印的维修支取任务单（加盖公章）", "业主签字的分摊明细业主签字确认表原件", "施工合同、工程预算书原件"),
        takes="窗口受理当日，初审 3 个、审批 3 个工作日内；审核通过后由专户银行付款",
    )
    pages = (
        FormPage("填写任务单", fields=("area", *BASICS)),
        FormPage("收款账户", fields=(*FIRST_PAYEE, *MORE_PAYEES)),
    )
    prints = (Print("order", prints.ORDER_TITLE), Print("signatures", prints.SIGNATURES_TITLE))
    steps = (
        ChainStep(Role.WINDOW_CLERK, 1),
        ChainStep(Role.FIRST_REVIEWER, 3),
        ChainStep(Role.APPROVER, 3),
    )
    Form = OrderForm
    begins_at = "orders:list"
    filled_at = "orders:fill"

    def is_open(self, *, jurisdiction_id: int, on: dt.date) -> bool:
        return project_rule(jurisdiction_id=jurisdiction_id, on=on).form == "ORDER"

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        if field == "area":
            return orders.areas_for(case)
        return orders.facilities_for(case) if field == "facility" else ()

    def place(self, case: Case, data: dict[str, Any]) -> int:
        return Area.objects.get(pk=data["area"]).jurisdiction_id

    def subject(self, case: Case) -> str:
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        return " · ".join(filter(None, (area.name if area else "", str(case.data.get("title") or ""))))

    def summary(self, case: Case) -> Summary:
        return orders.summary_of(case, self.form_facts(case, "area", *BASICS))

    def tasks(self, case: Case) -> Sequence[Outcome]:
        return [
            Outcome("业主签字确认表录入与结果", "orders:signatures", case.number, main=orders.needs_vote(case)),
            Outcome("到户支取详细信息", "orders:shares", case.number),
        ]

    def warnings(self, case: Case) -> Sequence[str]:
        return orders.warnings_of(case)

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        project = project_of(case)
        return [Outcome("查看维修项目与付款", "projects:show", project.number)] if project else []

    def result_title(self, case: Case) -> str:
        return "业务结束"

    def document(self, case: Case, code: str, *, at: dt.datetime) -> Document | None:
        return prints.signatures_document(case) if code == "signatures" else prints.order_document(case, at=at)

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        return orders.problems_of(case, data)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        orders.submit(case, data, by=by, at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        orders.take_back(case, by=by, at=at)

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        orders.approve(case, data, by=by, at=at)
