"""资金拨付申请, to read: what of each phase is requested, under review, ordered and paid, and what may be asked for now."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from upkeep.casework.models import Case
from upkeep.kernel.errors import Problem
from upkeep.kernel.money import yuan
from upkeep.policy.notice_rule import notice_rule
from upkeep.policy.payout_gate import payout_gate
from upkeep.policy.project_rule import project_rule
from upkeep.publishing.models import NoticeKind
from upkeep.publishing.queries import notices_on
from upkeep.repairs.gates import Room, Standing, room
from upkeep.repairs.models import FundRequest, ProjectCase, ProjectPhase, RepairProject
from upkeep.repairs.payees import Payee, total_of
from upkeep.repairs.queries import FUND_REQUEST
from upkeep.repairs.stages import PAYING, Stage

#: The stages in which money may be asked for, when the gates agree.
_ASKING = frozenset({*PAYING, Stage.TRANSFER})


@dataclass(frozen=True)
class PhaseLine:
    """A phase of the plan and what may be asked of it now. `phase` None: what a single payment has left over."""

    phase: ProjectPhase | None
    room: Room
    limit_fen: int
    requested_fen: int
    ordered_fen: int
    paid_fen: int

    @property
    def in_review_fen(self) -> int:
        return self.requested_fen - self.ordered_fen

    @property
    def left_fen(self) -> int:
        return self.limit_fen - self.requested_fen

    @property
    def title(self) -> str:
        return title_of(self.phase)


def title_of(phase: ProjectPhase | None) -> str:
    """A phase as people name it."""
    return f"第 {phase.number} 期" if phase else "余款"


def plan_of(project: RepairProject) -> list[ProjectPhase]:
    """拨付计划: the phases in their order; none where the project is paid at once."""
    return list(ProjectPhase.objects.filter(project=project).order_by("number"))


def plan_lines(project: RepairProject, *, on: dt.date) -> list[PhaseLine]:
    """What of the plan is requested, ordered and paid, and what may be asked for now.

    Of a project without a plan a line appears once something was cleared back and can be asked for again.
    """
    phases = plan_of(project)
    lines = _Rooms(project, phases, on=on)
    found = [
        PhaseLine(one, lines.of(one), one.limit_fen, one.requested_fen, one.ordered_fen, one.paid_fen)
        for one in phases
    ]
    if found or project.stage_now is not Stage.TRANSFER or project.requested_fen >= project.limit_fen:
        return found
    sums = (project.limit_fen, project.requested_fen, project.ordered_fen, project.paid_fen)
    return [PhaseLine(None, lines.of(None), *sums)]


def next_line(lines: Sequence[PhaseLine]) -> PhaseLine | None:
    """The phase to ask for next: the first with room, else the first that has anything left."""
    open_lines = [line for line in lines if line.room.most_fen]
    return next(iter(open_lines or [line for line in lines if line.left_fen]), None)


def room_now(project: RepairProject, phase: ProjectPhase | None, *, on: dt.date) -> Room:
    """What may be asked of the phase."""
    return _Rooms(project, plan_of(project), on=on).of(phase)


class _Rooms:
    """The conditions of one project on a day, read once for all its phases."""

    def __init__(self, project: RepairProject, phases: Sequence[ProjectPhase], *, on: dt.date) -> None:
        self.project, self.numbers = project, [one.number for one in phases]
        self.gate = payout_gate(jurisdiction_id=project.jurisdiction_id, on=on)
        self.accepted = is_acceptance_public(project, on=on)

    def of(self, phase: ProjectPhase | None) -> Room:
        project = self.project
        if project.stage_now not in _ASKING:
            return Room(0, _too_early(project))
        limit, requested = (phase.limit_fen, phase.requested_fen) if phase else (0, 0)
        return room(
            Standing(
                budget_fen=project.budget_fen,
                limit_fen=project.limit_fen,
                requested_fen=project.requested_fen,
                phase_limit_fen=limit if phase else project.limit_fen,
                phase_requested_fen=requested if phase else project.requested_fen,
                first=phase is not None and phase.number == min(self.numbers),
                last=phase is not None and phase.number == max(self.numbers),
                accepted=self.accepted,
                untouched=not project.paid_fen,
            ),
            self.gate,
        )


def _too_early(project: RepairProject) -> str:
    if project.stage_now in (Stage.FINISHED, Stage.CANCELLATION, Stage.CANCELLED):
        return f"项目现为“{project.stage_now.label}”，不能申请拨付"
    return "须先提交立项申请并审核通过"


def is_acceptance_public(project: RepairProject, *, on: dt.date) -> bool:
    """Whether the acceptance stands published, and its notice is over where the city waits for that."""
    if project.stage_now in (Stage.REVIEW, Stage.TRANSFER):
        return True
    if project.stage_now not in (Stage.ACCEPTANCE_NOTICE, Stage.FINISHED):
        return False
    if not notice_rule(jurisdiction_id=project.jurisdiction_id, on=on).wait_for_end:
        return True
    notice = notices_on(project.source).get(NoticeKind.ACCEPTANCE)
    return notice is None or notice.open_until < on


def requests_of(project: RepairProject) -> QuerySet[ProjectCase]:
    """The cases by which money was asked for, drafts too, the oldest first."""
    cases = ProjectCase.objects.filter(project=project, case__procedure=FUND_REQUEST)
    return cases.select_related("case", "case__fund_request__phase").order_by("case__created_at", "case_id")


def request_of(case: Case) -> FundRequest | None:
    """What the case engages or has engaged; None for a draft that was never handed in."""
    return FundRequest.objects.select_related("phase", "project").filter(case=case).first()


def phase_of(case: Case) -> ProjectPhase | None:
    """The phase that the case asks of."""
    pk = case.data.get("phase")
    return ProjectPhase.objects.filter(pk=pk).first() if pk else None


def problems_of(case: Case, project: RepairProject, payees: Sequence[Payee], *, on: dt.date) -> Iterator[Problem]:
    """What forbids the request on the day on which it is handed in."""
    phases = plan_of(project)
    phase = next((one for one in phases if one.pk == case.data.get("phase")), None)
    if phases and phase is None:
        yield Problem("", "请从项目页面选择拨付期次后办理")
        return
    free, total = room_now(project, phase, on=on), total_of(payees)
    if not free.most_fen:
        yield Problem("", f"暂不能申请拨付{title_of(phase)}：{free.why}")
    elif total > free.most_fen:
        why = free.why or f"{title_of(phase)}的计划金额还可申请 {yuan(free.most_fen)} 元"
        text = f"各收款账户合计 {yuan(total)} 元，本次最多可申请 {yuan(free.most_fen)} 元：{why}"
        yield Problem("payee_1_amount", text)


def notices_come_from_applicant(project: RepairProject, *, on: dt.date) -> bool:
    """Whether the applicant completes and hands in the 拨款通知单 after the approval (manual 000, 物业用户 2.5)."""
    return project_rule(jurisdiction_id=project.jurisdiction_id, on=on).payment_notice == "APPLICANT"
