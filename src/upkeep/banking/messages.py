"""What people are told when a bank has said something: a slip is paid, an order could not be paid.

That money could not leave is the one thing the office is told of: it is rare, the money stays held, and a second person
has to act.
"""

import datetime as dt

from upkeep.banking.models import PaymentOrder, PaySlip
from upkeep.kernel.money import yuan
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, SMS, event
from upkeep.parties.queries import staff_holding, users_of
from upkeep.parties.roles import Role

SLIP_PAID = event(
    "slip_paid",
    "交款到账",
    [IN_SITE, SMS],
    "交款通知单 {number}（{area}）{amount} 元已到账。",
    "交款到账：{number}",
)
ORDER_FAILED = event(
    "order_failed",
    "付款失败",
    [IN_SITE],
    "付款通知 {number}（{area}）{amount} 元付款失败：{reason}。资金仍冻结，请由原开具人以外的人员核对收款信息后重新开具。",
    "付款失败：{number}",
)


def tell_paid(slip: PaySlip, *, at: dt.datetime) -> None:
    """The payer's users, and the telephone that the receipts are fetched with."""
    payer = slip.payer_organisation_id
    notify(
        event=SLIP_PAID.code,
        jurisdiction_id=slip.jurisdiction_id,
        values={"number": slip.number, "area": slip.area.name, "amount": yuan(slip.total_fen)},
        at=at,
        key=f"slip:{slip.number}:paid",
        user_ids=users_of(organisation_id=payer) if payer else (),
        phone=slip.payer_phone,
        url=f"/deposits/slips/{slip.number}/",
    )


def tell_failed(order: PaymentOrder, *, at: dt.datetime) -> None:
    """Those of the office who may issue it anew."""
    notify(
        event=ORDER_FAILED.code,
        jurisdiction_id=order.jurisdiction_id,
        values={
            "number": order.number,
            "area": order.area.name,
            "amount": yuan(order.amount_fen),
            "reason": order.failure_reason.rstrip("。，；"),
        },
        at=at,
        key=f"order:{order.number}:failed",
        user_ids=staff_holding(Role.APPROVER, Role.ACCOUNTANT, jurisdiction_id=order.jurisdiction_id),
        url=f"/payments/orders/{order.number}/",
    )
