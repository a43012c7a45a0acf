"""立项与拨付申请 (R11): the one application of a simple repair project, for its approval and its whole payment.

Source: manual 004 §1.3.3 第六步, 注 1-4. Started from the project's page, after the acceptance and its public notice.
Approval holds each house's share on its sub-account and issues a payment order for every payee and custody account;
nothing is booked before the bank has paid.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, PapersPage
from upkeep.casework.procedure import Guide, Outcome, Paper, Print, Procedure, Summary, register
from upkeep.kernel.errors import Problem
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.review_chain import ChainStep
from upkeep.repairs import disbursement
from upkeep.repairs.payees import (
    FIRST_FIELDS,
    OTHER_FIELDS,
    PayeesForm,
    paid_to_applicant,
    payees_as_typed,
    payees_in,
    table_of,
)
from upkeep.repairs.paying_papers import project_facts, tables_of
from upkeep.repairs.queries import project_of


@register
class SimpleDisbursement(Procedure):
    code = "simple_disbursement"
    title = "维修项目立项与拨付申请"
    prefix = "JB"
    covers = ("R11",)
    starters = frozenset({Role.OWNERS_COMMITTEE, Role.PROPERTY_COMPANY})
    guide = Guide(
        overview="简单拨付项目完成验收并发布验收公示后，立项和资金拨付一次申请、一并审核。请从“维修项目列表”进入办理。",
        bring=("打印的立项与拨付申请单（加盖公章）", "业主表决签字表原件", "施工合同、发票、验收证明原件"),
        takes="窗口受理当日，初审 3 个、审批 3 个工作日内；审核通过后由专户银行划转",
    )
    pages = (
        FormPage("收款账户", fields=FIRST_FIELDS),
        FormPage(
            "其他收款账户",
            help="拨付给多个施工单位时填写；各账户金额合计须等于结算金额。只有一个收款账户的直接下一步",
            fields=OTHER_FIELDS,
        ),
        PapersPage("上传要件"),
    )
    papers = (
        Paper("contract", "施工合同"),
        Paper("invoice", "工程发票"),
        Paper("acceptance", "工程验收及决算证明"),
        Paper("signatures", "业主表决签字表", required=False),
    )
    prints = (Print("application", "立项申请单、资金拨付申请单"),)
    steps = (
        ChainStep(Role.WINDOW_CLERK, 1),
        ChainStep(Role.FIRST_REVIEWER, 3),
        ChainStep(Role.APPROVER, 3),
    )
    Form = PayeesForm
    in_menu = False

    def place(self, case: Case, data: dict[str, Any]) -> int:
        project = project_of(case)
        return project.jurisdiction_id if project else 0

    def subject(self, case: Case) -> str:
        project = project_of(case)
        return f"{project.area.name} · {project.title}" if project else ""

    def summary(self, case: Case) -> Summary:
        project, tables = project_of(case), [table_of(payees_as_typed(case.data))]
        if project is None:
            return Summary(tables=tables)
        return Summary(facts=project_facts(project), tables=[*tables_of(project), *tables])

    def warnings(self, case: Case) -> Sequence[str]:
        project = project_of(case)
        applicant = project.organisation.name if project else ""
        return list(paid_to_applicant(payees_as_typed(case.data), applicant=applicant))

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        project = project_of(case)
        return [Outcome("查看维修项目", "projects:show", project.number)] if project else []

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        project = project_of(case)
        if project is None:
            return [Problem("", "请从“维修项目列表”选择项目后办理")]
        return disbursement.problems_of(project, payees_in(data))

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        disbursement.submit(case, by=by, at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        disbursement.take_back(case, by=by, at=at)

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        disbursement.approve(case, payees_in(data), by=by, at=at)
