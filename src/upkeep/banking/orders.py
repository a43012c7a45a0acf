"""Payment orders (付款通知): issued by packages above once money is held, confirmed or failed by the bank."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Coalesce

from upkeep.banking import messages
from upkeep.banking.counter import check_amount, check_bank, check_number
from upkeep.banking.models import CustodyAccount, OrderState, PaymentOrder, PaymentOrderLine
from upkeep.banking.models.custody import SerialUse
from upkeep.banking.purposes import order_purpose
from upkeep.banking.serials import tidy_serial, use_serial
from upkeep.casework.numbering import next_numbers
from upkeep.estate.unit_accounts import accounts_among
from upkeep.kernel.dates import day_of, to_the_minute
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor

PREFIX = "FK"


class OrderClosed(Refusal):
    """The order is paid, failed or void; the sentence says which, when and by whom."""


class NeedsAnother(Refusal):
    """Two persons are needed: who issued the failed order does not issue it anew."""


@dataclass(frozen=True, kw_only=True)
class NewOrder:
    """A payment to be ordered. `amounts` is fen by house id, or by the id of a selling unit's account that bears its part
    beside the houses (售房单位分账); the caller holds the money beforehand.

    `reference` says what ordered it, such as "project:12:phase:1"; the purpose's handler finds its way back by it.
    """

    purpose: str
    reference: str
    jurisdiction_id: int
    area_id: int
    custody_id: int
    amounts: Mapping[int, int]
    payee_name: str
    payee_bank: str
    payee_account: str
    replaces: PaymentOrder | None = None
    reissue_reason: str = ""


@transaction.atomic
def order_payments(new: Sequence[NewOrder], *, by: Actor, at: dt.datetime) -> list[PaymentOrder]:
    """Tell the bank to pay, numbered in the order given. All or none; a few statements, however many there are.

    Raises: NoSuchPurpose; Refusal when a custody account is closed.
    """
    for code in {one.purpose for one in new}:
        order_purpose(code)
    accounts = CustodyAccount.objects.filter(is_active=True).in_bulk({one.custody_id for one in new})
    if {one.custody_id for one in new} - accounts.keys():
        raise Refusal("专户已停用，不能付款，请先在“专户管理”核对")
    numbers = next_numbers(PREFIX, on=day_of(at), count=len(new)) if new else []
    units = accounts_among({holder for one in new for holder in one.amounts})
    orders = [
        PaymentOrder(
            id=pk,
            number=number,
            custody=accounts[one.custody_id],
            jurisdiction_id=one.jurisdiction_id,
            area_id=one.area_id,
            purpose=one.purpose,
            reference=one.reference,
            payee_name=one.payee_name,
            payee_bank=one.payee_bank,
            payee_account=one.payee_account,
            amount_fen=sum(one.amounts.values()),
            house_count=len(one.amounts.keys() - units.keys()),
            replaces=one.replaces,
            reissue_reason=one.reissue_reason,
            payment_no=one.replaces.payment_no if one.replaces else 1,
            issued_at=at,
            issued_by_id=by.user_id or None,
            issued_by_name=by.name,
        )
        for pk, number, one in zip(new_ids(len(new)), numbers, new, strict=True)
    ]
    PaymentOrder.objects.bulk_create(orders, batch_size=1_000)
    lines = [(order, line) for order, one in zip(orders, new, strict=True) for line in sorted(one.amounts.items())]
    PaymentOrderLine.objects.bulk_create(
        [
            PaymentOrderLine(
                id=pk,
                order=order,
                house_id=None if holder in units else holder,
                unit_account_id=holder if holder in units else None,
                amount_fen=fen,
            )
            for pk, (order, (holder, fen)) in zip(new_ids(len(lines)), lines, strict=True)
        ],
        batch_size=5_000,
    )
    return orders


def order_payment(
    *,
    purpose: str,
    reference: str,
    jurisdiction_id: int,
    area_id: int,
    custody_id: int,
    amounts: Mapping[int, int],
    payee_name: str,
    payee_bank: str,
    payee_account: str,
    by: Actor,
    at: dt.datetime,
    replaces: PaymentOrder | None = None,
    reissue_reason: str = "",
) -> PaymentOrder:
    """One `NewOrder`. Raises as `order_payments` does."""
    new = NewOrder(
        purpose=purpose,
        reference=reference,
        jurisdiction_id=jurisdiction_id,
        area_id=area_id,
        custody_id=custody_id,
        amounts=amounts,
        payee_name=payee_name,
        payee_bank=payee_bank,
        payee_account=payee_account,
        replaces=replaces,
        reissue_reason=reissue_reason,
    )
    return order_payments([new], by=by, at=at)[0]


def entry_source(order: PaymentOrder) -> str:
    """Under which name the order's payment is booked; after a reversal (冲正) it is another one. Holds go by `reference`."""
    return order.reference if order.payment_no == 1 else f"{order.reference}:{order.payment_no}"


