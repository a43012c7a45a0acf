"""银行存款余额调节表 as a page and as a PDF."""

import datetime as dt
from collections.abc import Sequence

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.reconciliation.adjustment import Adjustment, adjustment
from upkeep.reconciliation.models import BankLine, BookMovement
from upkeep.reconciliation.prints import keep_adjustment, remark_of, subject_of
from upkeep.reconciliation.wording import what_it_is
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.reconciliation.reach import READERS, custody_or_404


def _table_or_404(request: ActorRequest, custody_id: int, on: dt.date) -> Adjustment:
    found = adjustment(custody_or_404(request, custody_id), day=on)
    if found is None:
        raise Http404
    return found


@access(*READERS)
@require_safe
def show(request: ActorRequest, custody_id: int, on: dt.date) -> HttpResponse:
    """Both balances, what only one side has seen, and whether the rest agrees."""
    found = _table_or_404(request, custody_id, on)
    groups: list[tuple[str, str, Sequence[BankLine] | Sequence[BookMovement]]] = [
        ("银行已收、我方未收", "+", found.bank_received),
        ("银行已付、我方未付", "−", found.bank_paid),
        ("我方已收、银行未收", "+", found.we_received),
        ("我方已付、银行未付", "−", found.we_paid),
    ]
    shown = [
        (title, sign, [(one, what_it_is(one)) for one in items], abs(sum(one.fen for one in items)))
        for title, sign, items in groups
    ]
    context = {
        "table": found,
        "ours": shown[:2],
        "theirs": shown[2:],
        "groups": shown,
        "remark": remark_of(found),
        "prints": prints_of(subject=subject_of(custody_id, on)),
    }
    return render(request, "reconciliation/adjustment.html", context)


@access(*READERS)
@require_POST
def print_table(request: ActorRequest, custody_id: int, on: dt.date) -> HttpResponse:
    """Print it as it stands now."""
    kept = keep_adjustment(_table_or_404(request, custody_id, on), by=request.actor, at=timezone.now())
    return redirect("reconciliation:adjustment_print", custody_id, on, kept.pk)


@access(*READERS)
@require_safe
def show_print(request: ActorRequest, custody_id: int, on: dt.date, print_id: int) -> HttpResponse:
    """A kept print of the table."""
    custody = custody_or_404(request, custody_id)
    kept = prints_of(subject=subject_of(custody.pk, on)).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"银行存款余额调节表-{custody.number}-{on}")
