"""What a bank's own system (银行接口) does at the counter: the same rules, and two people of the bank for a reversal.

The bank's people have no accounts on this platform; its messages name them by their numbers (柜员号), and the papers show
them as 银行接口（柜员 8801）.
"""

import datetime as dt
import re

from django.db import transaction

from upkeep.banking import messages
from upkeep.banking.models import BankReversal, ReversalState
from upkeep.banking.reversals import (
    NotReversible,
    NotTheSecond,
    Paper,
    asked_for,
    carry_out,
    check_reversible,
    locked_paper,
)
from upkeep.banking.serials import tidy_serial
from upkeep.kernel.dates import day_of, to_the_minute
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.money import half_width, yuan
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation
from upkeep.parties.roles import Role

_OPERATOR = re.compile(r"[A-Z0-9_-]{1,20}")


def tidy_operator(text: str, *, field: str) -> str:
    """A 柜员号 in half width and capitals. Raises: HasProblems when it is none."""
    number = "".join(half_width(text).split()).upper()
    if not _OPERATOR.fullmatch(number):
        raise HasProblems([Problem(field, "柜员号应为 1 至 20 位字母、数字、下划线或连字符，请核对")])
    return number


def machine_of(bank: Organisation, *, operator: str) -> Actor:
    """The bank's system acting for one of its tellers; `operator` is tidied. It has no user's id."""
    return Actor(
        user_id=0,
        name=f"银行接口（柜员 {operator}）",
        roles=frozenset({Role.TELLER}),
        organisation_id=bank.pk,
        jurisdiction_id=bank.jurisdiction_id,
    )


@transaction.atomic
def reverse_by_message(
    *,
    number: str,
    paid_serial: str,
    serial: str,
    amount_fen: int,
    reason: str,
    by: Actor,
    second: Actor,
    at: dt.datetime,
) -> BankReversal:
    """Take back today's confirmation of a paper; `by` asked for it at the bank, `second` allowed it there.

    `paid_serial` and `amount_fen` say which payment is meant. The same word again changes nothing.

    Raises: NotTheSecond when fewer than two people stand behind it; UnknownPaper, WrongBank, NotReversible, SerialUsed,
    HasProblems; what the purpose's handler refuses. Then nothing has changed.
    """
    reason, serial, paid_serial = reason.strip(), tidy_serial(serial), tidy_serial(paid_serial)
    if not reason:
        raise HasProblems([Problem("reason", "请填写冲正原因")])
    paper = locked_paper(number, by=by)
    if earlier := _same_word(paper, paid_serial=paid_serial, serial=serial, amount_fen=amount_fen):
        return earlier
    _check_payment(paper, paid_serial=paid_serial, amount_fen=amount_fen)
    check_reversible(paper, on=day_of(at))
    if second.name in (by.name, paper.closed_by_name):
        raise NotTheSecond("冲正须由原确认柜员、申请柜员以外的人员复核，请换人复核后重新发送")
    waiting = BankReversal.objects.filter(number=paper.number, state=ReversalState.ASKED).first()
    if waiting is not None:
        asked = f"{waiting.asked_by_name}于 {to_the_minute(waiting.asked_at)}"
        raise NotReversible(f"该单据已由{asked} 在柜台申请冲正，请在柜台复核，不要再由接口冲正")
    reversal = asked_for(paper, reason=reason, by=by, at=at)
    reversal.decided_at, reversal.decided_by_id, reversal.decided_by_name = at, None, second.name
    carry_out(reversal, paper, serial=serial, by=by, at=at)
    messages.tell_decided(reversal, at=at)
    return reversal


def _same_word(paper: Paper, *, paid_serial: str, serial: str, amount_fen: int) -> BankReversal | None:
    return BankReversal.objects.filter(
        number=paper.number,
        state=ReversalState.APPROVED,
        custody=paper.custody,
        paid_serial__serial=paid_serial,
        reversal_serial__serial=serial,
        amount_fen=amount_fen,
    ).first()


def _check_payment(paper: Paper, *, paid_serial: str, amount_fen: int) -> None:
    if paper.bank_serial is None:
        raise NotReversible(f"该单据{paper.get_state_display()}，没有可以冲正的确认")
    if paper.bank_serial.serial != paid_serial:
        raise NotReversible(f"该单据的确认流水号不是 {paid_serial}，请核对原流水号")
    if paper.bank_serial.amount_fen != amount_fen:
        raise NotReversible(
            f"金额不符：该单据确认金额 {yuan(paper.bank_serial.amount_fen)} 元，冲正金额 {yuan(amount_fen)} 元；"
            "冲正须按原金额全额办理，请核对"
        )
