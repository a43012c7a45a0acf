"""交款通知单: asked about, confirmed, taken back."""

import datetime as dt
from typing import Any

from upkeep.bank_api import faults
from upkeep.bank_api.calls import Call, Operation
from upkeep.bank_api.fields import Count, Day, Field, Flag, Text
from upkeep.bank_api.operations import shared
from upkeep.banking.actions import confirm_slip
from upkeep.banking.counter import check_number
from upkeep.banking.machine import reverse_by_message
from upkeep.banking.models import PaySlip, SlipState
from upkeep.banking.purposes import paper_title, purpose_title
from upkeep.banking.queries import at_counter
from upkeep.banking.slips import PREFIX, check_payable
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.masking import mask_name

DONE = (
    shared.SLIP_NUMBER,
    shared.STATE_OF_SLIP,
    shared.AMOUNT,
    shared.SERIAL_IF_ANY,
    shared.BOOKED_ON,
)


def query_slip(call: Call) -> dict[str, Any]:
    """Everything a counter has to know before it takes the money. A person's name is masked once the slip is closed."""
    number = check_number(call.args["number"], prefix=PREFIX, what="交款通知单")
    (slip,) = at_counter(number, by=call.reader)
    assert isinstance(slip, PaySlip)
    why_not = _why_not(slip, on=day_of(call.at))
    return {
        "number": slip.number,
        "title": paper_title(slip, otherwise="交款通知单"),
        "state": _state(slip, on=day_of(call.at)),
        "amount_fen": slip.total_fen,
        "account": slip.custody.number,
        "fund_kind": slip.custody.fund_kind,
        "purpose": purpose_title(slip.purpose),
        "payer_name": mask_name(slip.payer_name) if why_not and slip.is_of_a_person else slip.payer_name,
        "area": slip.area.name,
        "house_count": slip.house_count,
        "valid_until": f"{slip.expires_on}",
        "payable": not why_not,
        "why_not": why_not,
        "serial": slip.bank_serial.serial if slip.bank_serial else None,
        "booked_on": f"{slip.booked_on}" if slip.booked_on else None,
    }


def _why_not(slip: PaySlip, *, on: dt.date) -> str:
    try:
        check_payable(slip, on=on)
    except Refusal as refusal:
        return str(refusal)
    return ""


def _state(slip: PaySlip, *, on: dt.date) -> str:
    """A slip whose last day is over has expired, also before the hour at which it is closed."""
    is_over = slip.state_now is SlipState.WAITING and slip.expires_on < on
    return (SlipState.EXPIRED if is_over else slip.state_now).value


def confirm(call: Call) -> dict[str, Any]:
    """收款确认: the whole amount has come in."""
    slip = confirm_slip(
        number=call.args["number"],
        amount_fen=call.body["amount_fen"],
        serial=call.body["serial"],
        by=call.machine(),
        at=call.at,
    )
    return _done(slip)


def reverse(call: Call) -> dict[str, Any]:
    """冲正: take today's confirmation back; the slip waits again."""
    number = check_number(call.args["number"], prefix=PREFIX, what="交款通知单")
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
    return _done(PaySlip.objects.select_related("bank_serial").get(number=number))


def _done(slip: PaySlip) -> dict[str, Any]:
    return {
        "number": slip.number,
        "state": slip.state_now.value,
        "amount_fen": slip.total_fen,
        "serial": slip.bank_serial.serial if slip.bank_serial else None,
        "booked_on": f"{slip.booked_on}" if slip.booked_on else None,
    }


PAID_SERIAL = Field(name="paid_serial", title="原确认的银行流水号", kind=shared.SERIAL.kind)
REVERSING = (PAID_SERIAL, shared.SERIAL, shared.AMOUNT, shared.REASON, shared.OPERATOR, shared.REVIEWER)

OPERATIONS = (
    Operation(
        name="query_slip",
        method="GET",
        path="slips/{number}",
        title="查询交款通知单",
        description="收款前查询金额、交款人和有效期。payable 为 false 的不能收款，原因见 why_not。",
        act=query_slip,
        args=(shared.SLIP_NUMBER,),
        answer=(
            shared.SLIP_NUMBER,
            Field(name="title", title="单据名称", kind=Text(most=40, example="交款通知单")),
            shared.STATE_OF_SLIP,
            shared.AMOUNT,
            shared.ACCOUNT,
            shared.FUND,
            Field(name="purpose", title="用途", kind=Text(most=40, example="首期交存")),
            Field(
                name="payer_name", title="交款人；办结后个人姓名脱敏", kind=Text(most=100, example="江南置业有限公司")
            ),
            Field(name="area", title="物业区域", kind=Text(most=100, example="江南名邸")),
            Field(name="house_count", title="户数", kind=Count(example=6)),
            Field(name="valid_until", title="有效期至", kind=Day(example="2026-12-22")),
            Field(name="payable", title="现在能否收款", kind=Flag(example=True)),
            Field(name="why_not", title="不能收款的原因；能收款的为空", kind=Text(most=300, least=0, example="")),
            shared.SERIAL_IF_ANY,
            shared.BOOKED_ON,
        ),
        faults=(faults.NOT_FOUND, faults.OTHER_BANK),
    ),
    Operation(
        name="confirm_slip",
        method="POST",
        path="slips/{number}/confirmation",
        title="确认收款",
        description="款项已足额存入专户后发送，平台据此入账、登记业主、开具票据。同一流水号、同一单据重复发送，只入账一次。",
        act=confirm,
        args=(shared.SLIP_NUMBER,),
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
        name="reverse_slip",
        method="POST",
        path="slips/{number}/reversal",
        title="冲正收款确认",
        description="当日误确认的，由银行两人办理后全额冲正；通知单恢复为待交，可以再次收款。隔日不能冲正。",
        act=reverse,
        args=(shared.SLIP_NUMBER,),
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
