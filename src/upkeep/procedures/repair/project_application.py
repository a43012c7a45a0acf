"""维修项目立项申请 (R7, R10): the project is applied for; once it is approved its money may be requested phase by phase.

Source: manual 004 §1.3.1 第四步 (核对立项信息, 上传要件, 打印立项申请单, 窗口受理), 注 1, 5; §1.3.2 第三步 for emergencies, which
need no vote but proof; manual 000, 物业用户 2.5 (提交审核). Started from the project's page. Approval holds nothing yet: each
disbursement request does.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, PapersPage
from upkeep.casework.procedure import Fact, Guide, Outcome, Paper, Print, Procedure, Summary, register
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.project_rule import project_rule
from upkeep.policy.review_chain import ChainStep
from upkeep.repairs import application, paying_papers
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import project_of
from upkeep.repairs.stages import ProjectKind

_PROOF = (
    Paper(application.PROOF, "紧急情况证明材料", help="检测报告、现场照片等；新建项目时上传的附件已自动带入"),
    Paper("confirmation", "街道办事处（乡镇政府）或居（村）民委员会确认书"),
)


class NoteForm(forms.Form):
    """What the applicant wants to add."""

    note = forms.CharField(label="申请说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))


@register
class ProjectApplication(Procedure):
    code = "project_application"
    title = "维修项目立项申请"
    prefix = "LX"
    covers = ("R7", "R10")
    starters = frozenset({Role.OWNERS_COMMITTEE, Role.PROPERTY_COMPANY})
    guide = Guide(
        overview="业主表决通过（紧急维修为立项公示）后申请立项，审核通过后方可申请拨付资金。请从“维修项目列表”进入办理。",
        bring=("打印的立项申请单（加盖公章）", "业主表决签字表原件（紧急维修为证明材料原件）", "施工合同、预算书原件"),
        takes="窗口受理当日，初审 3 个、审批 3 个工作日内",
    )
    pages = (
        FormPage("核对立项信息", help="请核对上面的立项信息；有误的，请返回项目页面办理。", fields=("note",)),
        PapersPage("上传要件"),
    )
    papers = (
        Paper("contract", "施工合同"),
        Paper("estimate", "工程预算书"),
        Paper("signatures", "业主表决签字表"),
        *_PROOF,
        Paper("notice", "公示现场照片", required=False),
    )
    prints = (Print("application", "立项申请单"),)
    steps = (
        ChainStep(Role.WINDOW_CLERK, 1),
        ChainStep(Role.FIRST_REVIEWER, 3),
        ChainStep(Role.APPROVER, 3),
    )
    Form = NoteForm
    in_menu = False

    def papers_of(self, case: Case) -> tuple[Paper, ...]:
        project = project_of(case)
        if project is None or project.kind_now is not ProjectKind.EMERGENCY:
            proof = {paper.code for paper in _PROOF}
            return tuple(paper for paper in self.papers if paper.code not in proof)
        unwanted = {"signatures"} if _is_confirmed(project, case) else {"signatures", "confirmation"}
        return tuple(paper for paper in self.papers if paper.code not in unwanted)

    def place(self, case: Case, data: dict[str, Any]) -> int:
        project = project_of(case)
        return project.jurisdiction_id if project else 0

    def subject(self, case: Case) -> str:
        project = project_of(case)
        return f"{project.area.name} · {project.title}" if project else ""

    def about(self, case: Case) -> Sequence[Fact]:
        project = project_of(case)
        return paying_papers.project_facts(project) if project else ()

    def summary(self, case: Case) -> Summary:
        project = project_of(case)
        facts = self.form_facts(case)
        if project is None:
            return Summary(facts=facts)
        return Summary(facts=[*paying_papers.project_facts(project), *facts], tables=paying_papers.tables_of(project))

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        project = project_of(case)
        return [Outcome("申请资金拨付", "projects:show", project.number, main=True)] if project else []

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        project = project_of(case)
        if project is None:
            return [Problem("", "请从“维修项目列表”选择项目后办理")]
        return application.problems_of(project)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        application.submit(case, by=by, at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        application.take_back(case, by=by, at=at)

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        application.approve(case, by=by, at=at)


def _is_confirmed(project: RepairProject, case: Case) -> bool:
    day = day_of(case.submitted_at or case.created_at)
    return project_rule(jurisdiction_id=project.jurisdiction_id, on=day).emergency_confirmed
