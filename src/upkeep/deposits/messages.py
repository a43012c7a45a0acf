"""What people are told of receipts: a payer that his can be fetched, the cashier that numbers run short or out."""

import datetime as dt

from upkeep.banking.models import PaySlip
from upkeep.deposits.receipt_books import Stock
from upkeep.deposits.receipt_links import link_to
from upkeep.kernel.dates import in_letters
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, SMS, event
from upkeep.parties.queries import city_id_of, staff_holding
from upkeep.parties.roles import Role

READY = event(
    "receipts_ready",
    "票据已开具",
    [SMS],
    "交款通知单 {number} 的票据已开具，请于{until}前凭本手机号后四位领取：{link}",
    "票据已开具：{number}",
)
LOW = event(
    "receipt_numbers_low",
    "票据号码不足",
    [IN_SITE],
    "票据号码只剩 {left} 个，已少于 {warn} 个，请及时领用并登记新的票据本。",
    "票据号码不足",
)
OUT = event(
    "receipt_numbers_out",
    "票据号码用完",
    [IN_SITE],
    "票据号码不够，交款通知单 {number} 的票据未能开具。请登记新的票据本，再到“票据本”补开。",
    "票据待补开：{number}",
)
_BOOKS = "/deposits/receipts/books/"


def tell_ready(slip: PaySlip, *, at: dt.datetime) -> None:
    """The telephone on the slip gets a link; without one nobody is told, the payer's users find receipts in their portal."""
    if not slip.payer_phone:
        return
    link, until = link_to(slip, at=at)
    notify(
        event=READY.code,
        jurisdiction_id=slip.jurisdiction_id,
        values={"number": slip.number, "until": in_letters(until), "link": link},
        at=at,
        key=f"receipts:{slip.number}:{slip.payment_no}",
        phone=slip.payer_phone,
    )


def tell_low(stock: Stock, *, jurisdiction_id: int, key: str, at: dt.datetime) -> None:
    """The cashiers, when the numbers left have just fallen below what the city wants to have."""
    notify(
        event=LOW.code,
        jurisdiction_id=jurisdiction_id,
        values={"left": f"{stock.left:,}", "warn": f"{stock.warn_below:,}"},
        at=at,
        key=f"receipts-low:{key}",
        user_ids=staff_holding(Role.CASHIER, jurisdiction_id=jurisdiction_id),
        url=_BOOKS,
    )


def tell_out(slip: PaySlip, *, at: dt.datetime) -> None:
    """The cashiers and accountants, once a day however many payments come in."""
    notify(
        event=OUT.code,
        jurisdiction_id=slip.jurisdiction_id,
        values={"number": slip.number},
        at=at,
        key=f"receipts-out:{city_id_of(slip.jurisdiction_id)}:{at:%Y%m%d}",
        user_ids=staff_holding(Role.CASHIER, Role.ACCOUNTANT, jurisdiction_id=slip.jurisdiction_id),
        url=_BOOKS,
    )
