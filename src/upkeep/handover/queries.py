"""Reading hand-overs and filings: the office those of its jurisdiction, a committee those of the areas it acts for."""

from django.db.models import QuerySet

from upkeep.estate.queries import visible_to as areas_visible_to
from upkeep.handover.models import HandOver, UseFiling
from upkeep.parties.actor import Actor


def hand_overs_visible_to(actor: Actor) -> QuerySet[HandOver]:
    """The newest first."""
    found = HandOver.objects.select_related("area", "committee")
    return found.filter(area__in=areas_visible_to(actor)).order_by("-made_at", "-pk")


def filings_visible_to(actor: Actor) -> QuerySet[UseFiling]:
    """The newest first."""
    found = UseFiling.objects.select_related("area", "committee")
    return found.filter(area__in=areas_visible_to(actor)).order_by("-filed_at", "-pk")
