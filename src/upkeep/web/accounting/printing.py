"""凭证打印: one voucher at once, a book's month in the background, and what was printed."""

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.accounting import printing
from upkeep.accounting.books_seen import books_seen
from upkeep.books import vouchers
from upkeep.parties.roles import BOOKKEEPERS
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf


@access(*BOOKKEEPERS)
@require_POST
def print_voucher(request: ActorRequest, entry_id: int) -> HttpResponse:
    """Print one voucher; its PDF follows."""
    head = vouchers.heads_of([entry_id]).get(entry_id)
    if head is None or head.book_id not in books_seen(request.actor).ids:
        raise Http404
    kept = printing.keep_voucher(entry_id, by_id=request.actor.user_id, at=timezone.now())
    return redirect("accounting:book_print", head.book_id, kept.pk)


@access(*BOOKKEEPERS)
@require_POST
def print_month(request: ActorRequest) -> HttpResponse:
    """Have a book's month printed in the background; its progress follows."""
    book, text = request.POST.get("book", ""), request.POST.get("month", "")
    back = reverse("accounting:vouchers")
    try:
        month = dt.date.fromisoformat(f"{text}-01")
        book_id = int(book) if book.isascii() and book.isdecimal() and len(book) < 20 else 0
    except ValueError:
        month, book_id = None, 0
    if month is None or book_id not in books_seen(request.actor).ids:
        messages.error(request, "请选择要打印的账簿和月份")
        return redirect(back)
    job = printing.ask_for_month(
        book_id=book_id, month=month, by_id=request.actor.user_id, at=timezone.now(), back=back
    )
    return redirect("jobs:show", job.pk)


@access(*BOOKKEEPERS)
@require_safe
def book_print(request: ActorRequest, book_id: int, print_id: int) -> HttpResponse:
    """A PDF of vouchers of a book that one sees."""
    kept = None
    if book_id in books_seen(request.actor).ids:
        kept = prints_of(subject=printing.subject_of(book_id)).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{kept.number}")
