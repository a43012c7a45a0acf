"""Reading cases: who sees which, lists with filters, what waits for whom."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from upkeep.casework.models import Case, CaseEvent
from upkeep.casework.procedure import Procedure, register
from upkeep.casework.states import WAITING, Move, State
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import OFFICE


def visible_to(actor: Actor) -> QuerySet[Case]:
    """The cases the actor may know of: staff those of their jurisdiction once handed in and
    what they themselves enter, an organisation its own and
    those it is party to, a person his own, a guest those of his session. The only way pages obtain cases.
    """
    cases = Case.objects.all()
    if actor.has(*OFFICE):
        # A draft with a time of handing in is a visitor's that lies ready for the window (`window.lies_ready`).
        ready = ~Q(state=State.DRAFT) | Q(submitted_at__isnull=False)
        handed_in = Q(jurisdiction_id__in=within(actor.jurisdiction_id)) & ready
        return cases.filter(handed_in | Q(applicant_user_id=actor.user_id))
    if actor.organisation_id:
        party = Q(parties__organisation_id=actor.organisation_id) & ~Q(state=State.DRAFT)
        before = Q(applicant_user_id=actor.user_id, applicant_organisation__isnull=True)  # he joined it
        return cases.filter(Q(applicant_organisation_id=actor.organisation_id) | before | party).distinct()
    if actor.is_anonymous:
        return cases.filter(pk__in=actor.guest_cases, applicant_user__isnull=True)
    return cases.filter(applicant_user_id=actor.user_id, applicant_organisation__isnull=True)


def get_case(number: str, *, actor: Actor) -> Case | None:
    """The case of that number if the actor sees it."""
    return (
        visible_to(actor)
        .select_related("applicant_organisation", "jurisdiction", "applicant_user")
        .filter(number=tidy_number(number))
        .first()
    )


def others_under_way(case: Case) -> Case | None:
    """Another case of the same procedure and applicant that is being decided, if there is one."""
    mine = Case.objects.filter(procedure=case.procedure, applicant_organisation_id=case.applicant_organisation_id)
    return mine.filter(state__in=WAITING).exclude(pk=case.pk).first()


@dataclass(frozen=True)
class CaseFilter:
    """What a list of cases is narrowed to."""

    text: str = ""
    procedure: str = ""
    state: str = ""
    channel: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


SORTS = {
    "newest": "-created_at",
    "oldest": "created_at",
    "number": "number",
    "due": "due_on",
}


def case_list(*, actor: Actor, wanted: CaseFilter, sort: str = "newest") -> QuerySet[Case]:
    """The visible cases that match, ready to be paged; one query a page with what a row shows."""
    cases = visible_to(actor).select_related("applicant_organisation")
    if wanted.text:
        text = wanted.text.strip()
        cases = cases.filter(
            Q(number__startswith=tidy_number(text))
            | Q(subject__icontains=text)
            | Q(applicant_organisation__name__icontains=text)
        )
    if wanted.procedure:
        cases = cases.filter(procedure=wanted.procedure)
    if wanted.state:
        cases = cases.filter(state=wanted.state)
    if wanted.channel:
        cases = cases.filter(channel=wanted.channel)
    if wanted.since:
        cases = cases.filter(created_at__date__gte=wanted.since)
    if wanted.until:
        cases = cases.filter(created_at__date__lte=wanted.until)
    return cases.order_by(SORTS.get(sort, SORTS["newest"]), "pk")


def decided_by(actor: Actor, *, procedure: str, text: str = "") -> QuerySet[Case]:
    """The cases of a procedure that the actor's organisation decides or has decided, the oldest open ones first."""
    mine = visible_to(actor).filter(
        procedure=procedure, parties__organisation_id=actor.organisation_id or 0, parties__role="DECIDER"
    )
    if text:
        mine = mine.filter(subject__icontains=text)
    return mine.select_related("applicant_organisation").order_by("due_on", "-submitted_at", "pk")


def worklist(*, actor: Actor) -> QuerySet[Case]:
    """What waits for one of the actor's roles, the most urgent first (Q4). What he made or passed is left out."""
    cases = visible_to(actor).filter(waits_for__in=sorted(actor.roles), state__in=sorted(WAITING))
    if not actor.has(*OFFICE):
        cases = cases.filter(parties__organisation_id=actor.organisation_id or 0, parties__role="DECIDER")
    passed = CaseEvent.objects.filter(
        case=OuterRef("pk"),
        by_user=actor.user_id,
        move__in=[Move.SUBMIT, Move.ACCEPT, Move.PASS],
        at__gte=OuterRef("submitted_at"),
    )
    return (
        cases.exclude(applicant_user_id=actor.user_id)
        .exclude(Exists(passed))
        .select_related("applicant_organisation")
        .order_by("due_on", "submitted_at", "pk")
    )


def next_waiting(*, actor: Actor, after: Case) -> Case | None:
    """The next case of the work list, for staff who go from one to the next."""
    return worklist(actor=actor).exclude(pk=after.pk).first()


def history(case: Case) -> QuerySet[CaseEvent]:
    """Everything that happened to the case, oldest first."""
    return CaseEvent.objects.filter(case=case).order_by("at", "pk")


def last_note(case: Case) -> str:
    """What was said when the case was last moved: to the applicant, why it came back to him."""
    event = history(case).last()
    return event.note if event else ""


def procedure_of(case: Case) -> Procedure:
    """The case's procedure."""
    return register[case.procedure]
