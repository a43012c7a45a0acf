"""The bank's lists: orders to pay, and the journal of a day."""

import datetime as dt

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.banking.models import OrderState
from upkeep.banking.queries import PaperFilter, order_list
from upkeep.banking.queries import journal as journal_of
from upkeep.banking.registers import JournalRegister
from upkeep.parties.roles import BANK
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.sheets import workbook

PER_PAGE = 20


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
    """当日流水: what the bank confirmed on a day, with its sums."""
    day = _day(request)
    lines = journal_of(actor=request.actor, on=day)
    sums = {"in": sum(one.in_fen or 0 for one in lines), "out": sum(one.out_fen or 0 for one in lines)}
    return render(request, "bank/journal.html", {"day": day, "lines": lines, "sums": sums})


@access(*BANK)
@require_safe
def export_journal(request: ActorRequest) -> HttpResponse:
    """The same as a workbook."""
    day = _day(request)
    rows = JournalRegister.rows(journal_of(actor=request.actor, on=day))
    return workbook(JournalRegister().export(rows), f"当日流水-{day:%Y%m%d}")