def amounts_of(order: PaymentOrder) -> dict[int, int]:
    """What the order takes from each sub-account: fen by house id, or by the id of a selling unit's account."""
    lines = order.lines.annotate(borne_by=Coalesce("house_id", "unit_account_id"))
    return dict(lines.order_by("borne_by").values_list("borne_by", "amount_fen"))


@transaction.atomic
def confirm_order(*, number: str, amount_fen: int, serial: str, by: Actor, at: dt.datetime) -> PaymentOrder:
    """The bank's word that it has paid: book it, once. The same word again changes nothing.

    Raises: Refusal telling the teller what to do; SerialUsed; whatever the purpose's handler refuses.
    """
    return book_paid(_locked(number, by=by), amount_fen=amount_fen, serial=serial, booked_on=day_of(at), by=by, at=at)


def book_paid(
    order: PaymentOrder, *, amount_fen: int, serial: str, booked_on: dt.date, by: Actor, at: dt.datetime
) -> PaymentOrder:
    """Book that a locked order is paid, whoever has the bank's word for it. Raises: as `confirm_order`."""
    serial = tidy_serial(serial)
    if order.state_now is OrderState.PAID and order.bank_serial and order.bank_serial.serial == serial:
        check_amount(found_fen=amount_fen, wanted_fen=order.amount_fen, what="付款通知")
        return order
    check_waiting(order)
    check_amount(found_fen=amount_fen, wanted_fen=order.amount_fen, what="付款通知")
    if order.issued_by_id and order.issued_by_id == by.user_id:
        raise NeedsAnother("开具付款通知的人不能确认付款，请由其他人员办理")
    order.bank_serial = use_serial(
        bank_id=order.custody.bank_id,
        serial=serial,
        use=SerialUse.ORDER_PAID,
        subject=order.number,
        payment_no=order.payment_no,
        amount_fen=amount_fen,
        at=at,
    )
    order.booked_on = booked_on
    _close(order, OrderState.PAID, by=by, at=at)
    order_purpose(order.purpose).confirmed(order, booked_on=booked_on, at=at, by=by)
    return order


def check_waiting(order: PaymentOrder) -> None:
    """Whether the order may still be paid. Raises: OrderClosed with what to do."""
    if order.state_now is OrderState.WAITING:
        return
    assert order.closed_at is not None
    closed = f"{order.closed_by_name}于 {to_the_minute(order.closed_at)}"
    if order.state_now is OrderState.PAID:
        raise OrderClosed(f"该付款通知已由{closed} 确认付款，请勿重复付款")
    if order.state_now is OrderState.FAILED:
        raise OrderClosed(f"该付款通知已由{closed} 登记为付款失败（{order.failure_reason}），请等待管理中心重新开具")
    raise OrderClosed(f"该付款通知已由{closed} 作废（{order.failure_reason}），不能付款")


@transaction.atomic
def fail_order(*, number: str, reason: str, by: Actor, at: dt.datetime) -> PaymentOrder:
    """The bank could not pay (wrong account and the like); the office is to issue the order anew. Raises: Refusal."""
    order = _locked(number, by=by)
    _end(order, OrderState.FAILED, reason=reason, by=by, at=at)
    order_purpose(order.purpose).failed(order, at=at, by=by)
    messages.tell_failed(order, at=at)
    return order


