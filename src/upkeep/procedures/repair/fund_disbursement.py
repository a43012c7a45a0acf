"""资金拨付申请 (R8): money of one phase of the plan is asked for, for one contractor or several.

Source: manual 004 §1.3.1 第五步 (核对拨付金额, 填写收款账号, 上传要件, 打印资金拨付申请单, 窗口受理), 注 1-6; §1.3.2 第四步;
manual 000, 物业用户 2.5 (拨款申请, 拨款通知单). Started from the project's page. Handing it in engages the amount on phase and
project, return and withdrawal give it back; approval holds each house's part and orders the payments; the books move when
the bank has paid.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, PapersPage
from upkeep.casework.procedure import Fact, Guide, Outcome, Paper, Print, Procedure, Summary, register
from upkeep.kernel.errors import Problem
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.review_chain import ChainStep
from upkeep.printing.documents import Document
from upkeep.repairs import payees, paying_papers, requesting, requests
from upkeep.repairs.models import PayeeAccount
from upkeep.repairs.queries import FUND_REQUEST, project_of


@register
class FundDisbursement(Procedure):
    code = FUND_REQUEST
    title = "维修资金拨付申请"
    prefix = "BF"
    covers = ("R8",)
    starters = frozenset({Role.OWNERS_COMMITTEE, Role.PROPERTY_COMPANY})
    guide = Guide(
        overview="立项审核通过后，按拨付计划逐期申请；一期可以分多次申请，拨付给不同的施工单位。请从“维修项目列表”进入办理。",
        bring=("打印的资金拨付申请单（加盖公章）", "施工合同、发票、工程进度证明原件"),
        takes="窗口受理当日，初审 3 个、审批 3 个工作日内；审核通过后由专户银行划转",
    )
    pages = (
        FormPage(
            "收款账户",
            help="请核对上面的拨付信息。拨付金额已按本期可申请金额填入，可以改小；不能超过本期计划金额。",
            fields=payees.FIRST_FIELDS,
        ),
        FormPage(
            "其他收款账户",
            help="一次拨付给多个施工单位时填写，各账户金额合计不能超过本期计划金额。只有一个收款账户的直接下一步。",
            fields=payees.OTHER_FIELDS,
        ),
        PapersPage("上传要件"),
    )
    papers = (
        Paper("invoice", "工程发票"),
        Paper("progress", "工程进度证明", help="首期为开工证明，其余各期为进度或完工证明（监理或业主代表签字）"),
        Paper("contract", "施工合同", required=False, help="收款单位与立项时不同的必须上传"),
    )
    prints = (Print("application", "资金拨付申请单"), Print("payment_notice", "拨款通知单"))
    steps = (
        ChainStep(Role.WINDOW_CLERK, 1),
        ChainStep(Role.FIRST_REVIEWER, 3),
        ChainStep(Role.APPROVER, 3),
    )
    Form = payees.PayeesForm
    in_menu = False

    def prints_of(self, case: Case) -> tuple[Print, ...]:
        return self.prints if PayeeAccount.objects.filter(case=case).exists() else self.prints[:1]

    def document(self, case: Case, code: str, *, at: dt.datetime) -> Document | None:
        project = project_of(case)
        if code != "payment_notice" or project is None:
            return None
        return paying_papers.payment_notice(case, project, at=at)

    def place(self, case: Case, data: dict[str, Any]) -> int:
        project = project_of(case)
        return project.jurisdiction_id if project else 0

    def subject(self, case: Case) -> str:
        project = project_of(case)
        if project is None:
            return ""
        return f"{project.area.name} · {project.title} · {requests.title_of(requests.phase_of(case))}"

    def about(self, case: Case) -> Sequence[Fact]:
        project = project_of(case)
        return paying_papers.request_facts(case, project) if project else ()

    def summary(self, case: Case) -> Summary:
        project, found = project_of(case), payees.payees_as_typed(case.data)
        tables = [payees.table_of(found)]
        if project is None:
            return Summary(tables=tables)
        orders = paying_papers.orders_table(case)
        return Summary(
            facts=paying_papers.request_facts(case, project), tables=[*tables, *([orders] if orders.rows else [])]
        )

    def warnings(self, case: Case) -> Sequence[str]:
        project = project_of(case)
        applicant = project.organisation.name if project else ""
        return list(payees.paid_to_applicant(payees.payees_as_typed(case.data), applicant=applicant))

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        project = project_of(case)
        return [Outcome("查看维修项目", "projects:show", project.number)] if project else []

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        project = project_of(case)
        if project is None:
            return [Problem("", "请从“维修项目列表”选择项目后办理")]
        return payees.repeated(payees.payees_in(data))

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        requesting.submit(case, payees.payees_in(data), by=by, at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        requesting.take_back(case, by=by, at=at)

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        requesting.approve(case, payees.payees_in(data), by=by, at=at)
