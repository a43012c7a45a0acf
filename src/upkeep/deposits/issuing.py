"""Issuing receipts with a payment, and later in bulk what could not be issued because the numbers had run out."""

import datetime as dt
from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from upkeep.banking.models import PaySlip, ReceiptMode, SlipState
from upkeep.banking.queries import slips_visible_to
from upkeep.deposits import messages
from upkeep.deposits.models import Receipt
from upkeep.deposits.receipt_books import stock
from upkeep.deposits.receipts import NoReceiptNumbers, Wanted, issue_all, issue_receipts, wanted_for
from upkeep.jobs.registry import Progress
from upkeep.kernel.dates import day_of
from upkeep.parties.actor import Actor
from upkeep.policy.receipt_rule import receipt_rule


def issue_with_payment(*, slip: PaySlip, payers: dict[int, str], at: dt.datetime) -> list[Receipt]:
    """Receipts for a payment that has just come in. The money lies at the bank whether or not numbers are left: without
    any, the cashier is told and they are issued once a book is there.
    """
    try:
        issued = issue_receipts(slip=slip, payers=payers, at=at)
    except NoReceiptNumbers:
        messages.tell_out(slip, at=at)
        return []
    if issued:
        messages.tell_ready(slip, at=at)
        _warn(issued, jurisdiction_id=slip.jurisdiction_id, at=at)
    return issued


def _warn(issued: Sequence[Receipt], *, jurisdiction_id: int, at: dt.datetime) -> None:
    """Tell the cashiers at the payment by which the numbers became too few; mostly the open book alone holds enough."""
    last, on = issued[-1], day_of(at)
    if last.book.last - last.number >= receipt_rule(jurisdiction_id=jurisdiction_id, on=on).warn_below:
        return
    left = stock(jurisdiction_id=jurisdiction_id, on=on)
    if left.is_low and left.left + len(issued) >= left.warn_below:
        key = f"{last.book_id}:{last.number}"
        messages.tell_low(left, jurisdiction_id=jurisdiction_id, key=key, at=at)


def without_receipts(actor: Actor) -> QuerySet[PaySlip]:
    """The paid slips the actor sees for whose present payment no receipt was ever issued, the oldest payment first."""
    issued = Receipt.objects.filter(slip=OuterRef("pk"), payment_no=OuterRef("payment_no"))
    return slips_visible_to(actor).filter(~Exists(issued), state=SlipState.PAID).order_by("closed_at", "pk")


@transaction.atomic
def issue_missing(
    *, by: Actor, at: dt.datetime, payers_of: Callable[[PaySlip], dict[int, str]], progress: Progress | None = None
) -> tuple[int, int]:
    """Issue what is missing, the oldest payment first, as far as the numbers go. Answers with how many receipts were
    issued, and how many slips still wait.

    Numbers are taken last and all at once: the books are locked, and other payments wait for them, no longer than that.
    Raises: NoReceiptNumbers when others took the numbers meanwhile; then nothing is issued and it may be done again.
    """
    slips = list(without_receipts(by).select_related("case").select_for_update(of=("self",), skip_locked=True))
    if progress:
        progress.begin(len(slips), "正在补开票据")
    left: dict[int, int] = {}
    wanted: dict[int, list[Wanted]] = {}
    waiting = 0
    for slip in slips:
        place = slip.jurisdiction_id
        if place not in left:
            left[place] = stock(jurisdiction_id=place, on=day_of(at)).left
        some = wanted_for(slip, payers_of(slip) if slip.receipt_mode == ReceiptMode.PER_HOUSE else {})
        if waiting == 0 and len(some) <= left[place]:
            left[place] -= len(some)
            wanted.setdefault(place, []).extend(some)
            messages.tell_ready(slip, at=at)
        else:
            waiting += 1
        if progress:
            progress.advance()
    issued = {place: issue_all(some, jurisdiction_id=place, at=at) for place, some in sorted(wanted.items())}
    for place, receipts in issued.items():
        _warn(receipts, jurisdiction_id=place, at=at)
    return sum(len(receipts) for receipts in issued.values()), waiting
