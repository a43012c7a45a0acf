"""业主退款: who may be paid, how much, and the way of an approved refund from the hold to the bank or to nothing.

Approval holds the money and orders the payment; only the bank's word books it (`treasury.purposes`). Source: manual 002
业主退款; 165号令 第二十八条 (the balance follows the house, so that a payer of before a transfer is paid nothing).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Concat

from upkeep.banking.models import CustodyAccount, OrderState, PaymentOrder, PaySlip, SlipState
from upkeep.banking.orders import order_payment
from upkeep.books import sub_accounts
from upkeep.books.deposited import Deposited, deposited
from upkeep.books.errors import NotEnoughMoney
from upkeep.casework.models import Case, CaseEvent
from upkeep.casework.states import Move
from upkeep.estate import claims, owners
from upkeep.estate.kinds import HouseState, OwnershipActKind
from upkeep.estate.models import House, HouseClaim, OwnershipAct
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.masking import mask_name
from upkeep.kernel.money import yuan
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import OFFICE
from upkeep.policy.refund_rule import WHOLE, refund_rule
from upkeep.treasury.models import Refund, RefundState
from upkeep.treasury.purposes import REFUND, close_refund
from upkeep.treasury.purses import MoneyIsSpread

_OWNER, _PAYER = "owner", "slip"
_BUSY = (ClaimKind.DEPOSIT, ClaimKind.REGISTER, ClaimKind.REFUND)


class NotRefundable(Refusal):
    """What is asked for may not be paid back any more: the house, the money or the payee has changed since."""


@dataclass(frozen=True)
class Payee:
    """Somebody who may be paid: a present owner, or who paid and is on record. `key` names him on a form."""

    key: str
    name: str
    is_organisation: bool
    is_owner: bool

    @property
    def label(self) -> str:
        """As it is chosen, without telling a stranger the name: 王＊＊（登记业主）."""
        shown = self.name if self.is_organisation else mask_name(self.name)
        return f"{shown}（{'登记业主' if self.is_owner else '原交款单位或交款人'}）"


def payees_of(house: House) -> list[Payee]:
    """Who may be paid a refund of the house: its present owners, then whoever paid for it while they or nobody owned it.

    A payer of before the last transfer is none: the money has passed on with the house.
    """
    owned = owners.current([house.pk]).select_related("owner").order_by("-share_ppm", "pk")
    found = [Payee(f"{_OWNER}:{one.owner_id}", one.owner.name, one.owner.is_organisation, True) for one in owned]
    transfers = OwnershipAct.objects.filter(house_id=house.pk, kind=OwnershipActKind.TRANSFER)
    last = transfers.order_by("-at").values_list("at", flat=True).first()
    slips = PaySlip.objects.filter(lines__house_id=house.pk, state=SlipState.PAID).order_by("-closed_at", "pk")
    for slip in slips.filter(closed_at__gte=last) if last else slips:
        if slip.payer_name not in {one.name for one in found}:
            found.append(Payee(f"{_PAYER}:{slip.pk}", slip.payer_name, slip.payer_organisation_id is not None, False))
    return found


def payee(house: House, key: str) -> Payee | None:
    """The one of that key, while he may be paid."""
    return next((one for one in payees_of(house) if one.key == key), None)


def refundable_fen(house: House) -> int:
    """What may be paid back at most, for whatever reason: paid in and not paid back, and free on the sub-account."""
    return _limit(house, deposited(house.pk, on=dt.date.min))


def most_fen(house: House, reason: str, *, due_fen: int | None, on: dt.date) -> int:
    """What the city's rule allows for the reason. `due_fen` is what the house had to pay, None where nobody can say."""
    paid = deposited(house.pk, on=on)
    rule = refund_rule(reason, jurisdiction_id=house.area.jurisdiction_id, on=on)
    limit = _limit(house, paid)
    if not rule.allowed:
        return 0
    if rule.most == WHOLE:
        return limit
    wanted = due_fen if due_fen is not None else (house.first_deposit_due_fen or paid.left_fen)
    return max(min(limit, paid.left_fen - wanted), 0)


def _limit(house: House, paid: Deposited) -> int:
    return max(min(paid.left_fen, sub_accounts.available([house.pk])[house.pk]), 0)


