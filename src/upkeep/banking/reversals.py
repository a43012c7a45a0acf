"""冲正: on the same day a bank takes back what it confirmed by mistake. A teller asks, somebody else of the bank decides.

An approved reversal books the mirror of the entry and lets the paper wait again under its old number: the payer's printed
notice stays good. `payment_no` counts the payments of a paper, so that the second is booked under a name of its own.
"""

import datetime as dt

from django.db import transaction

from upkeep.banking import messages
from upkeep.banking.counter import UnknownPaper, check_bank, check_number
from upkeep.banking.models import BankReversal, OrderState, PaymentOrder, PaySlip, ReversalState, SlipState
from upkeep.banking.models.custody import SerialUse
from upkeep.banking.orders import PREFIX as ORDER_PREFIX
from upkeep.banking.purposes import order_purpose, slip_purpose
from upkeep.banking.serials import tidy_serial, use_serial
from upkeep.banking.slips import PREFIX as SLIP_PREFIX
from upkeep.banking.slips import source_of
from upkeep.estate import claims
from upkeep.kernel.dates import day_of, to_the_minute
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role

Paper = PaySlip | PaymentOrder


class NotReversible(Refusal):
    """The payment can't be taken back, or not any more; the sentence says why and what to do instead."""


class NotTheSecond(Refusal):
    """Two persons are needed: whoever confirmed the payment or asked for its reversal does not decide it."""


@transaction.atomic
def ask_reversal(*, number: str, reason: str, by: Actor, at: dt.datetime) -> BankReversal:
    """A teller asks to take back what was confirmed today; nothing moves yet.

    Raises: HasProblems without a reason; UnknownPaper, WrongBank; NotReversible; what the purpose's handler refuses.
    """
    if not by.has(Role.TELLER):
        raise UnknownPaper("冲正须由专户银行的柜员申请")
    reason = reason.strip()
    if not reason:
        raise HasProblems([Problem("reason", "请填写冲正原因")])
    paper = locked_paper(number, by=by)
    check_reversible(paper, on=day_of(at))
    waiting = BankReversal.objects.filter(number=paper.number, state=ReversalState.ASKED).first()
    if waiting is not None:
        asked = f"{waiting.asked_by_name}于 {to_the_minute(waiting.asked_at)}"
        raise NotReversible(f"该单据已由{asked} 申请冲正，正在等待复核，请勿重复申请")
    reversal = asked_for(paper, reason=reason, by=by, at=at)
    messages.tell_asked(reversal, at=at)
    return reversal


def asked_for(paper: Paper, *, reason: str, by: Actor, at: dt.datetime) -> BankReversal:
    """Write down that the payment of a locked paper is to be taken back; the caller has checked that it may be."""
    assert paper.bank_serial is not None and paper.closed_at is not None and paper.booked_on is not None
    reversal = BankReversal(
        custody=paper.custody,
        slip=paper if isinstance(paper, PaySlip) else None,
        order=paper if isinstance(paper, PaymentOrder) else None,
        number=paper.number,
        payment_no=paper.payment_no,
        paid_serial=paper.bank_serial,
        amount_fen=paper.bank_serial.amount_fen,
        booked_on=paper.booked_on,
        confirmed_at=paper.closed_at,
        confirmed_by_id=paper.closed_by_id,
        confirmed_by_name=paper.closed_by_name,
        reason=reason[:200],
        asked_at=at,
        asked_by_id=by.user_id or None,
        asked_by_name=by.name,
    )
    reversal.save(force_insert=True)
    return reversal


def check_reversible(paper: Paper, *, on: dt.date) -> None:
    """Whether the paper's payment may be taken back on that day. Raises: NotReversible; the purpose's Refusal."""
    if paper.state not in (SlipState.PAID, OrderState.PAID):
        raise NotReversible(f"该单据{paper.get_state_display()}，没有可以冲正的确认")
    if paper.booked_on != on:
        raise NotReversible(
            f"该笔业务于 {paper.booked_on} 确认，冲正只能在确认当日办理；隔日发现差错的，请联系维修资金管理部门"
        )
    if isinstance(paper, PaySlip):
        slip_purpose(paper.purpose).check_reversal(paper)
    else:
        order_purpose(paper.purpose).check_reversal(paper)


