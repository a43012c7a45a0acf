"""Receipts (票据): numbered from the city's books without gaps, issued with the payment, made void and issued anew."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from upkeep.banking.models import PaySlip, ReceiptMode, SlipState
from upkeep.deposits.models import Receipt, ReceiptBook, ReceiptState
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor
from upkeep.parties.queries import ancestry
from upkeep.printing.models import KeptPrint


class NoReceiptNumbers(Refusal):
    """The city's books have too few numbers left."""


@dataclass(frozen=True)
class Wanted:
    """A receipt to be issued: for a house, or for the whole slip where `house_id` is None."""

    slip: PaySlip
    house_id: int | None
    payer: str
    amount_fen: int


@transaction.atomic
def issue_receipts(*, slip: PaySlip, payers: dict[int, str], at: dt.datetime) -> list[Receipt]:
    """One receipt for the slip, or one for each of its houses; those it has already are not doubled.

    `payers` names who paid, by house id; where it says nothing the slip's payer did. Raises: NoReceiptNumbers.
    """
    if slip.state_now is not SlipState.PAID:
        raise Refusal("银行尚未确认收款，不能开具票据")
    has = set(Receipt.objects.filter(slip=slip, state=ReceiptState.VALID).values_list("house_id", flat=True))
    missing = [one for one in wanted_for(slip, payers) if one.house_id not in has]
    if has and slip.receipt_mode == ReceiptMode.WHOLE:
        return []
    return issue_all(missing, jurisdiction_id=slip.jurisdiction_id, at=at)


def wanted_for(slip: PaySlip, payers: dict[int, str]) -> list[Wanted]:
    """What receipts a paid slip asks for, in the order of its lines."""
    if slip.receipt_mode == ReceiptMode.WHOLE:
        return [Wanted(slip, None, slip.payer_name, slip.total_fen)]
    lines = slip.lines.order_by("pk").values_list("house_id", "amount_fen")
    return [Wanted(slip, house_id, payers.get(house_id, slip.payer_name), fen) for house_id, fen in lines]


def issue_all(wanted: Sequence[Wanted], *, jurisdiction_id: int, at: dt.datetime) -> list[Receipt]:
    """Number and store receipts in bulk, in the order given, inside the caller's transaction.

    Raises: NoReceiptNumbers; then none is issued.
    """
    if not wanted:
        return []
    numbers = _take(jurisdiction_id, len(wanted))
    return Receipt.objects.bulk_create(
        [
            Receipt(
                id=pk,
                book=book,
                number=number,
                slip=one.slip,
                house_id=one.house_id,
                payer=one.payer,
                amount_fen=one.amount_fen,
                payment_no=one.slip.payment_no,
                issued_at=at,
            )
            for pk, (book, number), one in zip(new_ids(len(wanted)), numbers, wanted, strict=True)
        ],
        batch_size=5_000,
    )


def _take(jurisdiction_id: int, count: int) -> list[tuple[ReceiptBook, int]]:
    """The next `count` numbers. The books stay locked to the end of the transaction: no rollback leaves a gap."""
    line = ancestry(jurisdiction_id)
    books = list(
        ReceiptBook.objects.select_for_update()
        .filter(jurisdiction_id__in=line, next__lte=F("last"), closed_at__isnull=True)
        .order_by("received_at", "pk")
    )
    taken: list[tuple[ReceiptBook, int]] = []
    used: list[ReceiptBook] = []
    for book in books:
        some = range(book.next, min(book.last + 1, book.next + count - len(taken)))
        if some:
            taken += [(book, number) for number in some]
            book.next = some.stop
            used.append(book)
    if len(taken) < count:
        raise NoReceiptNumbers(f"票据号段只剩 {len(taken)} 个号码，需要 {count} 个，请先领用新的票据本")
    for book in used:
        book.save(update_fields=["next"])
    return taken


@transaction.atomic
def void_receipt(*, receipt_id: int, reason: str, reissue: bool, by: Actor, at: dt.datetime) -> Receipt | None:
    """Make a receipt void; it keeps its number. With `reissue` the payment gets a new one, which is answered with.

    Raises: HasProblems without a reason; Refusal when it is void already; NoReceiptNumbers.
    """
    reason = reason.strip()
    if not reason:
        raise HasProblems([Problem("reason", "请填写作废原因")])
    receipt = Receipt.objects.select_for_update(of=("self",)).select_related("slip").get(pk=receipt_id)
    if receipt.state == ReceiptState.VOID:
        raise Refusal("这张票据已经作废")
    receipt.state, receipt.voided_at, receipt.void_reason = ReceiptState.VOID, at, reason[:200]
    receipt.voided_by_name = by.name
    receipt.save(update_fields=["state", "voided_at", "voided_by_name", "void_reason"])
    if not reissue:
        return None
    again = Wanted(receipt.slip, receipt.house_id, receipt.payer, receipt.amount_fen)
    (fresh,) = issue_all([again], jurisdiction_id=receipt.slip.jurisdiction_id, at=at)
    return fresh


def handed_out(slip: PaySlip) -> list[Receipt]:
    """The slip's valid receipts that somebody may have in his hands, by number: each was printed or fetched once."""
    receipts = {
        subject_of(one): one
        for one in Receipt.objects.filter(slip=slip, state=ReceiptState.VALID).order_by("book_id", "number")
    }
    printed = set(KeptPrint.objects.filter(subject__in=list(receipts)).values_list("subject", flat=True))
    if KeptPrint.objects.filter(subject=batch_subject_of(slip)).exists():
        return list(receipts.values())
    return [one for subject, one in receipts.items() if subject in printed]


def subject_of(receipt: Receipt) -> str:
    """Under which its prints are kept; those of a void one lie apart."""
    return f"receipt:{receipt.pk}{':void' if receipt.state == ReceiptState.VOID else ''}"


def batch_subject_of(slip: PaySlip) -> str:
    """Under which the one print of all receipts of a payment is kept."""
    return f"receipts:{slip.pk}:{slip.payment_no}"


def void_receipts_of(slip: PaySlip, *, reason: str, by: Actor, at: dt.datetime) -> int:
    """Make every receipt of the slip void in one statement, its payment having been taken back. Answers with their number."""
    valid = Receipt.objects.filter(slip=slip, state=ReceiptState.VALID)
    return valid.update(state=ReceiptState.VOID, voided_at=at, voided_by_name=by.name, void_reason=reason)


def receipts_of(slip: PaySlip) -> Sequence[Receipt]:
    """The slip's receipts in the order of their numbers, void ones too."""
    return list(
        Receipt.objects.filter(slip=slip).select_related("book", "house__building").order_by("book_id", "number")
    )