def problems_of(case: Case, house: House, asked: "Asked", *, due_fen: int | None, on: dt.date) -> Iterator[Problem]:
    """What forbids the refund now. Asked when it is handed in and again at the approval."""
    reason = asked.reason
    if payee(house, asked.payee_key) is None:
        yield Problem("payee", "收款人须为该房屋的登记业主，或有交款记录且未过户的交款人，请重新选择")
    busy = HouseClaim.objects.filter(house_id=house.pk, kind__in=_BUSY).exclude(source=source_of(case))
    for words in claims.in_words(list(busy)):
        yield Problem("", f"该房屋{words}，请先办结或作废后再申请退款")
    if custody_of(house) is None and refundable_fen(house):
        yield Problem("", "该房屋的资金分在几个专户，须待专户划转完成后再申请退款")
    if not refund_rule(reason, jurisdiction_id=house.area.jurisdiction_id, on=on).allowed:
        yield Problem("reason", "本市不受理该事由的退款，请重新选择退款事由")
        return
    if refundable_fen(house) == 0:
        yield Problem("", "该房屋没有可以退还的资金：没有交款，或已经退还、使用、冻结")
        return
    most = most_fen(house, reason, due_fen=due_fen, on=on)
    if most == 0:
        yield Problem("reason", "按登记的面积和交存标准，该房屋没有多交；登记有误的，请先办理房屋信息变更")
    elif asked.amount_fen > most:
        yield Problem("amount", f"该事由最多可退 {yuan(most)} 元，请修改退款金额")


def custody_of(house: House) -> CustodyAccount | None:
    """The custody account in which all the money of the house lies; None without money, or where it is spread."""
    places = sub_accounts.balances_by_custody([house.pk]).get(house.pk, {})
    return CustodyAccount.objects.get(pk=next(iter(places))) if len(places) == 1 else None


def source_of(case: Case) -> str:
    """Under which name the case claims its house."""
    return f"case:{case.pk}"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an application asks for."""

    reason: str
    amount_fen: int
    payee_key: str
    payee_bank: str
    payee_account: str
    phone: str


@transaction.atomic
def approve(case: Case, house_id: int, asked: Asked, *, by: Actor, at: dt.datetime) -> Refund:
    """Hold the money and order its payment. The house stays claimed until the bank has paid or it is given up.

    Raises: NotRefundable, MoneyIsSpread, NotEnoughMoney; then nothing is held or ordered.
    """
    house = House.objects.select_for_update(of=("self",), no_key=True).select_related("area").get(pk=house_id)
    if house.state != HouseState.ACTIVE:
        raise NotRefundable("该房屋已注销、拆分或合并，不能退款")
    whom, custody = payee(house, asked.payee_key), custody_of(house)
    if whom is None:
        raise NotRefundable("收款人已不是该房屋的登记业主或交款人，请退回申请人核对")
    if custody is None:
        raise MoneyIsSpread("该房屋的资金已转出或分在几个专户，不能退款，请退回申请人核对")
    handed_in = CaseEvent.objects.filter(case=case, move=Move.SUBMIT).order_by("-at", "-pk").first()
    kind, _, pk = whom.key.partition(":")
    refund = Refund(
        case=case,
        jurisdiction_id=house.area.jurisdiction_id,
        area_id=house.area_id,
        house=house,
        custody=custody,
        reason=asked.reason,
        amount_fen=asked.amount_fen,
        payee_owner_id=int(pk) if kind == _OWNER else None,
        payee_slip_id=int(pk) if kind == _PAYER else None,
        payee_name=whom.name,
        phone=asked.phone,
        handed_in_by_id=handed_in.by_user_id if handed_in else case.applicant_user_id,
        approved_by_id=by.user_id,
        approved_at=at,
    )
    _keep(refund)
    try:
        sub_accounts.hold(area_id=refund.area_id, amounts={house.pk: asked.amount_fen}, source=refund.reference, at=at)
    except NotEnoughMoney as refused:
        raise NotRefundable("该房屋的可用余额不足，资金已被其他业务使用或冻结，请退回申请人核对") from refused
    order_payment(
        purpose=REFUND,
        reference=refund.reference,
        jurisdiction_id=refund.jurisdiction_id,
        area_id=refund.area_id,
        custody_id=custody.pk,
        amounts={house.pk: asked.amount_fen},
        payee_name=whom.name,
        payee_bank=asked.payee_bank,
        payee_account=asked.payee_account,
        by=by,
        at=at,
    )
    return refund


def _keep(refund: Refund) -> None:
    """Raises: NotRefundable in words where the database knows better."""
    try:
        with transaction.atomic():
            refund.save(force_insert=True)
    except IntegrityError as refused:
        text = str(refused)
        if "house_has_one_open_refund" in text:
            raise NotRefundable("该房屋有另一笔退款等待付款，请待付款或撤销后再办理") from refused
        if "refund_is_within_deposits" in text:
            raise NotRefundable("退款金额超过该房屋已交且未退还的金额，请退回申请人修改") from refused
        if "refund_is_approved_by_another_than_handed_it_in" in text:
            raise NotRefundable("退款由您提交，须由他人审批") from refused
        raise


@transaction.atomic
def give_up(refund_id: int, *, reason: str, by: Actor, at: dt.datetime) -> Refund:
    """撤销退款 after the bank could not pay and nobody issued the order anew: the hold and the house are free again.

    Raises: HasProblems without a reason; NotRefundable while an order is good, or when it is settled already.
    """
    if not (reason := reason.strip()):
        raise HasProblems([Problem("reason", "请填写撤销原因")])
    refund = Refund.objects.select_for_update(of=("self",)).get(pk=refund_id)
    latest = order_of(refund)
    if refund.state_now is not RefundState.ORDERED:
        raise NotRefundable(f"这笔退款{refund.get_state_display()}，不能撤销")
    if latest is None or latest.state_now is not OrderState.FAILED:
        raise NotRefundable("付款通知仍然有效，请作废付款通知，或等待银行办理")
    close_refund(refund, reason=reason, by=by, at=at)
    return refund


def visible_to(actor: Actor) -> QuerySet[Refund]:
    """The refunds the actor may know of: those of the office's jurisdiction; nobody else."""
    rows = Refund.objects.select_related(
        "house__building", "area", "case", "custody__bank", "payee_slip", "payee_owner"
    )
    if not actor.has(*OFFICE):
        return rows.none()
    return rows.filter(jurisdiction_id__in=within(actor.jurisdiction_id))


