"""立项与拨付申请 (R11): the one application of a simple repair project, for its approval and its whole payment.

Source: manual 004 §1.3.3 第六步, 注 1-4. Started from the project's page, after the acceptance and its public notice.
Approval holds each house's share on its sub-account and issues a payment order for every payee and custody account;
nothing is booked before the bank has paid.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, PapersPage
from upkeep.casework.procedure import Fact, Guide, Outcome, Paper, Print, Procedure, Summary, Table, register
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import BankAccountField, MoneyField
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.review_chain import ChainStep
from upkeep.repairs import disbursement
from upkeep.repairs.disbursement import Payee
from upkeep.repairs.notices import facts_of, works_of
from upkeep.repairs.queries import project_of
from upkeep.voting.queries import latest_vote

MOST_PAYEES = 5
_PARTS = ("name", "bank", "account", "amount")


class PayeesForm(forms.Form):
    """收款账户: the first is needed, up to four more may be added; a line is filled in as a whole or not at all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, MOST_PAYEES + 1):
            needed, suffix = place == 1, "" if place == 1 else f"（{place}）"
            self.fields |= {
                f"payee_{place}_name": forms.CharField(label=f"收款单位{suffix}", max_length=100, required=needed),
                f"payee_{place}_bank": forms.CharField(label=f"开户银行{suffix}", max_length=100, required=needed),
                f"payee_{place}_account": BankAccountField(label=f"收款账号{suffix}", required=needed),
                f"payee_{place}_amount": MoneyField(label=f"拨付金额（元）{suffix}", required=needed),
            }

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        for place in range(2, MOST_PAYEES + 1):
            names = [f"payee_{place}_{part}" for part in _PARTS]
            if any(data.get(name) for name in names):
                for name in names:
                    if not data.get(name) and name not in self.errors:
                        self.add_error(name, "该收款账户须填写完整，不需要的请全部清空")
        return data


def payees_in(data: dict[str, Any]) -> list[Payee]:
    """The payees of the form's typed data."""
    rows = [tuple(data.get(f"payee_{place}_{part}") for part in _PARTS) for place in range(1, MOST_PAYEES + 1)]
    return [
        Payee(name=str(name), bank=str(bank), account=str(account), amount_fen=int(fen))
        for name, bank, account, fen in rows
        if name and bank and account and fen
    ]


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
        FormPage("收款账户", fields=tuple(f"payee_1_{part}" for part in _PARTS)),
        FormPage(
            "其他收款账户",
            help="拨付给多个施工单位时填写；各账户金额合计须等于结算金额。只有一个收款账户的直接下一步",
            fields=tuple(f"payee_{place}_{part}" for place in range(2, MOST_PAYEES + 1) for part in _PARTS),
        ),
        PapersPage("上传要件"),
    )
    papers = (
        Paper("contract", "施工合同"),
        Paper("invoice", "工程发票"),
        Paper("acceptance", "工程验收及决算证明"),
        Paper("signatures", "业主表决签字表", required=False),
    )
    prints = (Print("application", "维修项目立项与拨付申请单"),)
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
        project, form = project_of(case), PayeesForm(case.data)
        form.is_valid()
        payees = payees_in(form.cleaned_data)
        rows = [(one.name, one.bank, one.account, yuan(one.amount_fen)) for one in payees]
        total = ("合计", f"{len(rows)} 个账户", "", yuan(sum(one.amount_fen for one in payees)))
        columns = ("收款单位", "开户银行", "收款账号", "拨付金额（元）")
        tables = [Table("收款账户", columns, [*rows, total] if rows else [], frozenset({3}))]
        if project is None:
            return Summary(tables=tables)
        vote = latest_vote(project.source)
        passed = f"同意 {vote.agreed_people:,} 人，占全体 {vote.total_people:,} 人" if vote else ""
        facts = [Fact(label, value) for label, value in facts_of(project)] + [Fact("业主表决", passed)]
        return Summary(facts=facts, tables=[works_of(project), *tables])

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
