"""What follows payment orders of payouts (返还) and refunds (退款): the bank's word turns what is owed into money paid."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from upkeep.banking.models import PaymentOrder
from upkeep.banking.orders import entry_source
from upkeep.banking.purposes import OrderPurpose, purpose
from upkeep.banking.reversals import NotReversible
from upkeep.books import corrections, postings, sub_accounts
from upkeep.books.balance_messages import tell_balance
from upkeep.books.chart import FundKind
from upkeep.books.deposited import deposited
from upkeep.estate import claims
from upkeep.estate.actions import lower_first_deposit, lowered, put_back_first_deposit
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House, HouseClaim, OwnershipAct
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.errors import Refusal
from upkeep.kernel.money import yuan
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, SMS, event
from upkeep.parties.actor import Actor
from upkeep.treasury.models import Payout, PayoutState, Refund, RefundState
from upkeep.treasury.owed_messages import tell_paid

PURPOSE = "payout"
REFUND = "refund"

REFUND_PAID = event(
    "refund_paid",
    "退款已付款",
    [IN_SITE, SMS],
    "您申请的退款（{number}）{amount} 元已由专户银行付款，请注意查收。",
    "退款已付款：{number}",
)
REFUND_REVERSED = event(
    "refund_reversed",
    "退款冲正",
    [IN_SITE],
    "您申请的退款（{number}）{amount} 元，专户银行已冲正付款确认，等待重新付款。",
    "退款冲正：{number}",
)
REFUND_VOID = event(
    "refund_void",
    "退款已撤销",
    [IN_SITE, SMS],
    "您申请的退款（{number}）{amount} 元未能付款，已撤销：{reason}。资金仍在房屋分户账上，需要时请重新申请，或联系{office}。",
    "退款已撤销：{number}",
)


@purpose(PURPOSE)
class PayoutPayment(OrderPurpose):
    """房屋注销返还. A failed payment leaves the payable as it is until the order is issued anew."""

    title = "房屋注销返还"
    may_be_voided = False

    def confirmed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """借 2001 贷 1001; the payout is paid."""
        payout = _payout(order)
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
        tell_paid(payout, at=at)

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

    def check_payee(self, order: PaymentOrder, payee_name: str) -> None:
        """Issued anew it goes to the recorded owner, or to whom it was to go on the basis that was written down."""
        payout = _payout(order)
        if payee_name not in {payout.recorded_payee, order.payee_name}:
            raise Refusal("重新开具只能更正账号和开户行，收款人须为登记的业主或原付款通知的收款人")


def _payout(order: PaymentOrder) -> Payout:
    rows = Payout.objects.select_for_update(of=("self",)).select_related("owner", "case", "unit_account__organisation")
    return rows.get(pk=int(order.reference.split(":")[1]))


@purpose(REFUND)
class RefundPayment(OrderPurpose):
    """退款. A failed payment leaves the hold until the order is issued anew or the refund is given up."""

    title = "退款"
    payee_may_change = False

    def confirmed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """Give the hold back, charge the sub-account, free the house; refunded whole it may deposit anew."""
        refund = _refund(order)
        house = House.objects.select_for_update(of=("self",), no_key=True).get(pk=refund.house_id)
        sub_accounts.release(area_id=order.area_id, source=order.reference, at=at)
        _book(order, refund, booked_on=booked_on)
        refund.state, refund.paid_at, refund.paid_by_id = RefundState.PAID, at, by.user_id or None
        refund.due_before_fen = house.first_deposit_due_fen
        refund.save(update_fields=["state", "paid_at", "paid_by", "due_before_fen"])
        lower_first_deposit(house, by_fen=refund.amount_fen, is_whole=_is_whole(refund, on=booked_on))
        claims.release(source=f"case:{refund.case_id}")
        _tell_balances(order, at=at)
        _tell(REFUND_PAID.code, refund, at=at, key=order.payment_no)

    def check_reversal(self, order: PaymentOrder) -> None:
        """The house is still what the payment made it, and nothing else was begun with it since."""
        assert order.closed_at is not None and order.booked_on is not None
        refund = Refund.objects.select_related("house__building").get(pk=int(order.reference.split(":")[1]))
        house, name = refund.house, f"{refund.house.building.name}{refund.house.label}"
        if house.state != HouseState.ACTIVE:
            raise NotReversible(f"{name}已{house.get_state_display()}，不能冲正，请联系维修资金管理部门")
        due = lowered(refund.due_before_fen, by_fen=refund.amount_fen, is_whole=_is_whole(refund, on=order.booked_on))
        if house.first_deposit_due_fen != due:
            raise NotReversible(f"{name}的首期应交金额已变更，不能冲正，请联系维修资金管理部门")
        busy = list(HouseClaim.objects.filter(house=house, at__gte=order.closed_at))
        if busy:
            raise NotReversible(f"{name}{claims.in_words(busy)[0]}，须先办结或撤回后再冲正")
        if OwnershipAct.objects.filter(house=house, at__gt=order.closed_at).exists():
            raise NotReversible(f"{name}的业主登记已变更，不能冲正，请联系维修资金管理部门")

    def reversed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """The house has its money and its first deposit back, held and claimed again for the order."""
        refund = _refund(order)
        house = House.objects.select_for_update(of=("self",), no_key=True).get(pk=refund.house_id)
        for source in _sources(order):
            if corrections.was_booked(area_id=order.area_id, source=source):
                corrections.take_back_payment(area_id=order.area_id, source=source, booked_on=booked_on)
                tell_balance(area_id=order.area_id, source=f"{source}:reversed", at=at)
        held = {refund.house_id: refund.amount_fen}
        sub_accounts.hold(area_id=order.area_id, amounts=held, source=order.reference, at=at)
        put_back_first_deposit(house, due_fen=refund.due_before_fen)
        refund.state, refund.paid_at, refund.paid_by, refund.due_before_fen = RefundState.ORDERED, None, None, None
        refund.save(update_fields=["state", "paid_at", "paid_by", "due_before_fen"])
        source = f"case:{refund.case_id}"
        claims.claim(house_ids=[refund.house_id], kind=ClaimKind.REFUND, source=source, at=at)
        _tell(REFUND_REVERSED.code, refund, at=at, key=order.payment_no)

    def failed(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """Nothing moves: the money stays held for the order that replaces this one."""

    def voided(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """The refund is given up with its order."""
        close_refund(_refund(order), reason=order.failure_reason, by=by, at=at)

    def check_payee(self, order: PaymentOrder, payee_name: str) -> None:
        """Never to anybody else than was approved, and no more once it is given up."""
        refund = _refund(order)
        if refund.state_now is not RefundState.ORDERED:
            raise Refusal(f"这笔退款{refund.get_state_display()}，不能重新开具付款通知")
        if payee_name != refund.payee_name:
            raise Refusal("退款的收款人经审批确定，重新开具只能更正账号和开户行；收款人有误的，请撤销后重新申请")

    def references_of_case(self, case_id: int) -> Sequence[str]:
        refund = Refund.objects.filter(case_id=case_id).first()
        return [refund.reference] if refund else []

    def given_up(self) -> Iterable[str]:
        """Refunds that were given up after their payment had failed."""
        void = Refund.objects.filter(state=RefundState.VOID)
        return void.annotate(of=Concat(Value("refund:"), Cast("pk", CharField()))).values_list("of", flat=True)


def _refund(order: PaymentOrder) -> Refund:
    rows = Refund.objects.select_for_update(of=("self",)).select_related("case")
    return rows.get(pk=int(order.reference.split(":")[1]))


def _book(order: PaymentOrder, refund: Refund, *, booked_on: dt.date) -> None:
    """What came in this year is taken back first (借 4001), the rest from 3001/3002."""
    this_year = min(refund.amount_fen, deposited(refund.house_id, on=booked_on).this_year_fen)
    parts = ((this_year, False, "year"), (refund.amount_fen - this_year, True, "earlier"))
    for fen, is_earlier, part in parts:
        if fen:
            postings.refund_paid(
                area_id=order.area_id,
                custody_id=order.custody_id,
                fund_kind=FundKind(order.custody.fund_kind),
                amounts={refund.house_id: fen},
                source=f"{entry_source(order)}:{part}",
                booked_on=booked_on,
                deposited_in_earlier_year=is_earlier,
            )


def _tell_balances(order: PaymentOrder, *, at: dt.datetime) -> None:
    """The owners, once for the part of this year and once for that of earlier years; a part that is not there tells nobody."""
    for source in _sources(order):
        tell_balance(area_id=order.area_id, source=source, at=at)


def _sources(order: PaymentOrder) -> list[str]:
    """Under which names the two parts of the order's present payment are booked."""
    return [f"{entry_source(order)}:{part}" for part in ("year", "earlier")]


