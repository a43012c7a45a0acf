"""What follows a payment order of a payout (返还): the bank's word turns the payable into money paid."""

import datetime as dt

from upkeep.banking.models import PaymentOrder
from upkeep.banking.purposes import OrderPurpose, purpose
from upkeep.books import postings
from upkeep.books.balance_messages import tell_paid_out
from upkeep.books.chart import FundKind
from upkeep.estate.models import House
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.treasury.models import Payout, PayoutState

PURPOSE = "payout"


@purpose(PURPOSE)
class PayoutPayment(OrderPurpose):
    """房屋注销返还. A failed payment leaves the payable as it is until the order is issued anew."""

    title = "房屋注销返还"
    may_be_voided = False

    def confirmed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """借 2001 贷 1001; the payout is paid."""
        payout = Payout.objects.select_for_update(of=("self",)).get(pk=int(order.reference.split(":")[1]))
        postings.loss_paid(
            area_id=order.area_id,
            custody_id=order.custody_id,
            fund_kind=FundKind(order.custody.fund_kind),
            fen=order.amount_fen,
            source=order.reference,
            booked_on=booked_on,
        )
        payout.state, payout.paid_at = PayoutState.PAID, at
        payout.save(update_fields=["state", "paid_at"])
        tell_paid_out(
            house=House.objects.select_related("area", "building").get(pk=payout.house_id),
            owner=payout.owner,
            fen=order.amount_fen,
            key=order.number,
            on=booked_on,
            at=at,
        )

    def failed(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """Nothing moves: the money stays a payable for the order that replaces this one."""

    def voided(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """Refused: what is owed is paid; a wrong payee is put right by failing the order and issuing it anew."""
        raise Refusal("返还的付款通知不能单独作废；收款信息有误的，请由银行登记付款失败后重新开具")
