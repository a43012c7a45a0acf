"""付款通知: fetched, reported as paid or failed, taken back."""

from typing import Any

from upkeep.bank_api import faults
from upkeep.bank_api.calls import Call, Operation
from upkeep.bank_api.fields import Choice, Count, Field, Moment, Rows, Text
from upkeep.bank_api.operations import shared
from upkeep.bank_api.operations.slips import REVERSING
from upkeep.banking.actions import confirm_order, fail_order
from upkeep.banking.counter import check_number
from upkeep.banking.machine import reverse_by_message
from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.banking.orders import PREFIX
from upkeep.banking.purposes import purpose_title
from upkeep.banking.queries import PaperFilter, at_counter, order_list
from upkeep.kernel.dates import in_iso
from upkeep.kernel.masking import mask_bank_account

PER_PAGE = 100


def fetch_orders(call: Call) -> dict[str, Any]:
    """The bank's orders by number, some at a time."""
    wanted = PaperFilter(state=call.query.get("state", OrderState.WAITING.value))
    found = order_list(actor=call.reader, wanted=wanted, sort="number").select_related("replaces")
    if account := call.query.get("account"):
        found = found.filter(custody__number=account)
    if after := call.query.get("after"):
        found = found.filter(number__gt=after)
    orders = list(found[: PER_PAGE + 1])
    more = len(orders) > PER_PAGE
    return {
        "orders": [_shown(one) for one in orders[:PER_PAGE]],
        "next": orders[PER_PAGE - 1].number if more else None,
    }


def query_order(call: Call) -> dict[str, Any]:
    """One order, whatever its state."""
    number = check_number(call.args["number"], prefix=PREFIX, what="付款通知")
    (order,) = at_counter(number, by=call.reader)
    assert isinstance(order, PaymentOrder)
    return _shown(order)


def confirm(call: Call) -> dict[str, Any]:
    """付款确认: the bank has paid."""
    order = confirm_order(
        number=call.args["number"],
        amount_fen=call.body["amount_fen"],
        serial=call.body["serial"],
        by=call.machine(),
        at=call.at,
    )
    return _done(order)


def fail(call: Call) -> dict[str, Any]:
    """付款失败: the bank could not pay; the office issues the order anew."""
    order = fail_order(number=call.args["number"], reason=call.body["reason"], by=call.machine(), at=call.at)
    return _done(order)


def reverse(call: Call) -> dict[str, Any]:
    """冲正: the order was not paid after all and waits again."""
    number = check_number(call.args["number"], prefix=PREFIX, what="付款通知")
    reverse_by_message(
        number=number,
        paid_serial=call.body["paid_serial"],
        serial=call.body["serial"],
        amount_fen=call.body["amount_fen"],
        reason=call.body["reason"],
        by=call.machine(),
        second=call.machine(named="reviewer"),
        at=call.at,
    )
    return _done(PaymentOrder.objects.select_related("bank_serial").get(number=number))


def _shown(order: PaymentOrder) -> dict[str, Any]:
    """The payee's account is whole while there is something to pay, as at the counter."""
    waits = order.state_now is OrderState.WAITING
    return {
        "number": order.number,
        "state": order.state_now.value,
        "amount_fen": order.amount_fen,
        "account": order.custody.number,
        "fund_kind": order.custody.fund_kind,
        "purpose": purpose_title(order.purpose),
        "area": order.area.name,
        "house_count": order.house_count,
        "payee_name": order.payee_name,
        "payee_bank": order.payee_bank,
        "payee_account": order.payee_account if waits else mask_bank_account(order.payee_account),
        "issued_at": in_iso(order.issued_at),
        "replaces": order.replaces.number if order.replaces else None,
        "failure_reason": order.failure_reason,
        "serial": order.bank_serial.serial if order.bank_serial else None,
        "booked_on": f"{order.booked_on}" if order.booked_on else None,
    }


def _done(order: PaymentOrder) -> dict[str, Any]:
    return {
        "number": order.number,
        "state": order.state_now.value,
        "amount_fen": order.amount_fen,
        "serial": order.bank_serial.serial if order.bank_serial else None,
        "booked_on": f"{order.booked_on}" if order.booked_on else None,
    }


