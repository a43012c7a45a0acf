"""The first page after logging in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.banking.models import ReversalState
from upkeep.banking.queries import reversals_visible_to, waiting_sums
from upkeep.parties.roles import BANK
from upkeep.web.access import ActorRequest, access
from upkeep.web.menu import shortcuts
from upkeep.web.shell import words_for


@access(*BANK)
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """What waits at the bank's counter today, and 快捷入口: the pages this user may open."""
    asked = reversals_visible_to(request.actor).filter(state=ReversalState.ASKED, booked_on=timezone.localdate())
    context = {
        "waiting": waiting_sums(actor=request.actor),
        "to_decide": asked.count(),
        "shortcuts": shortcuts(request.actor, words=words_for(request)),
    }
    return render(request, "bank/home.html", context)
