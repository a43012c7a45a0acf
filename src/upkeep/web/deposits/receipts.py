"""票据: list, print, make void and issue anew, issue what was missing."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.deposits.actions import issue_receipts, void_receipt
from upkeep.deposits.models import Receipt
from upkeep.deposits.prints import keep_receipt
from upkeep.deposits.purposes import payers_of
from upkeep.deposits.queries import receipts_visible_to
from upkeep.kernel.errors import Refusal
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.roles import OFFICE, ORGANISATION, Role
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.deposits.slips import slip_or_404

READERS = (*OFFICE, *ORGANISATION)
KEEPERS = (Role.WINDOW_CLERK, Role.ACCOUNTANT)
PER_PAGE = 20


@access(*READERS)
@require_safe
def receipt_list(request: ActorRequest) -> HttpResponse:
    """All receipts the actor sees, found by number, slip, area or payer."""
    text = request.GET.get("q", "").strip()
    receipts = receipts_visible_to(request.actor)
    if text:
        found = Q(slip__number__startswith=tidy_number(text)) | Q(slip__area__name__icontains=text)
        found |= Q(payer__icontains=text)
        receipts = receipts.filter(found | Q(number=int(text)) if text.isascii() and text.isdigit() else found)
    page = Paginator(receipts, PER_PAGE).get_page(request.GET.get("page"))
    may_void = request.actor.has(*KEEPERS)
    return render(request, "deposits/receipts.html", {"q": text, "page": page, "may_void": may_void})


def _receipt_or_404(request: ActorRequest, receipt_id: int) -> Receipt:
    receipt = receipts_visible_to(request.actor).select_related("slip__bank_serial").filter(pk=receipt_id).first()
    if receipt is None:
        raise Http404
    return receipt


@access(*READERS)
@require_POST
def print_receipt(request: ActorRequest, receipt_id: int) -> HttpResponse:
    """Print the receipt, or hand out the kept one."""
    receipt = _receipt_or_404(request, receipt_id)
    kept = keep_receipt(receipt, by_id=request.actor.user_id, at=timezone.now())
    return redirect("deposits:receipt_print", receipt.pk, kept.pk)


@access(*READERS)
@require_safe
def show_print(request: ActorRequest, receipt_id: int, print_id: int) -> HttpResponse:
    """A kept print of the receipt."""
    receipt = _receipt_or_404(request, receipt_id)
    subject = f"receipt:{receipt.pk}"
    kept = (prints_of(subject=subject) | prints_of(subject=f"{subject}:void")).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"票据-{receipt.full_number}")


@access(*KEEPERS)
@require_http_methods(["GET", "POST"])
def void(request: ActorRequest, receipt_id: int) -> HttpResponse:
    """Says what making it void does, asks why and whether a new one is to be issued."""
    receipt = _receipt_or_404(request, receipt_id)
    if request.method == "POST":
        try:
            fresh = void_receipt(
                receipt_id=receipt.pk,
                reason=request.POST.get("reason", ""),
                reissue=bool(request.POST.get("reissue")),
                by=request.actor,
                at=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            again = f"，已重新开具 {fresh.full_number}" if fresh else ""
            messages.success(request, f"票据 {receipt.full_number} 已作废{again}")
            return redirect("deposits:receipts")
    return render(request, "deposits/void_receipt.html", {"receipt": receipt})


@access(*KEEPERS)
@require_POST
def issue(request: ActorRequest, number: str) -> HttpResponse:
    """Issue the receipts of a paid slip that are missing, once a new book is there."""
    slip = slip_or_404(request, number)
    try:
        issued = issue_receipts(slip=slip, payers=payers_of(slip), at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已补开票据 {len(issued)} 张" if issued else "票据已开齐，无需补开")
    return redirect("deposits:slip", slip.number)