def _is_whole(refund: Refund, *, on: dt.date) -> bool:
    """Whether nothing is left of what was paid in for the house."""
    return deposited(refund.house_id, on=on).left_fen == 0


def close_refund(refund: Refund, *, reason: str, by: Actor, at: dt.datetime) -> None:
    """The refund is not paid: give back the hold and the house. The caller has seen that no order is good any more."""
    sub_accounts.release(area_id=refund.area_id, source=refund.reference, at=at)
    refund.state, refund.voided_at, refund.voided_by_id = RefundState.VOID, at, by.user_id or None
    refund.void_reason = reason[:200]
    refund.save(update_fields=["state", "voided_at", "voided_by", "void_reason"])
    claims.release(source=f"case:{refund.case_id}")
    _tell(REFUND_VOID.code, refund, at=at, reason=refund.void_reason.rstrip("。，；"))


def _tell(code: str, refund: Refund, *, at: dt.datetime, key: int = 1, **more: str) -> None:
    """The applicant in his pages, and the telephone that he gave; `key` counts the payments of the order."""
    case = refund.case
    notify(
        event=code,
        jurisdiction_id=refund.jurisdiction_id,
        values={"number": case.number, "amount": yuan(refund.amount_fen), **more},
        at=at,
        key=f"{refund.reference}:{code}" if key == 1 else f"{refund.reference}:{code}:{key}",
        user_ids=[case.applicant_user_id] if case.applicant_user_id else (),
        phone=refund.phone,
        url=f"/cases/{case.number}/",
    )
