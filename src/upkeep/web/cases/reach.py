"""Finding the case a page is about: what the actor does not see is not there (404)."""

from django.http import Http404
from django.urls import reverse

from upkeep.casework.engine import is_applicant
from upkeep.casework.models import Case
from upkeep.casework.procedure import Procedure, register
from upkeep.casework.queries import get_case
from upkeep.casework.states import EDITABLE
from upkeep.web.access import ActorRequest


def case_or_404(request: ActorRequest, number: str) -> Case:
    """The case of that number. Raises: Http404 when the actor does not see it."""
    case = get_case(number, actor=request.actor)
    if case is None:
        raise Http404
    return case


def draft_or_404(request: ActorRequest, number: str) -> Case:
    """The case of that number while the actor may still change it. Raises: Http404."""
    case = case_or_404(request, number)
    if case.state_now not in EDITABLE or not is_applicant(case, request.actor):
        raise Http404
    return case


def procedure_or_404(code: str) -> Procedure:
    """The procedure of that code. Raises: Http404."""
    if code not in register:
        raise Http404
    return register[code]


def page_url(case: Case, page: int) -> str:
    """The address of a step of filling in; one past the last page is the confirmation."""
    if filled_at := register[case.procedure].filled_at:
        return reverse(filled_at, args=[case.number])
    return reverse("cases:edit", args=[case.number, page])


def case_url(case: Case) -> str:
    """The address of the case."""
    return reverse("cases:show", args=[case.number])
