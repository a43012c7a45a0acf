"""Printing many 交存通知书 as one PDF: those ticked in the list of slips, or all that fit its filters."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.banking.models import SlipState
from upkeep.deposits.notice_batch import batches_of, keep_batch
from upkeep.jobs import actions as jobs
from upkeep.kernel.errors import Refusal
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.roles import OFFICE, ORGANISATION
from upkeep.printing.actions import content_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.deposits.slips import found_slips

#: So many are laid out while one waits (about a second); more is background work.
AT_ONCE = 50
MOST = 5_000


@access(*OFFICE, *ORGANISATION)
@require_POST
def print_many(request: ActorRequest) -> HttpResponse:
    """`action` all: every waiting notice that fits the filters of the address; else the ticked ones (`number`)."""
    back = f"{reverse('deposits:slips')}?{request.GET.urlencode()}"
    if request.POST.get("action") == "all":
        waiting = found_slips(request)[1].filter(
            state=SlipState.WAITING, payer_organisation__isnull=True, house_count=1
        )
        numbers = list(waiting.values_list("number", flat=True)[: MOST + 1])
    else:
        numbers = [tidy_number(number) for number in request.POST.getlist("number")][: MOST + 1]
    if not numbers:
        messages.error(request, "请先勾选要打印的交存通知书")
        return redirect(back)
    if len(numbers) > MOST:
        messages.error(request, f"一次最多打印 {MOST:,} 张，请按小区或业务单编号缩小范围后再打印")
        return redirect(back)
    if len(numbers) > AT_ONCE:
        return _in_background(request, numbers, back)
    try:
        kept = keep_batch(numbers, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    return redirect("deposits:batch_print", kept.pk)


def _in_background(request: ActorRequest, numbers: list[str], back: str) -> HttpResponse:
    job = jobs.defer(
        kind="notice_print",
        title=f"打印交存通知书 {len(numbers):,} 张",
        arguments={"numbers": numbers, "user_id": request.actor.user_id, "back": back},
        by_id=request.actor.user_id,
        at=timezone.now(),
    )
    return redirect("jobs:show", job.pk)


@access(*OFFICE, *ORGANISATION)
@require_safe
def batch_print(request: ActorRequest, print_id: int) -> HttpResponse:
    """A batch that the actor has printed."""
    kept = batches_of(request.actor).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{kept.number}")
