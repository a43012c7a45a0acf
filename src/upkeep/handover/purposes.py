"""What follows when the bank has paid a hand-over: the houses' money leaves, the last payment closes their accounts."""

import datetime as dt

from upkeep.banking.models import PaymentOrder
from upkeep.banking.orders import amounts_of, entry_source
from upkeep.banking.purposes import OrderPurpose, purpose
from upkeep.books import corrections, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.books.handing_over import fund_handed_over
from upkeep.handover.actions import PURPOSE
from upkeep.handover.models import HandOver, HandOverState
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor


def _hand_over_of(order: PaymentOrder) -> HandOver:
    return HandOver.objects.select_for_update(of=("self",)).get(pk=int(order.reference.split(":")[1]))


@purpose(PURPOSE)
class HandOverPayment(OrderPurpose):
    """划转业主大会. The payee is the assembly's account; another one is another decision."""

    title = "划转业主大会"
    may_be_voided = False
    payee_may_change = False

    def confirmed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """Give the hold back and book it; the last order closes every account that is empty."""
        found = _hand_over_of(order)
        sub_accounts.release(area_id=order.area_id, source=order.reference, at=at)
        fund_handed_over(
            area_id=order.area_id,
            custody_id=order.custody_id,
            fund_kind=FundKind(order.custody.fund_kind),
            amounts=amounts_of(order),
            source=entry_source(order),
            booked_on=booked_on,
        )
        found.paid_count += 1
        if found.paid_count == found.order_count:
            found.state, found.finished_at = HandOverState.FINISHED, at
            holders = [line.holder_id for line in found.lines.all()]
            empty = [pk for pk, one in sub_accounts.balances(holders).items() if not one.balance_fen]
            sub_accounts.close_for(order.area_id, empty, on=booked_on)
        found.save(update_fields=["paid_count", "state", "finished_at"])

    def failed(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """The hold stays until the order is issued anew."""

    def voided(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        raise Refusal("划转业主大会的付款通知不能单独作废")

    def check_payee(self, order: PaymentOrder, payee_name: str) -> None:
        if payee_name != order.payee_name:
            raise Refusal("收款户名须与业主大会决定的账户一致；变更户名的，须重新办理划转")

    def reversed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """The bank took it back on its day: accounts open again, money held again."""
        found = _hand_over_of(order)
        sub_accounts.reopen_for(order.area_id, [line.holder_id for line in found.lines.all()])
        corrections.take_back_payment(area_id=order.area_id, source=entry_source(order), booked_on=booked_on)
        sub_accounts.hold(area_id=order.area_id, amounts=amounts_of(order), source=order.reference, at=at)
        found.paid_count -= 1
        found.state, found.finished_at = HandOverState.ORDERED, None
        found.save(update_fields=["paid_count", "state", "finished_at"])
