"""补确认: what the bank's statement shows as paid and no teller has confirmed, booked by the office by the counter's rules.

The caller sees to it that one person proposes it and another carries it out.
"""

import datetime as dt

from django.db import transaction

from upkeep.banking.counter import UnknownPaper, check_amount, check_number
from upkeep.banking.models import CustodyAccount, PaymentOrder, PaySlip
from upkeep.banking.orders import PREFIX as ORDER_PREFIX
from upkeep.banking.orders import book_paid, check_waiting
from upkeep.banking.slips import PREFIX as SLIP_PREFIX
from upkeep.banking.slips import check_payable, take_payment
from upkeep.books.bank_movements import day_to_book_on
from upkeep.kernel.dates import day_of
from upkeep.parties.actor import Actor


class WrongCustody(UnknownPaper):
    """The paper is of another custody account than the one the money moved on."""


def slip_to_confirm(number: str, *, custody_id: int, amount_fen: int, paid_on: dt.date) -> PaySlip:
    """The slip, locked, that the bank's line pays. Raises: UnknownPaper, WrongCustody, SlipClosed, WrongAmount."""
    tidied = check_number(number, prefix=SLIP_PREFIX, what="交款通知单")
    slips = PaySlip.objects.select_for_update(of=("self",)).select_related("custody__bank", "case", "area")
    slip = slips.filter(number=tidied).first()
    _check_custody(slip.custody if slip else None, custody_id, what="交款通知单", number=tidied)
    assert slip is not None
    check_payable(slip, on=paid_on)
    check_amount(found_fen=amount_fen, wanted_fen=slip.total_fen, what="通知单")
    return slip


def order_to_confirm(number: str, *, custody_id: int, amount_fen: int) -> PaymentOrder:
    """The order, locked, that the bank's line pays. Raises: UnknownPaper, WrongCustody, OrderClosed, WrongAmount."""
    tidied = check_number(number, prefix=ORDER_PREFIX, what="付款通知")
    orders = PaymentOrder.objects.select_for_update(of=("self",)).select_related("custody__bank", "area")
    order = orders.filter(number=tidied).first()
    _check_custody(order.custody if order else None, custody_id, what="付款通知", number=tidied)
    assert order is not None
    check_waiting(order)
    check_amount(found_fen=amount_fen, wanted_fen=order.amount_fen, what="付款通知")
    return order


@transaction.atomic
def confirm_slip_late(
    *, number: str, custody_id: int, amount_fen: int, serial: str, paid_on: dt.date, by: Actor, at: dt.datetime
) -> PaySlip:
    """Book the slip on the bank's day, or today where that period is closed. Raises: as above, and as `confirm_slip`."""
    slip = slip_to_confirm(number, custody_id=custody_id, amount_fen=amount_fen, paid_on=paid_on)
    booked_on = day_to_book_on(book_id=slip.area_id, day=paid_on, today=day_of(at))
    return take_payment(slip, amount_fen=amount_fen, serial=serial, booked_on=booked_on, by=by, at=at)


@transaction.atomic
def confirm_order_late(
    *, number: str, custody_id: int, amount_fen: int, serial: str, paid_on: dt.date, by: Actor, at: dt.datetime
) -> PaymentOrder:
    """Book the payment on the bank's day, or today where that period is closed. Raises: as above, and `confirm_order`."""
    order = order_to_confirm(number, custody_id=custody_id, amount_fen=amount_fen)
    booked_on = day_to_book_on(book_id=order.area_id, day=paid_on, today=day_of(at))
    return book_paid(order, amount_fen=amount_fen, serial=serial, booked_on=booked_on, by=by, at=at)


def _check_custody(custody: CustodyAccount | None, custody_id: int, *, what: str, number: str) -> None:
    if custody is None:
        raise UnknownPaper(f"没有编号为 {number} 的{what}，请核对编号")
    if custody.pk != custody_id:
        raise WrongCustody(f"{what} {number} 属于另一专户（{custody.name}），与该笔流水的专户不同，请核对")
