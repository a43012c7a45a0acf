"""The two lists of a company's withdrawal orders: 已申请任务单信息, 审批退回及撤销任务单信息."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from upkeep.casework.models import Case, CaseEvent
from upkeep.casework.states import Move, State
from upkeep.deposits.models import LetterBatch
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.actor import Actor
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import Stage
from upkeep.repairs.withdrawal_orders_draft import CODE, live_copies, may_be_copied

_APPLIED = (State.DRAFT, State.SUBMITTED, State.IN_REVIEW, State.APPROVED)


def orders_of_company(actor: Actor) -> QuerySet[Case]:
    """The orders of the actor's own company, the newest first."""
    mine = Case.objects.filter(procedure=CODE, applicant_organisation_id=actor.organisation_id or 0)
    return mine.select_related("repair_project__project", "copied_from").order_by("-created_at", "-pk")


def applied(actor: Actor, *, text: str = "") -> QuerySet[Case]:
    """已申请任务单信息: drafts, what is under review, what was approved."""
    return _found(orders_of_company(actor).filter(state__in=_APPLIED), text)


def came_back(actor: Actor, *, text: str = "") -> QuerySet[Case]:
    """审批退回及撤销任务单信息: what was handed in and returned, refused or withdrawn. Dropped drafts are nobody's business."""
    closed = orders_of_company(actor).exclude(state__in=_APPLIED).filter(submitted_at__isnull=False)
    return _found(closed, text)


def _found(orders: QuerySet[Case], text: str) -> QuerySet[Case]:
    if text := text.strip():
        orders = orders.filter(Q(number__startswith=tidy_number(text)) | Q(subject__icontains=text))
    return orders


@dataclass(frozen=True, kw_only=True)
class ReturnedOrder:
    """An order that came back: why (empty where its company withdrew it), and the order made of it."""

    case: Case
    project: RepairProject | None
    was_returned: bool
    reason: str
    next_order: Case | None
    may_be_copied: bool


def returned_rows(cases: Iterable[Case], *, actor: Actor) -> list[ReturnedOrder]:
    """The rows of a page of 审批退回及撤销任务单信息."""
    page = list(cases)
    returns = CaseEvent.objects.filter(case__in=page, move__in=[Move.RETURN, Move.REJECT]).order_by("at")
    why = {event.case_id: event.note for event in returns}
    copies = live_copies(page)
    rows = []
    for case in page:
        copy = copies.get(case.pk)
        rows.append(
            ReturnedOrder(
                case=case,
                project=project_in(case),
                was_returned=case.pk in why,
                reason=why.get(case.pk, ""),
                next_order=copy,
                may_be_copied=copy is None and may_be_copied(case, by=actor),
            )
        )
    return rows


def project_in(case: Case) -> RepairProject | None:
    """The project of an order read with `select_related`; None while it is a draft."""
    found = getattr(case, "repair_project", None)
    return found.project if found else None


def state_words(case: Case) -> tuple[str, str]:
    """Code and words of how an order stands: the money's way once it is approved."""
    project = project_in(case)
    if case.state_now is State.APPROVED and project is not None:
        return project.stage, Stage(project.stage).label
    return case.state, State(case.state).label


def letter_batches(project: RepairProject) -> list[LetterBatch]:
    """欠款催缴通知单 that the company sent to houses of the order since it was handed in, the latest first."""
    batches = LetterBatch.objects.filter(
        organisation_id=project.organisation_id,
        area_id=project.area_id,
        asked_at__gte=project.created_at,
        letters__house__in=project.houses.values("house_id"),
    )
    return list(batches.distinct().order_by("-asked_at", "-pk"))