DONE = (shared.ORDER_NUMBER, shared.STATE_OF_ORDER, shared.AMOUNT, shared.SERIAL_IF_ANY, shared.BOOKED_ON)
ORDER = (
    shared.ORDER_NUMBER,
    shared.STATE_OF_ORDER,
    shared.AMOUNT,
    shared.ACCOUNT,
    shared.FUND,
    Field(name="purpose", title="用途", kind=Text(most=40, example="维修拨付")),
    Field(name="area", title="物业区域", kind=Text(most=100, example="江南名邸")),
    Field(name="house_count", title="户数", kind=Count(example=6)),
    Field(name="payee_name", title="收款人", kind=Text(most=100, example="江城电梯工程有限公司")),
    Field(name="payee_bank", title="收款人开户行", kind=Text(most=100, example="工商银行江城分行")),
    Field(name="payee_account", title="收款账号；办结后脱敏", kind=Text(most=60, example="6222021234567890123")),
    Field(name="issued_at", title="开具时间", kind=Moment()),
    Field(
        name="replaces", title="重开自哪张付款通知；不是重开的为 null", kind=shared.ORDER_NUMBER.kind, nullable=True
    ),
    Field(name="failure_reason", title="未付原因", kind=Text(most=200, least=0, example="")),
    shared.SERIAL_IF_ANY,
    shared.BOOKED_ON,
)
NEXT = Field(
    name="next", title="下一页的 after 参数；没有下一页的为 null", kind=shared.ORDER_NUMBER.kind, nullable=True
)

OPERATIONS = (
    Operation(
        name="fetch_orders",
        method="GET",
        path="orders",
        title="领取付款通知",
        description=f"按编号顺序列出本行专户的付款通知，每页 {PER_PAGE} 张，默认只列待付的。重复领取不改变状态。",
        act=fetch_orders,
        query=(
            Field(
                name="state",
                title="状态，默认 WAITING",
                kind=Choice(choices=dict(OrderState.choices), example="WAITING"),
                required=False,
            ),
            Field(
                name="account",
                title="只列这个专户账号的",
                kind=Text(most=40, pattern=r"[0-9A-Za-z-]+", pattern_in_words="应为账号", example="62170001"),
                required=False,
            ),
            Field(
                name="after",
                title="只列编号在此之后的，取上一页的 next",
                kind=Text(
                    most=20, pattern=r"FK\d{15}", pattern_in_words="应为付款通知编号", example="FK202611220000018"
                ),
                required=False,
            ),
        ),
        answer=(Field(name="orders", title="付款通知", kind=Rows(of=ORDER, most=PER_PAGE)), NEXT),
    ),
    Operation(
        name="query_order",
        method="GET",
        path="orders/{number}",
        title="查询付款通知",
        description="查询一张付款通知的现状，例如在没有收到应答时确认平台是否已入账。",
        act=query_order,
        args=(shared.ORDER_NUMBER,),
        answer=ORDER,
        faults=(faults.NOT_FOUND, faults.OTHER_BANK),
    ),
    Operation(
        name="confirm_order",
        method="POST",
        path="orders/{number}/payment",
        title="报告已付款",
        description="款项已从专户付出后发送，平台据此解冻、入账。同一流水号、同一单据重复发送，只入账一次。",
        act=confirm,
        args=(shared.ORDER_NUMBER,),
        body=(shared.SERIAL, shared.AMOUNT, shared.OPERATOR),
        answer=DONE,
        faults=(
            faults.NOT_FOUND,
            faults.OTHER_BANK,
            faults.PAPER_CLOSED,
            faults.SERIAL_USED,
            faults.WRONG_AMOUNT,
            faults.REFUSED,
        ),
    ),
    Operation(
        name="fail_order",
        method="POST",
        path="orders/{number}/failure",
        title="报告付款失败",
        description="户名账号不符等原因不能付款的，说明原因；资金仍冻结，由管理部门核对后重新开具。",
        act=fail,
        args=(shared.ORDER_NUMBER,),
        body=(shared.REASON, shared.OPERATOR),
        answer=DONE,
        faults=(faults.NOT_FOUND, faults.OTHER_BANK, faults.PAPER_CLOSED, faults.REFUSED),
    ),
    Operation(
        name="reverse_order",
        method="POST",
        path="orders/{number}/reversal",
        title="冲正付款确认",
        description="当日误确认的，由银行两人办理后全额冲正；付款通知恢复为待付。隔日不能冲正。",
        act=reverse,
        args=(shared.ORDER_NUMBER,),
        body=REVERSING,
        answer=DONE,
        faults=(
            faults.NOT_FOUND,
            faults.OTHER_BANK,
            faults.NOT_REVERSIBLE,
            faults.SECOND_PERSON,
            faults.SERIAL_USED,
            faults.REFUSED,
        ),
    ),
)
