"""欠款催缴通知单 (D8): what was sent, the file of a batch, one letter printed again."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.deposits.letter_lists import batches_visible_to, letter_list, masked_addressee
from upkeep.deposits.letters import keep_letter, letters_of
from upkeep.deposits.models import DemandLetter, LetterBatch
from upkeep.jobs.models import Job
from upkeep.kernel.errors import Refusal
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.deposits.arrears import READERS, tabs

PER_PAGE = 20
PER_PAGE_LETTERS = 50


@access(*READERS)
@require_safe
def batch_list(request: ActorRequest) -> HttpResponse:
    """Every batch one sees; with a search the letters that match."""
    text = request.GET.get("q", "").strip()
    number = request.GET.get("page")
    context: dict[str, Any] = {"q": text, "tabs": tabs()}
    if text:
        letters = Paginator(letter_list(actor=request.actor, text=text), PER_PAGE).get_page(number)
        context |= {"page": letters, "letters": [(one, masked_addressee(one)) for one in letters]}
    else:
        context["page"] = Paginator(batches_visible_to(request.actor), PER_PAGE).get_page(number)
    return render(request, "deposits/letters.html", context)


def batch_or_404(request: ActorRequest, number: str) -> LetterBatch:
    """The batch, as if it did not exist when the actor may not see it."""
    batch = batches_visible_to(request.actor).filter(number=number.upper()).first()
    if batch is None:
        raise Http404
    return batch


@access(*READERS)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """One batch: who sent it, its file or how far the printing is, its letters."""
    batch = batch_or_404(request, number)
    page = Paginator(letters_of(batch), PER_PAGE_LETTERS).get_page(request.GET.get("page"))
    job = Job.objects.defer("arguments").filter(pk=batch.job_id or 0).first() if batch.printed is None else None
    mine = job is not None and job.asked_by_id == request.actor.user_id
    context = {
        "batch": batch,
        "page": page,
        "rows": [(letter, masked_addressee(letter)) for letter in page],
        "job": job,
        "mine": mine,
    }
    return render(request, "deposits/letter_batch.html", context)


@access(*READERS)
@require_safe
def batch_pdf(request: ActorRequest, number: str) -> HttpResponse:
    """All letters of the batch as one file."""
    batch = batch_or_404(request, number)
    if batch.printed is None:
        raise Http404
    return pdf(content_of(batch.printed), f"欠款催缴通知单-{batch.number}")


def _letter_or_404(request: ActorRequest, number: str) -> DemandLetter:
    seen = batches_visible_to(request.actor).order_by().values("pk")
    letter = (
        DemandLetter.objects.select_related(
            "house__building", "batch__area", "batch__organisation", "batch__jurisdiction"
        )
        .filter(number=number.upper(), batch__in=seen)
        .first()
    )
    if letter is None:
        raise Http404
    return letter


@access(*READERS)
@require_POST
def print_letter(request: ActorRequest, number: str) -> HttpResponse:
    """Print one letter by itself, or hand out the kept one."""
    letter = _letter_or_404(request, number)
    try:
        kept = keep_letter(letter, by_id=request.actor.user_id, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("deposits:letter_batch", letter.batch.number)
    return redirect("deposits:letter_print", letter.number, kept.pk)


@access(*READERS)
@require_safe
def show_print(request: ActorRequest, number: str, print_id: int) -> HttpResponse:
    """A kept print of one letter."""
    letter = _letter_or_404(request, number)
    kept = prints_of(subject=f"letter:{letter.pk}").filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{kept.number}")
