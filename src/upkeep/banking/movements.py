"""Under which serial of the bank (银行流水号) a booking of the journal was made: by the papers that brought it about."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from upkeep.banking.models import BankReversal, OrderState, PaymentOrder, PaySlip, ReversalState, SlipState
from upkeep.banking.orders import entry_source
from upkeep.banking.slips import source_of

_REVERSED = ":reversed"
_BANK = "bank"


@dataclass(frozen=True)
class Voucher:
    """The paper behind a booking: its number and the bank's serial; empty where there is none."""

    number: str = ""
    serial: str = ""


#: (id of the book, source of the entry without what marks its part) -> paper.
Vouchers = Mapping[tuple[int, str], Voucher]


def vouchers_of_day(*, custody_id: int, day: dt.date) -> Vouchers:
    """The papers of a custody account that were booked on a day, also those taken back since. Three queries."""
    found: dict[tuple[int, str], Voucher] = {}
    slips = PaySlip.objects.filter(custody_id=custody_id, state=SlipState.PAID, booked_on=day)
    for slip in slips.select_related("bank_serial").only("number", "area_id", "payment_no", "bank_serial__serial"):
        assert slip.bank_serial is not None
        found[slip.area_id, source_of(slip)] = Voucher(slip.number, slip.bank_serial.serial)
    orders = PaymentOrder.objects.filter(custody_id=custody_id, state=OrderState.PAID, booked_on=day)
    for order in orders.select_related("bank_serial").only(
        "number", "area_id", "payment_no", "reference", "bank_serial__serial"
    ):
        assert order.bank_serial is not None
        found[order.area_id, entry_source(order)] = Voucher(order.number, order.bank_serial.serial)
    reversals = BankReversal.objects.filter(custody_id=custody_id, state=ReversalState.APPROVED, booked_on=day)
    for one in reversals.select_related("slip", "order", "paid_serial", "reversal_serial"):
        paper = one.paper
        paper.payment_no = one.payment_no
        source = source_of(paper) if isinstance(paper, PaySlip) else entry_source(paper)
        assert one.reversal_serial is not None
        found[paper.area_id, source] = Voucher(one.number, one.paid_serial.serial)
        found[paper.area_id, source + _REVERSED] = Voucher(one.number, one.reversal_serial.serial)
    return found


def voucher_of(vouchers: Vouchers, *, book_id: int, source: str) -> Voucher:
    """The paper of one entry. What was booked straight from the bank's word carries the serial in its own source."""
    if found := vouchers.get((book_id, source)):
        return found
    head, *rest = source.split(":")
    if head == _BANK and len(rest) == 2:
        return Voucher("", rest[1])
    mark = _REVERSED if source.endswith(_REVERSED) else ""
    base = source.removesuffix(_REVERSED).rpartition(":")[0]
    return vouchers.get((book_id, base + mark), Voucher())
