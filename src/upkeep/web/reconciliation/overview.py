"""银行对账: every custody account, how far it is reconciled, and what waits for a second person."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.kernel.dates import day_of
from upkeep.reconciliation.queries import account_states, waiting_acts
from upkeep.web.access import ActorRequest, access
from upkeep.web.reconciliation.reach import DECIDERS, READERS, WORKERS

_MOST_WAITING = 50


@access(*READERS)
@require_safe
def accounts(request: ActorRequest) -> HttpResponse:
    """The accounts of the city with their last statement, missing days and open differences."""
    states = account_states(request.actor, on=day_of(timezone.now()))
    waiting = waiting_acts([one.custody.pk for one in states])
    context = {
        "states": states,
        "waiting": waiting[:_MOST_WAITING],
        "waiting_count": sum(one.waiting for one in states),
        "missing": sum(len(one.missing) for one in states),
        "differences": sum(one.differences for one in states),
        "overdue": sum(one.overdue for one in states),
        "may_upload": request.actor.has(*WORKERS),
        "may_decide": request.actor.has(*DECIDERS),
    }
    return render(request, "reconciliation/accounts.html", context)
