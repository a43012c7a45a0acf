"""The record of administration: written by every action of administrators, read by the audit administrator."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from upkeep.parties.actor import Actor
from upkeep.parties.models import AdministrationEvent, EventKind, Organisation, User
from upkeep.parties.queries import within


def record(
    kind: EventKind,
    *,
    by: Actor | None,
    at: dt.datetime,
    jurisdiction_id: int,
    subject: str,
    user: User | None = None,
    organisation: Organisation | None = None,
    before: str = "",
    after: str = "",
    reason: str = "",
) -> AdministrationEvent:
    """Write down what was done. Without `by` it was the command line. Personal numbers are masked before they come here."""
    return AdministrationEvent.objects.create(
        kind=kind,
        at=at,
        jurisdiction_id=jurisdiction_id,
        by_user_id=by.user_id if by else None,
        by_name=by.name if by else "命令行",
        user=user,
        organisation=organisation,
        subject=subject,
        before=before[:500],
        after=after[:500],
        reason=reason,
    )


def changes(names: dict[str, str], before: dict[str, str], after: dict[str, str]) -> tuple[str, str]:
    """What differs, with its Chinese names, as two texts; both empty when nothing does."""
    differing = [key for key in names if before[key] != after[key]]
    return tuple("；".join(f"{names[key]}：{side[key] or '（空）'}" for key in differing) for side in (before, after))  # type: ignore[return-value]


@dataclass(frozen=True)
class EventFilter:
    """What the record is narrowed to."""

    text: str = ""
    kind: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def visible_events(actor: Actor) -> QuerySet[AdministrationEvent]:
    """What was done in the actor's jurisdiction."""
    return AdministrationEvent.objects.filter(jurisdiction_id__in=within(actor.jurisdiction_id)).select_related(
        "jurisdiction", "user", "by_user", "organisation"
    )


def event_list(*, actor: Actor, wanted: EventFilter) -> QuerySet[AdministrationEvent]:
    """The record that matches, newest first; the text finds who did it and to whom."""
    events = visible_events(actor)
    if text := wanted.text.strip():
        events = events.filter(
            Q(by_name__icontains=text)
            | Q(by_user__username__iexact=text)
            | Q(user__username__iexact=text)
            | Q(subject__icontains=text)
        )
    if wanted.kind:
        events = events.filter(kind=wanted.kind)
    if wanted.since:
        events = events.filter(at__date__gte=wanted.since)
    if wanted.until:
        events = events.filter(at__date__lte=wanted.until)
    return events.order_by("-at", "-pk")
