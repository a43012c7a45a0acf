"""专户: what the bank credits to an account as a whole."""

from dataclasses import replace
from typing import Any

from upkeep.bank_api import faults
from upkeep.bank_api.calls import Call, Operation, answered_before
from upkeep.bank_api.faults import CallRefused
from upkeep.bank_api.fields import Day, Field, Moment, Text
from upkeep.bank_api.operations import shared
from upkeep.banking.custody_books import credit_interest
from upkeep.banking.models import CustodyAccount
from upkeep.banking.serials import SerialUsed, tidy_serial
from upkeep.kernel.dates import in_iso
from upkeep.kernel.errors import HasProblems

ACCOUNT_IN_PATH = Field(name="account", title="专户账号", kind=Text(most=40, example="62170001"))


def account_of(call: Call) -> CustodyAccount:
    """The bank's own account; another bank's is as if it did not exist. Raises: CallRefused."""
    number = call.args["account"]
    found = CustodyAccount.objects.select_related("bank").filter(number=number, bank=call.bank).first()
    if found is None:
        raise CallRefused(faults.NOT_FOUND, f"本行没有账号为 {number[:40]} 的专户，请核对账号")
    return found


def interest(call: Call) -> dict[str, Any]:
    """结息入账: 借 1001 贷 4101 in the account's own book, on the bank's day of value."""
    custody, serial = account_of(call), tidy_serial(call.body["serial"])
    call.machine()
    try:
        credit_interest(
            custody_id=custody.pk,
            fen=call.body["amount_fen"],
            serial=serial,
            booked_on=call.body["value_date"],
            at=call.at,
        )
    except SerialUsed:
        earlier = answered_before(call, operation="credit_interest", serial=call.body["serial"])
        if earlier is None:
            raise
        return earlier
    except HasProblems as wrong:
        raise HasProblems(
            replace(one, field="value_date" if one.field == "day" else one.field) for one in wrong.problems
        ) from None
    return {
        "account": custody.number,
        "amount_fen": call.body["amount_fen"],
        "serial": serial,
        "booked_on": f"{call.body['value_date']}",
    }


def ping(call: Call) -> dict[str, Any]:
    """Who the platform takes the caller for, and what time it has."""
    return {"bank": call.bank.name, "time": in_iso(call.at)}


OPERATIONS = (
    Operation(
        name="ping",
        method="GET",
        path="ping",
        title="连通性测试",
        description="验证网络、密钥、签名和时钟；不办理任何业务。",
        act=ping,
        answer=(
            Field(name="bank", title="密钥所属的银行", kind=Text(most=100, example="建设银行江城分行")),
            Field(name="time", title="平台时间", kind=Moment()),
        ),
    ),
    Operation(
        name="credit_interest",
        method="POST",
        path="accounts/{account}/interest",
        title="报告结息入账",
        description="利息已存入专户后发送，按起息日入账。起息日不能晚于今天，也不能在已结账的期间内。",
        act=interest,
        args=(ACCOUNT_IN_PATH,),
        body=(
            shared.SERIAL,
            shared.AMOUNT,
            Field(name="value_date", title="起息日（记账日期）", kind=Day()),
            shared.OPERATOR,
        ),
        answer=(
            shared.ACCOUNT,
            shared.AMOUNT,
            shared.SERIAL,
            Field(name="booked_on", title="入账日期", kind=Day()),
        ),
        faults=(faults.NOT_FOUND, faults.SERIAL_USED, faults.REFUSED),
    ),
)