def refund_list(*, actor: Actor, text: str = "", state: str = "", reason: str = "") -> QuerySet[Refund]:
    """The visible refunds by area, room, payee, number of application or payment order, the newest first."""
    rows = visible_to(actor)
    if text := text.strip():
        number = tidy_number(text)
        references = PaymentOrder.objects.filter(number=number, purpose=REFUND).values_list("reference", flat=True)
        ids = [int(one.split(":")[1]) for one in references]
        rows = rows.filter(
            Q(area__name__icontains=text)
            | Q(house__room=text)
            | Q(payee_name=text)
            | Q(case__number__startswith=number)
            | Q(pk__in=ids)
        )
    if state:
        rows = rows.filter(state=state)
    if reason:
        rows = rows.filter(reason=reason)
    orders = PaymentOrder.objects.filter(reference=Concat(Value("refund:"), Cast(OuterRef("pk"), CharField())))
    rows = rows.annotate(has_failed=Exists(orders.filter(state=OrderState.FAILED, replaced_by__isnull=True)))
    return rows.order_by("-approved_at", "pk")


@dataclass(frozen=True)
class Sums:
    """How many refunds there are and what they come to, in fen."""

    count: int
    open_fen: int
    paid_fen: int


def sums_of(rows: QuerySet[Refund]) -> Sums:
    """The sums of a list. One query."""
    found = rows.order_by().aggregate(
        count=Count("pk"),
        open=Sum("amount_fen", filter=Q(state=RefundState.ORDERED), default=0),
        paid=Sum("amount_fen", filter=Q(state=RefundState.PAID), default=0),
    )
    return Sums(found["count"], found["open"], found["paid"])


def refund_of(case: Case) -> Refund | None:
    """What the approval of a case has brought about."""
    return Refund.objects.select_related("custody__bank", "house__building", "area").filter(case=case).first()


def refund_of_order(order: PaymentOrder, *, actor: Actor) -> Refund | None:
    """The refund that an order pays, if the actor sees it."""
    if order.purpose != REFUND:
        return None
    return visible_to(actor).filter(pk=int(order.reference.split(":")[1])).first()


def order_of(refund: Refund) -> PaymentOrder | None:
    """The payment order of a refund; of several the latest."""
    found = PaymentOrder.objects.filter(reference=refund.reference, purpose=REFUND)
    return found.select_related("custody__bank").order_by("-issued_at", "-pk").first()


def history_of(house_id: int) -> QuerySet[Refund]:
    """All refunds of a house, the newest first."""
    return Refund.objects.filter(house_id=house_id).select_related("case").order_by("-approved_at", "pk")


def due_on_of(house: House, *, on: dt.date) -> dt.date:
    """The day by whose standard the house had to pay: that of its first deposit; without one, the given day."""
    return deposited(house.pk, on=on).first_on or day_of_first_slip(house) or on


def day_of_first_slip(house: House) -> dt.date | None:
    """When the first slip of the house was issued, where one was paid."""
    first = PaySlip.objects.filter(lines__house_id=house.pk, state=SlipState.PAID).order_by("issued_at").first()
    return day_of(first.issued_at) if first else None
