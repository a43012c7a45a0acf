"""What people are told when a bank has said something: a slip is paid, an order could not be paid.

That money could not leave is the one thing the office is told of: it is rare, the money stays held, and a second person
has to act.
"""

import datetime as dt

from upkeep.banking.models import BankReversal, PaymentOrder, PaySlip, ReversalState
from upkeep.kernel.money import yuan
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, SMS, event
from upkeep.parties.queries import members_holding, staff_holding, users_of
from upkeep.parties.roles import Role

SLIP_PAID = event(
    "slip_paid",
    "交款到账",
    [IN_SITE, SMS],
    "交款通知单 {number}（{area}）{amount} 元已到账。",
    "交款到账：{number}",
)
ORDER_FAILED = event(
    "order_failed",
    "付款失败",
    [IN_SITE],
    "付款通知 {number}（{area}）{amount} 元付款失败：{reason}。资金仍冻结，请由原开具人以外的人员核对收款信息后重新开具。",
    "付款失败：{number}",
)

SLIP_REVERSED = event(
    "slip_reversed",
    "收款冲正",
    [IN_SITE, SMS],
    "交款通知单 {number}（{area}）{amount} 元的收款已由银行冲正：{reason}。该笔收款开具的票据作废，请凭原通知单重新交款。",
    "收款冲正：{number}",
)
ORDER_REVERSED = event(
    "order_reversed",
    "付款冲正",
    [IN_SITE],
    "付款通知 {number}（{area}）{amount} 元的付款确认已由银行冲正：{reason}。资金重新冻结，等待银行付款。",
    "付款冲正：{number}",
)
REVERSAL_ASKED = event(
    "reversal_asked",
    "冲正待复核",
    [IN_SITE],
    "{teller}申请冲正单据 {number}（{amount} 元）：{reason}。请于当日复核，逾期失效。",
    "冲正待复核：{number}",
)
REVERSAL_DECIDED = event(
    "reversal_decided",
    "冲正已复核",
    [IN_SITE],
    "单据 {number}（{amount} 元）的冲正申请，{who}已复核：{outcome}。",
    "冲正{outcome}：{number}",
)


def tell_paid(slip: PaySlip, *, at: dt.datetime) -> None:
    """The payer's users, and the telephone that the receipts are fetched with."""
    payer = slip.payer_organisation_id
    notify(
        event=SLIP_PAID.code,
        jurisdiction_id=slip.jurisdiction_id,
        values={"number": slip.number, "area": slip.area.name, "amount": yuan(slip.total_fen)},
        at=at,
        key=f"slip:{slip.number}:paid" if slip.payment_no == 1 else f"slip:{slip.number}:paid:{slip.payment_no}",
        user_ids=users_of(organisation_id=payer) if payer else (),
        phone=slip.payer_phone,
        url=f"/deposits/slips/{slip.number}/",
    )


def tell_failed(order: PaymentOrder, *, at: dt.datetime) -> None:
    """Those of the office who may issue it anew."""
    notify(
        event=ORDER_FAILED.code,
        jurisdiction_id=order.jurisdiction_id,
        values={
            "number": order.number,
            "area": order.area.name,
            "amount": yuan(order.amount_fen),
            "reason": _plain(order.failure_reason),
        },
        at=at,
        key=f"order:{order.number}:failed",
        user_ids=staff_holding(Role.APPROVER, Role.ACCOUNTANT, jurisdiction_id=order.jurisdiction_id),
        url=f"/payments/orders/{order.number}/",
    )


def tell_asked(reversal: BankReversal, *, at: dt.datetime) -> None:
    """Those of the bank who may decide it."""
    notify(
        event=REVERSAL_ASKED.code,
        jurisdiction_id=reversal.custody.jurisdiction_id,
        values={
            "teller": reversal.asked_by_name,
            "number": reversal.number,
            "amount": yuan(reversal.amount_fen),
            "reason": _plain(reversal.reason),
        },
        at=at,
        key=f"reversal:{reversal.pk}:asked",
        user_ids=members_holding(Role.TELLER_SUPERVISOR, organisation_id=reversal.custody.bank_id),
        url=f"/bank/reversals/{reversal.pk}/",
    )


def tell_decided(reversal: BankReversal, *, at: dt.datetime) -> None:
    """Whoever asked; and when the payment is taken back, the payer, or the office."""
    approved = reversal.state_now is ReversalState.APPROVED
    notify(
        event=REVERSAL_DECIDED.code,
        jurisdiction_id=reversal.custody.jurisdiction_id,
        values={
            "number": reversal.number,
            "amount": yuan(reversal.amount_fen),
            "who": reversal.decided_by_name,
            "outcome": "已冲正" if approved else f"未同意（{_plain(reversal.note)}）",
        },
        at=at,
        key=f"reversal:{reversal.pk}:decided",
        user_ids=[reversal.asked_by_id] if reversal.asked_by_id else (),
        url=f"/bank/reversals/{reversal.pk}/",
    )
    if approved:
        _tell_taken_back(reversal, at=at)


def _tell_taken_back(reversal: BankReversal, *, at: dt.datetime) -> None:
    paper = reversal.paper
    values = {
        "number": paper.number,
        "area": paper.area.name,
        "amount": yuan(reversal.amount_fen),
        "reason": _plain(reversal.reason),
    }
    if isinstance(paper, PaySlip):
        payer = paper.payer_organisation_id
        notify(
            event=SLIP_REVERSED.code,
            jurisdiction_id=paper.jurisdiction_id,
            values=values,
            at=at,
            key=f"reversal:{reversal.pk}",
            user_ids=users_of(organisation_id=payer) if payer else (),
            phone=paper.payer_phone,
            url=f"/deposits/slips/{paper.number}/",
        )
    else:
        notify(
            event=ORDER_REVERSED.code,
            jurisdiction_id=paper.jurisdiction_id,
            values=values,
            at=at,
            key=f"reversal:{reversal.pk}",
            user_ids=staff_holding(Role.ACCOUNTANT, jurisdiction_id=paper.jurisdiction_id),
            url=f"/payments/orders/{paper.number}/",
        )


def _plain(text: str) -> str:
    """A reason in the middle of a sentence of ours."""
    return text.rstrip("。，；")
