"""What a project's page shows of its applications and its money: plan, requests, what each stands at."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.queries import visible_to
from upkeep.casework.states import EDITABLE, State
from upkeep.parties.actor import Actor
from upkeep.repairs.models import FundRequest, ProjectCase, RepairProject, RequestState
from upkeep.repairs.queries import application_of
from upkeep.repairs.requests import phase_of, plan_lines, requests_of, title_of


@dataclass(frozen=True)
class RequestRow:
    """A request in the list of a project: its case, phase and amount, and what its reader may do with it."""

    number: str
    phase: str
    amount_fen: int
    submitted_at: datetime | None
    state: str
    words: str
    is_mine: bool
    edit: bool
    waits_for_notice: bool


def money_context(project: RepairProject, *, actor: Actor) -> dict[str, Any]:
    """Application, plan and requests. Drafts and withdrawn requests are shown to their starter only."""
    application = application_of(project)
    asked = [one for one in requests_of(project) if _is_shown(one.case, project, actor)]
    numbers = [one.case.number for one in asked] + ([application.number] if application else [])
    seen = set(visible_to(actor).filter(number__in=numbers).values_list("number", flat=True))
    return {
        "application": application,
        "application_title": register[application.procedure].title if application else "",
        "application_is_mine": bool(application and application.number in seen),
        "lines": plan_lines(project, on=timezone.localdate()),
        "in_review_fen": project.requested_fen - project.ordered_fen,
        "left_fen": project.limit_fen - project.requested_fen,
        "requests": [_row(one, seen, actor=actor) for one in asked],
    }


def _is_shown(case: Case, project: RepairProject, actor: Actor) -> bool:
    if case.state_now in (State.DRAFT, State.WITHDRAWN):
        return actor.organisation_id == project.organisation_id and case.state_now is State.DRAFT
    return True


def _row(one: ProjectCase, seen: set[str], *, actor: Actor) -> RequestRow:
    case = one.case
    request: FundRequest | None = getattr(case, "fund_request", None)
    held = request is not None and request.state_now is RequestState.HELD
    mine = case.number in seen
    return RequestRow(
        number=case.number,
        phase=title_of(request.phase if request else phase_of(case)),
        amount_fen=request.amount_fen if request else 0,
        submitted_at=case.submitted_at,
        state=case.state,
        words="待提交拨款通知单" if held else case.get_state_display(),
        is_mine=mine,
        edit=mine and case.state_now in EDITABLE and actor.organisation_id == case.applicant_organisation_id,
        waits_for_notice=held,
    )