@transaction.atomic
def decide_reversal(
    *, reversal_id: int, approve: bool, by: Actor, at: dt.datetime, serial: str = "", note: str = ""
) -> BankReversal:
    """A second person of the bank decides on the same day. `serial` is the bank's number of the counter entry.

    Raises: NotTheSecond, NotReversible; HasProblems without a serial (approved) or a reason (declined); SerialUsed; what
    the purpose's handler refuses. Then nothing has changed.
    """
    if not by.has(Role.TELLER_SUPERVISOR):
        raise UnknownPaper("冲正须由专户银行的复核人员办理")
    asked = BankReversal.objects.filter(pk=reversal_id).first()
    if asked is None:
        raise UnknownPaper("没有这笔冲正申请，请从“冲正”列表进入办理")
    paper = locked_paper(asked.number, by=by)
    reversal = BankReversal.objects.select_for_update(of=("self",)).select_related("custody").get(pk=reversal_id)
    _check_decider(reversal, by=by, on=day_of(at))
    reversal.decided_at, reversal.decided_by_id, reversal.decided_by_name = at, by.user_id, by.name
    reversal.note = note.strip()[:200]
    if approve:
        carry_out(reversal, paper, serial=tidy_serial(serial), by=by, at=at)
    else:
        if not reversal.note:
            raise HasProblems([Problem("note", "请填写不同意的原因")])
        reversal.state = ReversalState.DECLINED
        reversal.save()
    messages.tell_decided(reversal, at=at)
    return reversal


def _check_decider(reversal: BankReversal, *, by: Actor, on: dt.date) -> None:
    if reversal.state_now is not ReversalState.ASKED:
        assert reversal.decided_at is not None
        who = f"{reversal.decided_by_name}于 {to_the_minute(reversal.decided_at)}"
        raise NotReversible(f"这笔冲正申请已由{who} 复核（{reversal.get_state_display()}），请勿重复办理")
    if by.user_id in (reversal.asked_by_id, reversal.confirmed_by_id):
        raise NotTheSecond("冲正须由原确认人、申请人以外的复核人员办理，请交由其他人员复核")
    if has_lapsed(reversal, on=on):
        raise NotReversible("这笔冲正申请当日未复核，已失效；隔日发现差错的，请联系维修资金管理部门")


def has_lapsed(reversal: BankReversal, *, on: dt.date) -> bool:
    """Whether its day went by undecided: nobody can approve it any more."""
    return reversal.state_now is ReversalState.ASKED and reversal.booked_on != on


def carry_out(reversal: BankReversal, paper: Paper, *, serial: str, by: Actor, at: dt.datetime) -> None:
    """Take the payment of a locked paper back; who decided stands in the reversal. Raises: NotReversible, SerialUsed."""
    if paper.payment_no != reversal.payment_no:
        raise NotReversible("该单据的这次确认已冲正过，请勿重复办理")
    check_reversible(paper, on=day_of(at))
    reversal.state = ReversalState.APPROVED
    reversal.reversal_serial = use_serial(
        bank_id=paper.custody.bank_id,
        serial=serial,
        use=SerialUse.REVERSED,
        subject=paper.number,
        payment_no=reversal.payment_no,
        amount_fen=reversal.amount_fen,
        at=at,
    )
    reversal.save()
    if isinstance(paper, PaySlip):
        slip_purpose(paper.purpose).reversed(paper, booked_on=reversal.booked_on, at=at, by=by)
    else:
        order_purpose(paper.purpose).reversed(paper, booked_on=reversal.booked_on, at=at, by=by)
    _wait_again(paper)
    if isinstance(paper, PaySlip) and (kind := slip_purpose(paper.purpose).claims):
        houses = list(paper.lines.values_list("house_id", flat=True))
        claims.claim(house_ids=houses, kind=kind, source=source_of(paper), at=at)


def _wait_again(paper: Paper) -> None:
    paper.state = SlipState.WAITING if isinstance(paper, PaySlip) else OrderState.WAITING
    paper.closed_at, paper.closed_by, paper.closed_by_name = None, None, ""
    paper.booked_on, paper.bank_serial = None, None
    paper.payment_no += 1
    paper.save(
        update_fields=["state", "closed_at", "closed_by", "closed_by_name", "booked_on", "bank_serial", "payment_no"]
    )


def locked_paper(number: str, *, by: Actor) -> Paper:
    """The paper for somebody of its bank to work on, locked. Raises: UnknownPaper, WrongBank."""
    paper: Paper | None
    if tidy_number(number).startswith(ORDER_PREFIX):
        what, tidied = "付款通知", check_number(number, prefix=ORDER_PREFIX, what="付款通知")
        orders = PaymentOrder.objects.select_for_update(of=("self",)).select_related("custody__bank", "area")
        paper = orders.filter(number=tidied).first()
    else:
        what, tidied = "交款通知单", check_number(number, prefix=SLIP_PREFIX, what="交款通知单")
        slips = PaySlip.objects.select_for_update(of=("self",)).select_related("custody__bank", "area", "case")
        paper = slips.filter(number=tidied).first()
    check_bank(paper.custody if paper else None, by=by, what=what, number=tidied)
    assert paper is not None
    return paper
