"""控制检查: the control formulas with both sides in figures, and the full audits of the books."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.closing import audits
from upkeep.closing.controls import books_on, controls_of
from upkeep.closing.models import LedgerAudit
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.closing.reach import READERS, asked_of

#: Who may have the books audited: whoever answers for them or checks those who do.
AUDITORS = (Role.ACCOUNTANT, Role.APPROVER, Role.AUDITOR)


@access(*READERS)
@require_safe
def controls(request: ActorRequest) -> HttpResponse:
    """Every formula over the books the actor sees, at the end of the period asked for."""
    asked = asked_of(request)
    del asked.form.fields["custody"]  # the formulas name every account themselves
    found = controls_of(books_on(jurisdiction_id=asked.place.pk, book_ids=asked.scope.books, on=asked.period.last))
    context = {
        "asked": asked,
        "form": asked.form,
        "controls": found,
        "broken": [one for one in found if not one.holds],
        "open": [one for one in found if not one.is_compared],
        "audits": list(LedgerAudit.objects.all()[:5]),
        "under_way": audits.under_way(),
        "may_audit": request.actor.has(*AUDITORS),
    }
    return render(request, "closing/controls.html", context)


@access(*AUDITORS)
@require_POST
def audit(request: ActorRequest) -> HttpResponse:
    """Have every entry proved again, in the background."""
    try:
        job = audits.ask_for(by=request.actor, at=timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused))
        return redirect("closing:controls")
    return redirect("jobs:show", job.pk)
