"""票据 as a printed form: kept when first printed; a void one is printed again with the word across it."""

import datetime as dt

from upkeep.banking.prints import city_of_paper
from upkeep.deposits.further_slips import FURTHER
from upkeep.deposits.models import Receipt, ReceiptState
from upkeep.kernel.dates import day_of
from upkeep.printing import actions as printing
from upkeep.printing.documents import Document
from upkeep.printing.forms import payments
from upkeep.printing.forms.parts import Fact
from upkeep.printing.models import KeptPrint
from upkeep.printing.queries import prints_of


def keep_receipt(receipt: Receipt, *, by_id: int | None, at: dt.datetime) -> KeptPrint:
    """The receipt as printed the first time in its present state, or printed and kept now."""
    void = receipt.state == ReceiptState.VOID
    subject = f"receipt:{receipt.pk}{':void' if void else ''}"
    kept = prints_of(subject=subject).first()
    return kept or printing.keep(_document(receipt, subject=subject, void=void), by_id=by_id, at=at)


def _document(receipt: Receipt, *, subject: str, void: bool) -> Document:
    slip = receipt.slip
    what = f"{'续交' if slip.purpose == FURTHER else '首期'}住宅专项维修资金"
    lines = slip.lines.select_related("house__building").order_by("pk")
    if receipt.house_id:
        line = lines.get(house_id=receipt.house_id)
        address = line.house.address
        rows: tuple[payments.ReceiptLine, ...] = (
            payments.ReceiptLine(what, line.area_dm2, line.rule, line.amount_fen),
        )
    else:
        address = slip.area.name
        found: dict[str, tuple[int, int]] = {}
        for line in lines:
            area_dm2, fen = found.get(line.rule, (0, 0))
            found[line.rule] = (area_dm2 + line.area_dm2, fen + line.amount_fen)
        rows = tuple(payments.ReceiptLine(what, area_dm2, rule, fen) for rule, (area_dm2, fen) in found.items())
    city = city_of_paper(slip)
    assert slip.bank_serial is not None
    data = payments.Receipt(
        payer=receipt.payer,
        address=address,
        paid_on=slip.booked_on or day_of(receipt.issued_at),
        amount_fen=receipt.amount_fen,
        method="银行转账",
        bank_serial=slip.bank_serial.serial,
        lines=rows,
        facts=(Fact("票据代码", receipt.book.code), Fact("票据号码", receipt.full_number)),
        payee=city.office_name,
        void=void,
    )
    return Document(
        form="receipt",
        title="住宅专项维修资金专用票据",
        number=slip.number,
        subject=subject,
        issuer=city.office_name,
        city=city.slug,
        data=data,
    )
