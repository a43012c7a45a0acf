"""人工勾对 and its undoing."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from upkeep.kernel.errors import Refusal
from upkeep.reconciliation import by_hand, queries
from upkeep.reconciliation.models import Match
from upkeep.web.access import ActorRequest, access
from upkeep.web.reconciliation.reach import WORKERS, custody_or_404


@access(*WORKERS)
@require_POST
def join_chosen(request: ActorRequest) -> HttpResponse:
    """What is ticked on both sides is the same money."""
    wanted = request.POST.get("custody", "")
    custody = custody_or_404(request, int(wanted) if wanted.isdigit() else 0)
    try:
        made = by_hand.join(
            custody_id=custody.pk,
            line_ids=_ids(request, "line"),
            movement_ids=_ids(request, "movement"),
            reason=request.POST.get("reason", ""),
            by=request.actor,
            at=timezone.now(),
        )
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"已勾对银行流水 {made.bank_lines.count()} 笔、账面流水 {made.movements.count()} 笔")
    return redirect(f"{reverse('reconciliation:differences')}?custody={custody.pk}")


def _ids(request: ActorRequest, name: str) -> list[int]:
    return [int(value) for value in request.POST.getlist(name) if value.isdigit()]


@access(*WORKERS)
@require_POST
def take_match_apart(request: ActorRequest, match_id: int) -> HttpResponse:
    """A match was wrong: both sides are differences again."""
    seen = queries.custodies_visible_to(request.actor)
    found = Match.objects.filter(pk=match_id, custody__in=seen).first()
    if found is None:
        raise Http404
    try:
        by_hand.take_apart(found.pk, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now())
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "已撤销勾对")
    return redirect(f"{reverse('reconciliation:differences')}?custody={found.custody_id}")
