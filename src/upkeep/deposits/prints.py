"""票据 as printed forms: kept when first printed; a void one is printed again with the word across it."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db.models import Q

from upkeep.banking.models import PaySlip, PaySlipLine
from upkeep.banking.prints import city_of_paper
from upkeep.banking.purposes import purpose_title, slip_purpose
from upkeep.deposits.models import Receipt, ReceiptState
from upkeep.deposits.receipts import batch_subject_of, subject_of
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.money import in_capitals
from upkeep.printing import actions as printing
from upkeep.printing.documents import Document
from upkeep.printing.forms import payments
from upkeep.printing.forms.parts import Fact
from upkeep.printing.models import KeptPrint
from upkeep.printing.queries import prints_of

TITLE = "住宅专项维修资金专用票据"


def keep_receipt(receipt: Receipt, *, by_id: int | None, at: dt.datetime) -> KeptPrint:
    """The receipt as printed the first time in its present state, or printed and kept now."""
    kept = prints_of(subject=subject_of(receipt)).first()
    return kept or printing.keep(_document(receipt), by_id=by_id, at=at)


def kept_batch(slip: PaySlip) -> KeptPrint | None:
    """The one print of all valid receipts of a payment, if it was printed and still shows exactly these."""
    kept = prints_of(subject=batch_subject_of(slip)).first()
    if kept is None:
        return None
    since = Q(issued_at__gt=kept.printed_at) | Q(voided_at__gt=kept.printed_at)
    return None if Receipt.objects.filter(since, slip=slip).exists() else kept


def keep_batch(slip: PaySlip, *, by_id: int | None, at: dt.datetime) -> KeptPrint:
    """All valid receipts of a payment in one file, printed once as long as they stay the same. A few queries for any number.

    Raises: Refusal when there are none.
    """
    if kept := kept_batch(slip):
        return kept
    receipts = list(
        Receipt.objects.filter(slip=slip, state=ReceiptState.VALID)
        .select_related("book", "slip__bank_serial", "slip__area", "slip__custody")
        .order_by("book_id", "number")
    )
    if not receipts:
        raise Refusal("该通知单还没有有效票据，不能打印")
    lines = lines_of(slip)
    city = city_of_paper(slip)
    document = Document(
        form="receipts",
        title=TITLE,
        number=slip.number,
        subject=batch_subject_of(slip),
        issuer=city.office_name,
        city=city.slug,
        data=payments.Receipts(items=tuple(_data(one, lines, payee=city.office_name) for one in receipts)),
    )
    return printing.keep(document, by_id=by_id, at=at)


def lines_of(slip: PaySlip, *, house_id: int | None = None) -> Mapping[int, PaySlipLine]:
    """The slip's lines by house id, with their houses; or only the one of a house."""
    lines = slip.lines.select_related("house__building").order_by("pk")
    if house_id:
        lines = lines.filter(house_id=house_id)
    return {line.house_id: line for line in lines}


def _data(receipt: Receipt, lines: Mapping[int, PaySlipLine], *, payee: str) -> payments.Receipt:
    slip = receipt.slip
    own = [lines[receipt.house_id]] if receipt.house_id else list(lines.values())
    assert slip.bank_serial is not None or receipt.state == ReceiptState.VOID
    return payments.Receipt(
        payer=receipt.payer,
        address=own[0].house.address if receipt.house_id else slip.area.name,
        paid_on=slip.booked_on or day_of(receipt.issued_at),
        amount_fen=receipt.amount_fen,
        method="银行转账",
        bank_serial=slip.bank_serial.serial if slip.bank_serial else "（已冲正）",
        lines=_rows(slip, own),
        facts=(Fact("票据代码", receipt.book.code), Fact("通知单编号", slip.number)),
        payee=payee,
        void=receipt.state == ReceiptState.VOID,
        serial=receipt.full_number,
        capitals=in_capitals(receipt.amount_fen),
    )


def _rows(slip: PaySlip, lines: Sequence[PaySlipLine]) -> tuple[payments.ReceiptLine, ...]:
    found: dict[str, tuple[int, int]] = {}
    for line in lines:
        rule = slip_purpose(slip.purpose).rule_in_sum(line.rule) if len(lines) > 1 else line.rule
        area_dm2, fen = found.get(rule, (0, 0))
        found[rule] = (area_dm2 + line.area_dm2, fen + line.amount_fen)
    text = f"住宅专项维修资金（{purpose_title(slip.purpose)}）"
    return tuple(payments.ReceiptLine(text, area_dm2, rule, fen) for rule, (area_dm2, fen) in found.items())


def _document(receipt: Receipt) -> Document:
    slip = receipt.slip
    city = city_of_paper(slip)
    return Document(
        form="receipt",
        title=TITLE,
        number=slip.number,
        subject=subject_of(receipt),
        issuer=city.office_name,
        city=city.slug,
        data=_data(receipt, lines_of(slip, house_id=receipt.house_id), payee=city.office_name),
    )
