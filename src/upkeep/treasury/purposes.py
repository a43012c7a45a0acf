"""What follows a payment order of a payout (返还): the bank's word turns the payable into money paid."""

import datetime as dt

from upkeep.banking.models import PaymentOrder
from upkeep.banking.orders import entry_source
from upkeep.banking.purposes import OrderPurpose, purpose
from upkeep.books import corrections, postings
from upkeep.books.chart import FundKind
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
            source=entry_source(order),
            booked_on=booked_on,
        )
        payout.state, payout.paid_at = PayoutState.PAID, at
        payout.save(update_fields=["state", "paid_at"])

    def failed(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """Nothing moves: the money stays a payable for the order that replaces this one."""

    def voided(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """Refused: what is owed is paid; a wrong payee is put right by failing the order and issuing it anew."""
        raise Refusal("返还的付款通知不能单独作废；收款信息有误的，请由银行登记付款失败后重新开具")

    def references_of_case(self, case_id: int) -> list[str]:
        return [one.reference for one in Payout.objects.filter(case_id=case_id)]

    def reversed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """What was paid is owed again, and waits for its payment."""
        payout = Payout.objects.select_for_update(of=("self",)).get(pk=int(order.reference.split(":")[1]))
        corrections.take_back_payment(area_id=order.area_id, source=entry_source(order), booked_on=booked_on)
        payout.state, payout.paid_at = PayoutState.ORDERED, None
        payout.save(update_fields=["state", "paid_at"])
