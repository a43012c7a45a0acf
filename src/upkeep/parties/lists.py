"""Lists for the pages of administration: the tree of jurisdictions, offices, staff, organisations."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from upkeep.kernel.dates import to_the_minute
from upkeep.parties.actor import Actor
from upkeep.parties.models import AdministrationEvent, Jurisdiction, Office, Organisation, User
from upkeep.parties.queries import within


@dataclass(frozen=True)
class Branch:
    """One line of the tree: a jurisdiction, how deep it stands below the actor's own, what hangs on it."""

    place: Jurisdiction
    depth: int
    offices: int
    staff: int


def tree(actor: Actor) -> list[Branch]:
    """The actor's jurisdiction and everything under it, children after their parent, by code."""
    places = list(Jurisdiction.objects.filter(pk__in=within(actor.jurisdiction_id)).order_by("code"))
    in_use = Office.objects.filter(jurisdiction__in=places, retired_at__isnull=True)
    counts = in_use.values("jurisdiction_id").annotate(
        offices=Count("pk", distinct=True), people=Count("staff", filter=Q(staff__is_active=True))
    )
    found = {one["jurisdiction_id"]: (one["offices"], one["people"]) for one in counts.order_by()}
    under: dict[int | None, list[Jurisdiction]] = defaultdict(list)
    for place in places:
        under[place.parent_id if place.pk != actor.jurisdiction_id else None].append(place)

    def walk(parent_id: int | None, depth: int) -> Iterator[Branch]:
        for place in under[parent_id]:
            yield Branch(place, depth, *found.get(place.pk, (0, 0)))
            yield from walk(place.pk, depth + 1)

    return list(walk(None, 0))


def places_under(actor: Actor) -> QuerySet[Jurisdiction]:
    """The jurisdictions the actor's work reaches."""
    return Jurisdiction.objects.filter(pk__in=within(actor.jurisdiction_id)).select_related("parent")


def offices_under(actor: Actor) -> QuerySet[Office]:
    """The offices the actor's work reaches, with their staff counted."""
    offices = Office.objects.filter(jurisdiction_id__in=within(actor.jurisdiction_id)).select_related("jurisdiction")
    return offices.annotate(active_staff=Count("staff", filter=Q(staff__is_active=True))).order_by(
        "jurisdiction__code", "pk"
    )


def staff_under(actor: Actor) -> QuerySet[User]:
    """The accounts of staff the actor's work reaches."""
    return (
        User.objects.filter(office__jurisdiction_id__in=within(actor.jurisdiction_id))
        .select_related("office__jurisdiction")
        .prefetch_related("held_roles")
    )


def staff_list(*, actor: Actor, text: str = "", office_id: int = 0, role: str = "", state: str = "") -> QuerySet[User]:
    """Those that match. A phone number is no condition: it lies encrypted."""
    staff = staff_under(actor)
    if text := text.strip():
        staff = staff.filter(Q(name__icontains=text) | Q(username__icontains=text))
    if office_id:
        staff = staff.filter(office_id=office_id)
    if role == "NONE":
        staff = staff.filter(held_roles__isnull=True)
    elif role:
        staff = staff.filter(held_roles__role=role)
    if state:
        staff = staff.filter(is_active=state == "ACTIVE")
    return staff.order_by("office__jurisdiction__code", "office_id", "username")


def organisations_under(actor: Actor) -> QuerySet[Organisation]:
    """The organisations of the actor's jurisdiction; a district's staff see those of their city, for all do business there."""
    own = Q(jurisdiction_id__in=within(actor.jurisdiction_id))
    city = Q(jurisdiction__districts=actor.jurisdiction_id, jurisdiction__level="CITY")
    found = Organisation.objects.filter(own | city).select_related("jurisdiction")
    return found.annotate(user_count=Count("users", distinct=True))


def matching_organisations(
    found: QuerySet[Organisation], *, text: str = "", kind: str = "", state: str = ""
) -> QuerySet[Organisation]:
    """Those whose name or code holds the text."""
    if text := text.strip():
        found = found.filter(
            Q(name__icontains=text) | Q(code__istartswith=text) | Q(social_credit_code__istartswith=text)
        )
    if kind:
        found = found.filter(kind=kind)
    if state:
        found = found.filter(suspended_at__isnull=state == "ACTIVE")
    return found.order_by("kind", "name", "pk")


def history_of_user(user: User) -> list["Happening"]:
    """What was done to the account, newest first."""
    return [Happening.of(one) for one in AdministrationEvent.objects.filter(user=user).order_by("-at", "-pk")]


def history_of_organisation(organisation: Organisation) -> list["Happening"]:
    """What the office did to the organisation, newest first."""
    events = AdministrationEvent.objects.filter(organisation=organisation).order_by("-at", "-pk")
    return [Happening.of(one) for one in events]


@dataclass(frozen=True)
class Happening:
    """An event as a line of a history."""

    title: str
    who: str
    at: dt.datetime
    note: str
    tone: str = ""

    @classmethod
    def of(cls, event: AdministrationEvent) -> "Happening":
        change = " → ".join(filter(None, (event.before, event.after)))
        note = "；".join(filter(None, (change, event.reason and f"原因：{event.reason}")))
        return cls(event.get_kind_display(), event.by_name, event.at, note)


def event_rows(events: Iterable[AdministrationEvent]) -> Iterator[dict[str, Any]]:
    """The cells of each event for the exported record."""
    for one in events:
        yield {
            "at": to_the_minute(one.at),
            "by": one.by_name,
            "login": one.by_user.username if one.by_user else "",
            "kind": one.get_kind_display(),
            "subject": one.subject,
            "place": one.jurisdiction.name,
            "before": one.before,
            "after": one.after,
            "reason": one.reason,
        }
