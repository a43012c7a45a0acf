"""The house or the area that an owner's page is about: what is not his is not there (404)."""

from django.http import Http404

from upkeep.estate.models import Area
from upkeep.estate.tenures import Tenure, tenure_of, tenures_of
from upkeep.web.access import ActorRequest


def tenure_or_404(request: ActorRequest, house_id: int) -> Tenure:
    """A house that the account owns or has owned. Raises: Http404."""
    found = tenure_of(request.actor.user_id, house_id)
    if found is None:
        raise Http404
    return found


def own_house_or_404(request: ActorRequest, house_id: int) -> Tenure:
    """A house that the account owns now. Raises: Http404."""
    found = tenure_or_404(request, house_id)
    if not found.is_present:
        raise Http404
    return found


def area_or_404(request: ActorRequest, area_id: int) -> tuple[Area, list[Tenure]]:
    """An area in which the account owns houses now, with these. Raises: Http404."""
    mine = [one for one in tenures_of(request.actor.user_id) if one.is_present and one.house.area_id == area_id]
    if not mine:
        raise Http404
    return mine[0].house.area, mine
