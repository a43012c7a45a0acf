"""The bank's lists: orders to pay, and the journal of a day."""

import datetime as dt

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.banking.counter_prints import journal_subject, keep_journal
from upkeep.banking.day_book import day_book
from upkeep.banking.models import OrderState
from upkeep.banking.queries import PaperFilter, order_list
from upkeep.banking.registers import JournalRegister
from upkeep.parties.queries import get_organisation
from upkeep.parties.roles import BANK
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.cases.sheets import workbook

PER_PAGE = 20
LINES_PER_PAGE = 100


@access(*BANK)
@require_safe
def orders(request: ActorRequest) -> HttpResponse:
    """Payment orders, by default those that wait, the oldest first."""
    state = request.GET.get("state", OrderState.WAITING)
    text = request.GET.get("q", "").strip()
    found = order_list(actor=request.actor, wanted=PaperFilter(text=text, state=state if state != "ALL" else ""))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    states = [*OrderState.choices, ("ALL", "全部")]
    return render(request, "bank/orders.html", {"page": page, "q": text, "state": state, "states": states})


def _day(request: ActorRequest) -> dt.date:
    try:
        return dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return timezone.localdate()


@access(*BANK)
@require_safe
def journal(request: ActorRequest) -> HttpResponse:
    """当日流水: what the bank confirmed and took back on a day, with its sums by kind and by teller."""
    day = _day(request)
    book = day_book(actor=request.actor, on=day)
    page = Paginator(book.lines, LINES_PER_PAGE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    context = {
        "day": day,
        "before": day - dt.timedelta(days=1),
        "after": day + dt.timedelta(days=1) if day < today else None,
        "book": book,
        "page": page,
    }
    return render(request, "bank/journal.html", context)


@access(*BANK)
@require_safe
def export_journal(request: ActorRequest) -> HttpResponse:
    """The same as a workbook."""
    day = _day(request)
    rows = JournalRegister.rows(day_book(actor=request.actor, on=day).lines)
    return workbook(JournalRegister().export(rows), f"当日流水-{day:%Y%m%d}")


@access(*BANK)
@require_POST
def print_journal(request: ActorRequest) -> HttpResponse:
    """The day as it stands now on paper, kept under a number of its own."""
    try:
        day = dt.date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        day = timezone.localdate()
    kept = keep_journal(
        day_book(actor=request.actor, on=day),
        bank=get_organisation(request.actor.organisation_id or 0),
        on=day,
        printed_for=request.actor.name,
        by_id=request.actor.user_id,
        at=timezone.now(),
    )
    return redirect("bank:journal_print", f"{day:%Y-%m-%d}", kept.pk)


@access(*BANK)
@require_safe
def show_journal_print(request: ActorRequest, day: str, print_id: int) -> HttpResponse:
    """A kept print of the bank's own day."""
    try:
        on = dt.date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    subject = journal_subject(request.actor.organisation_id or 0, on)
    kept = prints_of(subject=subject).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{on:%Y%m%d}")
