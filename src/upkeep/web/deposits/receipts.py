"""票据: list and export, print again, make void and issue anew, all of a payment in one file."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.deposits.actions import issue_receipts, void_receipt
from upkeep.deposits.models import Receipt, ReceiptState
from upkeep.deposits.prints import keep_batch, keep_receipt, kept_batch
from upkeep.deposits.purposes import payers_of
from upkeep.deposits.receipt_books import books_visible_to
from upkeep.deposits.receipt_lists import ReceiptFilter, ReceiptRegister, receipt_list, receipts_visible_to
from upkeep.deposits.receipts import batch_subject_of
from upkeep.estate.queries import area_list
from upkeep.jobs import actions as jobs
from upkeep.kernel.errors import Refusal
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import OFFICE, ORGANISATION, Role
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.cases.sheets import workbook
from upkeep.web.deposits.slips import slip_or_404

READERS = (*OFFICE, *ORGANISATION)
KEEPERS = (Role.WINDOW_CLERK, Role.ACCOUNTANT, Role.CASHIER)
PER_PAGE = 20
MOST_EXPORTED = 20_000
#: More receipts than this are put into one file in the background.
MOST_AT_ONCE = 50


class ReceiptFilterForm(forms.Form):
    """What the list is narrowed to. A wrong value narrows nothing."""

    q = forms.CharField(label="号码 / 小区 / 交款人", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *ReceiptState.choices])
    area = forms.ChoiceField(label="物业区域", required=False)
    book = forms.ChoiceField(label="票据本", required=False)
    since = DayField(label="开票日期从", required=False)
    until = DayField(label="到", required=False)

    def __init__(self, request: ActorRequest) -> None:
        super().__init__(request.GET)
        areas = [(str(pk), name) for pk, name in area_list(actor=request.actor).values_list("pk", "name")]
        books = [(str(one.pk), str(one)) for one in books_visible_to(request.actor).order_by("-received_at")]
        for name, choices in (("area", areas), ("book", books)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "全部"), *choices]
        if not request.actor.has(*OFFICE):
            del self.fields["book"]

    def wanted(self) -> ReceiptFilter:
        self.is_valid()
        data = self.cleaned_data
        return ReceiptFilter(
            text=data.get("q", ""),
            state=data.get("state", ""),
            area_id=int(data["area"]) if data.get("area") else None,
            book_id=int(data["book"]) if data.get("book") else None,
            since=data.get("since"),
            until=data.get("until"),
        )


def _found(request: ActorRequest) -> tuple[ReceiptFilterForm, QuerySet[Receipt]]:
    form = ReceiptFilterForm(request)
    return form, receipt_list(actor=request.actor, wanted=form.wanted(), sort=request.GET.get("sort", "newest"))


@access(*READERS)
@require_safe
def receipts_page(request: ActorRequest) -> HttpResponse:
    """All receipts the actor sees, void ones too."""
    form, receipts = _found(request)
    page = Paginator(receipts, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "may_void": request.actor.has(*KEEPERS)}
    return render(request, "deposits/receipts.html", context)


@access(*READERS)
@require_safe
def export(request: ActorRequest) -> HttpResponse:
    """The same list as a workbook."""
    _, receipts = _found(request)
    return workbook(ReceiptRegister().export(ReceiptRegister.rows(receipts[:MOST_EXPORTED])), "票据")


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


@access(*READERS)
@require_POST
def print_all(request: ActorRequest, number: str) -> HttpResponse:
    """All valid receipts of a payment in one file; many of them in the background."""
    slip = slip_or_404(request, number)
    count = Receipt.objects.filter(slip=slip, state=ReceiptState.VALID).count()
    kept = kept_batch(slip)
    if kept is None and count > MOST_AT_ONCE:
        job = jobs.defer(
            kind="print_receipts",
            title=f"打印票据 {count} 张 {slip.number}",
            arguments={"number": slip.number, "user_id": request.actor.user_id},
            by_id=request.actor.user_id,
            at=timezone.now(),
            lock=f"receipts:{slip.pk}",
        )
        return redirect("jobs:show", job.pk)
    try:
        kept = kept or keep_batch(slip, by_id=request.actor.user_id, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("deposits:slip", slip.number)
    return redirect("deposits:receipts_print", slip.number, kept.pk)


@access(*READERS)
@require_safe
def show_all(request: ActorRequest, number: str, print_id: int) -> HttpResponse:
    """A kept file of all receipts of the slip's present payment."""
    slip = slip_or_404(request, number)
    kept = prints_of(subject=batch_subject_of(slip)).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"票据-{slip.number}")


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
