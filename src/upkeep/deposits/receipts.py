"""Receipts (票据): numbered from the city's books without gaps, issued with the payment, made void and issued anew."""

import datetime as dt
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import F

from upkeep.banking.models import PaySlip, ReceiptMode, SlipState
from upkeep.deposits.models import Receipt, ReceiptBook, ReceiptState
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor
from upkeep.parties.queries import ancestry


class NoReceiptNumbers(Refusal):
    """The city's books have too few numbers left."""


class BookExists(Refusal):
    """The range was entered before."""


def open_receipt_book(*, jurisdiction_id: int, code: str, first: int, last: int, at: dt.datetime) -> ReceiptBook:
    """Enter a range of numbers. Raises: BookExists when it meets one there is, HasProblems when it is none."""
    if not 1 <= first <= last:
        raise HasProblems([Problem("last", "止号不能小于起号")])
    meets = ReceiptBook.objects.filter(jurisdiction_id=jurisdiction_id, code=code, first__lte=last, last__gte=first)
    if meets.exists():
        raise BookExists("该号段与已领用的票据本重复，请核对起止号")
    try:
        with transaction.atomic():
            return ReceiptBook.objects.create(
                jurisdiction_id=jurisdiction_id, code=code, first=first, last=last, next=first, received_at=at
            )
    except IntegrityError:
        raise BookExists("该号段与已领用的票据本重复，请核对起止号") from None


@transaction.atomic
def issue_receipts(*, slip: PaySlip, payers: dict[int, str], at: dt.datetime) -> list[Receipt]:
    """One receipt for the slip, or one for each of its houses; those it has already are not doubled.

    `payers` names who paid, by house id; where it says nothing the slip's payer did. Raises: NoReceiptNumbers.
    """
    if slip.state_now is not SlipState.PAID:
        raise Refusal("银行尚未确认收款，不能开具票据")
    has = set(Receipt.objects.filter(slip=slip, state=ReceiptState.VALID).values_list("house_id", flat=True))
    wanted: list[tuple[int | None, int]]
    if slip.receipt_mode == ReceiptMode.WHOLE:
        wanted = [] if has else [(None, slip.total_fen)]
    else:
        lines = slip.lines.order_by("pk").values_list("house_id", "amount_fen")
        wanted = [(house_id, fen) for house_id, fen in lines if house_id not in has]
    if not wanted:
        return []
    numbers = _take(slip.jurisdiction_id, len(wanted))
    return Receipt.objects.bulk_create(
        [
            Receipt(
                id=pk,
                book=book,
                number=number,
                slip=slip,
                house_id=house_id,
                payer=payers.get(house_id, slip.payer_name) if house_id else slip.payer_name,
                amount_fen=fen,
                issued_at=at,
            )
            for pk, (book, number), (house_id, fen) in zip(new_ids(len(wanted)), numbers, wanted, strict=True)
        ],
        batch_size=5_000,
    )


def _take(jurisdiction_id: int, count: int) -> list[tuple[ReceiptBook, int]]:
    """The next `count` numbers. The books stay locked to the end of the transaction: no rollback leaves a gap."""
    line = ancestry(jurisdiction_id)
    books = list(
        ReceiptBook.objects.select_for_update()
        .filter(jurisdiction_id__in=line, next__lte=F("last"))
        .order_by("received_at", "pk")
    )
    taken: list[tuple[ReceiptBook, int]] = []
    for book in books:
        some = range(book.next, min(book.last + 1, book.next + count - len(taken)))
        if some:
            taken += [(book, number) for number in some]
            book.next = some.stop
            book.save(update_fields=["next"])
    if len(taken) < count:
        raise NoReceiptNumbers(f"票据号段只剩 {len(taken)} 个号码，需要 {count} 个，请先领用新的票据本")
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
    ((book, number),) = _take(receipt.slip.jurisdiction_id, 1)
    return Receipt.objects.create(
        book=book,
        number=number,
        slip=receipt.slip,
        house_id=receipt.house_id,
        payer=receipt.payer,
        amount_fen=receipt.amount_fen,
        issued_at=at,
    )


def receipts_of(slip: PaySlip) -> Sequence[Receipt]:
    """The slip's receipts in the order of their numbers, void ones too."""
    return list(
        Receipt.objects.filter(slip=slip).select_related("book", "house__building").order_by("book_id", "number")
    )
