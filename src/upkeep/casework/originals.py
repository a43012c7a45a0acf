"""补交要件提醒: paper copies that an organisation brings with its first business."""

import datetime as dt

from django.db import transaction

from upkeep.casework.engine import NotNow, NotYours
from upkeep.casework.models import Case, OriginalsReminder
from upkeep.casework.procedure import Guide, register
from upkeep.casework.states import State
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import Role
from upkeep.policy.registration_rule import RegistrationRule


def fitted(guide: Guide, rule: RegistrationRule) -> Guide:
    """What is told of a registration on its result page under the city's rule: what to bring, and when."""
    if rule.originals == "NONE":
        return Guide(guide.overview)
    form = guide.bring[:1] if rule.printed else ()
    if rule.originals == "WINDOW":
        return Guide(guide.overview, (*form, *guide.bring[1:]), guide.takes)
    copies = ("注册时上传的要件的复印件（A4 纸，加盖公章）",) if rule.papers else ()
    return Guide(guide.overview, (*form, *copies), bring_with="首次办理业务")


def remind(*, organisation_id: int, registration: Case, at: dt.datetime) -> OriginalsReminder:
    """Open the reminder when an organisation has been registered without its papers having been seen."""
    return OriginalsReminder.objects.create(organisation_id=organisation_id, registration=registration, opened_at=at)


def owed_with(case: Case) -> OriginalsReminder | None:
    """What the applicant of a case handed in still owes, or handed over with this very case."""
    if not case.applicant_organisation_id or case.state_now is State.DRAFT:
        return None
    found = (
        OriginalsReminder.objects.filter(organisation_id=case.applicant_organisation_id)
        .select_related("registration", "received_by")
        .first()
    )
    is_of_this_case = found is not None and found.received_with_id in (None, case.pk)
    return found if is_of_this_case else None


def papers_owed(reminder: OriginalsReminder) -> list[str]:
    """The titles of the papers that were uploaded at the registration."""
    present = set(reminder.registration.files.values_list("paper", flat=True))
    procedure = register[reminder.registration.procedure]
    return [paper.title for paper in procedure.papers_of(reminder.registration) if paper.code in present]


def may_receive(case: Case, *, by: Actor) -> bool:
    """Whether the actor is a window clerk of the office that decides the case."""
    return by.has(Role.WINDOW_CLERK) and case.jurisdiction_id in within(by.jurisdiction_id)


@transaction.atomic
def receive(case: Case, *, by: Actor, at: dt.datetime) -> OriginalsReminder:
    """The copies are there: who says so, when, with which case. Raises: NotYours, NotNow when nothing is owed."""
    if not may_receive(case, by=by):
        raise NotYours("要件由受理窗口核收")
    reminder = (
        OriginalsReminder.objects.select_for_update(of=("self",))
        .filter(organisation_id=case.applicant_organisation_id or 0, received_at__isnull=True)
        .first()
    )
    if reminder is None or case.state_now is State.DRAFT:
        raise NotNow("该单位没有待补交的注册要件，或已由他人核收")
    reminder.received_at, reminder.received_by_id, reminder.received_with = at, by.user_id, case
    reminder.save(update_fields=["received_at", "received_by", "received_with"])
    return reminder
