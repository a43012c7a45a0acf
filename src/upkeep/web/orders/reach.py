"""Finding the withdrawal order a page is about: what the actor does not see, or the city does not do, is not there."""

from django.http import Http404

from upkeep.casework.engine import is_applicant
from upkeep.casework.models import Case
from upkeep.casework.queries import get_case
from upkeep.casework.states import State
from upkeep.parties.roles import OFFICE, Role
from upkeep.repairs.withdrawal_orders_draft import CODE
from upkeep.web.access import ActorRequest
from upkeep.web.service.ways import ORDER, require_way

STARTERS = (Role.PROPERTY_COMPANY,)
READERS = (*OFFICE, *STARTERS)


def require_orders(request: ActorRequest) -> None:
    """Raises: Http404 where the city does its repairs otherwise."""
    require_way(request, ORDER)


def order_or_404(request: ActorRequest, number: str) -> Case:
    """The order of that number. Raises: Http404 when the actor does not see it."""
    case = get_case(number, actor=request.actor)
    if case is None or case.procedure != CODE:
        raise Http404
    return case


def own_order_or_404(request: ActorRequest, number: str) -> Case:
    """The order while it is of the actor's own organisation. Raises: Http404."""
    case = order_or_404(request, number)
    if not is_applicant(case, request.actor):
        raise Http404
    return case


def draft_or_404(request: ActorRequest, number: str) -> Case:
    """The order while it is filled in; one that came back is never changed. Raises: Http404."""
    case = own_order_or_404(request, number)
    if case.state_now is not State.DRAFT:
        raise Http404
    return case
