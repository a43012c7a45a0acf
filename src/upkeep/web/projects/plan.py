"""拨付计划: the phases of a draft, a row each; what they make of the project is said when they are saved."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField, MoneyField
from upkeep.kernel.money import yuan
from upkeep.policy.payout_gate import payout_gate
from upkeep.repairs import drafting, plan
from upkeep.repairs.models import DraftPage, RepairProject
from upkeep.repairs.plan import MOST_PHASES, Phase
from upkeep.repairs.queries import STARTERS
from upkeep.repairs.stages import ProjectKind
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.draft import draft_context, draft_or_404
from upkeep.web.projects.reach import project_url

_NAMES = ("title", "planned_on", "amount")
USUAL = ("首期：开工后", "进度款：完成过半后", "末期：验收合格并公示后")


@dataclass
class PlanRow:
    """A row as typed, with what is wrong at each box."""

    number: int
    title: str = ""
    planned_on: str = ""
    amount: str = ""
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        return not (self.title or self.planned_on or self.amount)


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def edit_plan(request: ActorRequest, number: str) -> HttpResponse:
    """The phases; `action` add shows a row more, rest puts what is left into the last phase."""
    project = draft_or_404(request, number)
    if request.method == "GET":
        kept = drafting.typed_on(project, DraftPage.PLAN)
        rows = _typed(kept.typed) if kept else _kept(project)
        if kept:
            _read(rows)
        return _show(request, project, rows)
    rows = _typed(request.POST.dict())
    action = request.POST.get("action", "")
    if action == "add":
        return _show(request, project, [*rows, PlanRow(len(rows) + 1)][:MOST_PHASES])
    if action == "rest":
        _put_rest_into_last(project, rows)
        return _show(request, project, rows)
    return _save(request, project, rows)


def _kept(project: RepairProject) -> list[PlanRow]:
    phases = list(project.phases.order_by("number"))
    rows = [
        PlanRow(one.number, one.title, f"{one.planned_on:%Y-%m-%d}" if one.planned_on else "", yuan(one.amount_fen))
        for one in phases
    ]
    if rows:
        return rows
    if project.kind_now is ProjectKind.SIMPLE:
        return [PlanRow(1, "一次付清：验收合格并公示后", "", yuan(project.payable_fen) if project.payable_fen else "")]
    return [PlanRow(number, title) for number, title in enumerate(USUAL, start=1)]


def _typed(sent: dict[str, str]) -> list[PlanRow]:
    rows = []
    for number in range(1, MOST_PHASES + 1):
        if f"amount_{number}" in sent or f"title_{number}" in sent:
            title, planned_on, amount = (str(sent.get(f"{name}_{number}", "")).strip() for name in _NAMES)
            rows.append(PlanRow(number, title, planned_on, amount))
    return rows or [PlanRow(1)]


def _read(rows: list[PlanRow]) -> list[Phase]:
    """The phases that the rows say, the faults put into the rows; blank rows are left out and the others moved up."""
    filled = [row for row in rows if not row.is_blank]
    phases = []
    for row in filled:
        fen, day = 0, None
        try:
            fen = MoneyField().clean(row.amount)
        except ValidationError as wrong:
            row.wrong["amount"] = "；".join(wrong.messages)
        try:
            day = DayField(required=False).clean(row.planned_on)
        except ValidationError as wrong:
            row.wrong["planned_on"] = "；".join(wrong.messages)
        if not row.title:
            row.wrong["title"] = "请填写拨付条件"
        phases.append(Phase(title=row.title, amount_fen=fen or 0, planned_on=day))
    return phases


def _put_rest_into_last(project: RepairProject, rows: list[PlanRow]) -> None:
    filled = [row for row in rows if not row.is_blank]
    phases = _read(rows)
    if not filled:
        return
    left = project.payable_fen - sum(phase.amount_fen for phase in phases[:-1])
    for row in rows:
        row.wrong.clear()
    if left > 0:
        filled[-1].amount = yuan(left)
    else:
        filled[-1].wrong["amount"] = "前面各期已达到或超过预算应拨付金额，没有余额可放入末期"


def _save(request: ActorRequest, project: RepairProject, rows: list[PlanRow]) -> HttpResponse:
    phases, before = _read(rows), project.kind_now
    faults = sum(len(row.wrong) for row in rows)
    if not faults:
        try:
            kept = plan.set_plan(project.pk, phases=phases, by=request.actor, at=timezone.now())
        except HasProblems as problems:
            faults = len(problems.problems)
            _place(problems, [row for row in rows if not row.is_blank], request)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(project_url(project))
        else:
            drafting.forget_typed(project, DraftPage.PLAN)
            _tell(request, kept, before)
            return redirect("projects:plan", project.number)
    typed = {f"{name}_{row.number}": getattr(row, name) for row in rows for name in _NAMES}
    drafting.keep_typed(
        project.pk, page=DraftPage.PLAN, typed=typed, faults=faults, by=request.actor, at=timezone.now()
    )
    messages.warning(request, "填写的内容已存为草稿，其中标红的几处请改正后再保存")
    return _show(request, project, rows)


def _place(problems: HasProblems, rows: list[PlanRow], request: ActorRequest) -> None:
    for problem in problems.problems:
        name, _, number = problem.field.rpartition("_")
        if name and number.isdecimal() and int(number) <= len(rows):
            rows[int(number) - 1].wrong[name] = problem.text
        else:
            messages.error(request, problem.text)


def _tell(request: ActorRequest, project: RepairProject, before: ProjectKind) -> None:
    """What the plan has made of the project (004 §1.3.1 注 5)."""
    if project.kind_now is not before and project.kind_now is ProjectKind.SIMPLE:
        messages.warning(
            request,
            "拨付计划只有一期，本项目按简单拨付办理：先验收并发布验收公示，再将立项与拨付合并申请，一次划转",
        )
    elif project.kind_now is not before:
        messages.warning(request, "拨付计划有两期以上，本项目改按一般维修办理：立项审核通过后按计划分期拨付")
    if problem := plan.plan_problem(project):
        messages.warning(request, problem)
    else:
        messages.success(request, "拨付计划已保存")


def _show(request: ActorRequest, project: RepairProject, rows: list[PlanRow]) -> HttpResponse:
    gate = payout_gate(jurisdiction_id=project.jurisdiction_id, on=timezone.localdate())
    amounts = [_fen(row.amount) for row in rows]
    context = draft_context(project, now="拨付计划") | {
        "rows": rows,
        "planned_fen": sum(amounts),
        "gap_fen": project.payable_fen - sum(amounts),
        "over_fen": sum(amounts) - project.payable_fen,
        "outside_fen": project.budget_fen - project.payable_fen,
        "is_simple": project.kind_now is ProjectKind.SIMPLE,
        "most_percent": gate.first_payment_most_percent,
        "gate": gate,
        "may_add": len(rows) < MOST_PHASES,
    }
    return render(request, "projects/plan.html", context)


def _fen(text: str) -> int:
    try:
        return MoneyField(required=False).clean(text) or 0
    except ValidationError:
        return 0
