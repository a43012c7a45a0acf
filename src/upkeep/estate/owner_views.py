"""Seeing an owner's whole name, number and telephone: an act of its own, with a reason, kept and counted."""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet

from upkeep.estate.models import Ownership, OwnerView
from upkeep.estate.queries import visible_to
from upkeep.identity.limits import Limit, allows
from upkeep.kernel.dates import start_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation
from upkeep.parties.queries import within
from upkeep.parties.roles import REVIEWERS, Role

#: Who may; only in the areas that he sees. Whoever keeps accounts or grants roles has no business with it.
VIEWERS = (*REVIEWERS, Role.DEVELOPER, Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE)
VIEWS_AN_HOUR = Limit("owner-full-view", 30, dt.timedelta(hours=1))
_LONGEST_REASON = 200


class TooManyViews(Refusal):
    """So many owners within the hour are no single business any more; the sentence says what to do."""


class NotToBeSeen(Refusal):
    """The ownership lies outside the areas that the actor sees."""


@transaction.atomic
def view_in_full(*, ownership_id: int, reason: str, by: Actor, at: dt.datetime) -> OwnerView:
    """Keep who looks and what for, and answer with the record, its owner loaded.

    Raises: NotToBeSeen, HasProblems without a reason, TooManyViews.
    """
    reason = " ".join(reason.split())
    owned = Ownership.objects.filter(pk=ownership_id, house__area__in=visible_to(by)).select_related("owner", "house")
    found = owned.first()
    if found is None or not by.has(*VIEWERS):
        raise NotToBeSeen("没有这条权属记录")
    if not reason:
        raise HasProblems([Problem("reason", "请写明查看完整信息的原因")])
    if len(reason) > _LONGEST_REASON:
        raise HasProblems([Problem("reason", f"原因不超过 {_LONGEST_REASON} 字")])
    if not allows(VIEWS_AN_HOUR, key=str(by.user_id), at=at):
        raise TooManyViews(f"一小时内最多查看 {VIEWS_AN_HOUR.most} 次完整信息，请稍后再试")
    organisation = Organisation.objects.filter(pk=by.organisation_id or 0).first()
    return OwnerView.objects.create(
        owner=found.owner,
        house=found.house,
        reason=reason,
        by_id=by.user_id,
        by_name=by.name,
        by_role="、".join(role.label for role in sorted(by.roles))[:60],
        organisation=organisation.name if organisation else "",
        at=at,
    )


def views(
    *, actor: Actor, text: str = "", since: dt.date | None = None, until: dt.date | None = None
) -> QuerySet[OwnerView]:
    """Who saw owners of the actor's jurisdiction in full, the latest first; `text` is part of a name or organisation."""
    found = OwnerView.objects.filter(house__area__jurisdiction_id__in=within(actor.jurisdiction_id))
    if text := text.strip():
        found = found.filter(Q(by_name__icontains=text) | Q(organisation__icontains=text))
    if since:
        found = found.filter(at__gte=start_of(since))
    if until:
        found = found.filter(at__lt=start_of(until + dt.timedelta(days=1)))
    return found.select_related("owner", "house__area", "house__building", "by").order_by("-at", "-pk")
