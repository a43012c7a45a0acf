"""票据本: ranges of receipt numbers entered and closed by the cashier, what is left, and issuing what was missing."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from upkeep.deposits.issuing import without_receipts
from upkeep.deposits.models import ReceiptBook
from upkeep.deposits.receipt_books import books_visible_to, close_receipt_book, open_receipt_book, stock
from upkeep.jobs import actions as jobs
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.roles import OFFICE, Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.deposits.receipts import KEEPERS

PER_PAGE = 20


class BookForm(forms.Form):
    """A range as the finance department hands it out."""

    code = forms.CharField(label="票据代码", max_length=20, help_text="票据上印制的代码")
    first = forms.IntegerField(label="起号", min_value=1, max_value=10**12)
    last = forms.IntegerField(label="止号", min_value=1, max_value=10**12)


@access(*OFFICE)
@require_http_methods(["GET", "POST"])
def books(request: ActorRequest) -> HttpResponse:
    """The books with what is left of them; the cashier enters a new one here."""
    may_keep = request.actor.has(Role.CASHIER)
    form = BookForm(request.POST if request.method == "POST" and may_keep else None)
    if form.is_bound and form.is_valid() and _enter(request, form):
        return redirect("deposits:receipt_books")
    found = books_visible_to(request.actor).order_by("-received_at", "-pk")
    context = {
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "stock": stock(jurisdiction_id=request.actor.jurisdiction_id, on=timezone.localdate()),
        "missing": without_receipts(request.actor).count(),
        "may_keep": may_keep,
        "may_issue": request.actor.has(*KEEPERS),
    }
    return render(request, "deposits/receipt_books.html", context, status=400 if form.errors else 200)


def _enter(request: ActorRequest, form: BookForm) -> bool:
    data = form.cleaned_data
    try:
        book = open_receipt_book(
            jurisdiction_id=request.actor.jurisdiction_id,
            code=data["code"],
            first=data["first"],
            last=data["last"],
            at=timezone.now(),
            by_name=request.actor.name,
        )
    except HasProblems as refused:
        for problem in refused.problems:
            form.add_error(problem.field or None, problem.text)
        return False
    except Refusal as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, f"票据本 {book} 已登记，共 {book.left:,} 个号码")
    return True


def _book_or_404(request: ActorRequest, book_id: int) -> ReceiptBook:
    book = books_visible_to(request.actor).filter(pk=book_id).first()
    if book is None:
        raise Http404
    return book


@access(Role.CASHIER)
@require_http_methods(["GET", "POST"])
def close(request: ActorRequest, book_id: int) -> HttpResponse:
    """Says what closing means, asks why, and does it."""
    book = _book_or_404(request, book_id)
    if request.method == "POST":
        try:
            close_receipt_book(
                book_id=book.pk, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now()
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"票据本 {book} 的余号已核销")
            return redirect("deposits:receipt_books")
    return render(request, "deposits/close_receipt_book.html", {"book": book})


@access(*KEEPERS)
@require_POST
def issue_missing(request: ActorRequest) -> HttpResponse:
    """Issue in the background what could not be issued while the numbers had run out."""
    job = jobs.defer(
        kind="issue_missing_receipts",
        title="补开票据",
        arguments={"user_id": request.actor.user_id, "back": "/deposits/receipts/books/"},
        by_id=request.actor.user_id,
        at=timezone.now(),
        lock=f"receipts:{request.actor.jurisdiction_id}",
    )
    return redirect("jobs:show", job.pk)