@transaction.atomic
def void_order(*, order_id: int, reason: str, by: Actor, at: dt.datetime) -> PaymentOrder:
    """The office gives the payment up before the bank has paid. Raises: HasProblems, OrderClosed, Refusal of the purpose."""
    order = PaymentOrder.objects.select_for_update(of=("self",)).get(pk=order_id)
    order_purpose(order.purpose).check_void(order)
    _end(order, OrderState.VOID, reason=reason, by=by, at=at)
    order_purpose(order.purpose).voided(order, at=at, by=by)
    return order


@transaction.atomic
def reissue_order(
    *,
    order_id: int,
    payee_name: str,
    payee_bank: str,
    payee_account: str,
    reason: str,
    by: Actor,
    at: dt.datetime,
) -> PaymentOrder:
    """A failed order once more, with the payee put right, by somebody other than its issuer. The hold still stands.

    Raises: OrderClosed when it has not failed or was issued anew already; NeedsAnother; HasProblems; Refusal of the
    purpose for another payee than was approved.
    """
    failed = PaymentOrder.objects.select_for_update(of=("self",)).get(pk=order_id)
    check_reissue(failed, by=by)
    wanted = {
        "payee_name": ("收款人", payee_name.strip()),
        "payee_bank": ("收款人开户行", payee_bank.strip()),
        "payee_account": ("收款账号", payee_account.strip()),
        "reason": ("重开原因", reason.strip()),
    }
    if problems := [Problem(name, f"请填写{label}") for name, (label, text) in wanted.items() if not text]:
        raise HasProblems(problems)
    order_purpose(failed.purpose).check_payee(failed, payee_name.strip())
    return order_payment(
        purpose=failed.purpose,
        reference=failed.reference,
        jurisdiction_id=failed.jurisdiction_id,
        area_id=failed.area_id,
        custody_id=failed.custody_id,
        amounts=amounts_of(failed),
        payee_name=payee_name.strip(),
        payee_bank=payee_bank.strip(),
        payee_account=payee_account.strip(),
        by=by,
        at=at,
        replaces=failed,
        reissue_reason=reason.strip()[:200],
    )


def check_reissue(order: PaymentOrder, *, by: Actor) -> None:
    """Whether this person may issue the order anew now. Raises: OrderClosed, NeedsAnother with what to do."""
    if order.state_now is not OrderState.FAILED:
        raise OrderClosed("只有付款失败的付款通知才能重新开具")
    fresh = PaymentOrder.objects.filter(replaces=order).first()
    if fresh is not None:
        raise OrderClosed(f"该付款通知已由{fresh.issued_by_name}重新开具为 {fresh.number}，请勿重复开具")
    if order.issued_by_id and order.issued_by_id == by.user_id:
        raise NeedsAnother("该付款通知由您开具，重新开具须由原开具人以外的人员核对收款信息后办理")


def _end(order: PaymentOrder, state: OrderState, *, reason: str, by: Actor, at: dt.datetime) -> None:
    reason = reason.strip()
    if not reason:
        raise HasProblems([Problem("reason", "请填写原因")])
    check_waiting(order)
    order.failure_reason = reason[:200]
    _close(order, state, by=by, at=at)


def _locked(number: str, *, by: Actor) -> PaymentOrder:
    """The order for a teller to work on, locked; its serial is not joined (see `slips`). Raises: Refusal."""
    tidied = check_number(number, prefix=PREFIX, what="付款通知")
    order = (
        PaymentOrder.objects.select_for_update(of=("self",))
        .select_related("custody__bank", "area")
        .filter(number=tidied)
        .first()
    )
    check_bank(order.custody if order else None, by=by, what="付款通知", number=tidied)
    assert order is not None
    return order


def _close(order: PaymentOrder, state: OrderState, *, by: Actor, at: dt.datetime) -> None:
    order.state, order.closed_at = state, at
    order.closed_by_id, order.closed_by_name = by.user_id or None, by.name
    order.save(
        update_fields=[
            "state",
            "closed_at",
            "closed_by",
            "closed_by_name",
            "failure_reason",
            "booked_on",
            "bank_serial",
        ]
    )
