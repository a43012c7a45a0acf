"""项目清退: a payee is asked to pay back what a project has paid him, in whole or in part, order by order.

Source: manual 004 §1.3.4. The 清退通知单 is a pay slip of the bank's counter; what follows the bank's word is in
`clearing_purpose`. Whoever works on it locks the order or slip, then the project, then the `PaidOrder`.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce

from upkeep.banking.custody import default_custody
from upkeep.banking.models import CustodyAccount, OrderState, PaymentOrder, PaySlip, ReceiptMode
from upkeep.banking.orders import amounts_of
from upkeep.banking.slips import NewSlip, issue_slips, void_slip
from upkeep.books.chart import FundKind
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House
from upkeep.estate.unit_accounts import accounts_among
from upkeep.kernel.allocation import allocate
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.pay_slip_rule import pay_slip_rule
from upkeep.repairs.history import NotYours, locked
from upkeep.repairs.models import (
    Clearing,
    ClearingLine,
    ClearingReason,
    ClearingState,
    PaidOrder,
    PayeeAccount,
    ProjectHouse,
    RepairProject,
)
from upkeep.repairs.purposes import PURPOSE, project_id_of, reference_prefix
from upkeep.repairs.stages import ProjectMove

#: The purpose of a 清退通知单 (`clearing_purpose.PaidBack`); the guards know it by this name.
CLEARING = "repair_clearing"
#: Who of the office may make an unpaid 清退通知单 void, beside its starter.
VOIDERS = (Role.WINDOW_CLERK, Role.ACCOUNTANT)


class NotToClear(Refusal):
    """The order is not paid, or its houses cannot be given anything back."""


@dataclass(frozen=True, kw_only=True)
class PaidItem:
    """已拨付的一项 as the dialog lists it: the order, what of it is asked back, what came back, its clearings."""

    order: PaymentOrder
    phase: str
    asked_fen: int
    cleared_fen: int
    clearings: tuple[Clearing, ...]

    @property
    def net_fen(self) -> int:
        """What the payee still has."""
        return self.order.amount_fen - self.cleared_fen

    @property
    def left_fen(self) -> int:
        """What may still be asked back."""
        return self.net_fen - self.asked_fen


def paid_items(project: RepairProject) -> list[PaidItem]:
    """What the project has paid, order by order. Four queries."""
    orders = list(
        PaymentOrder.objects.filter(
            purpose=PURPOSE, reference__startswith=reference_prefix(project.pk), state=OrderState.PAID
        )
        .select_related("custody__bank", "bank_serial")
        .order_by("closed_at", "pk")
    )
    counted = PaidOrder.objects.filter(project=project).in_bulk()
    clearings: dict[int, list[Clearing]] = {}
    for one in Clearing.objects.filter(paid_order__project=project).select_related("slip"):
        clearings.setdefault(one.paid_order_id, []).append(one)
    payees = PayeeAccount.objects.filter(project=project).select_related("phase").in_bulk()
    found = []
    for order in orders:
        kept, payee = counted.get(order.pk), payees.get(_payee_id(order))
        found.append(
            PaidItem(
                order=order,
                phase=f"第 {payee.phase.number} 期 {payee.phase.title}" if payee and payee.phase else "",
                asked_fen=kept.asked_fen if kept else 0,
                cleared_fen=kept.cleared_fen if kept else 0,
                clearings=tuple(clearings.get(order.pk, ())),
            )
        )
    return found


def _payee_id(order: PaymentOrder) -> int:
    """The account that the order pays, by its reference (`purposes.reference_of`)."""
    part = order.reference.split(":")[2]
    return int(part) if part.isdecimal() else 0


@transaction.atomic
def ask_back(
    project_id: int,
    *,
    order_id: int,
    amount_fen: int,
    reason: ClearingReason,
    reason_text: str = "",
    by: Actor,
    at: dt.datetime,
) -> Clearing:
    """清退 of an order or a part of it: the notice with which its payee pays back, each house in its original share.

    Raises: NotYours, NotNow, NotToClear, HasProblems.
    """
    order = PaymentOrder.objects.select_for_update(of=("self",)).select_related("custody").filter(pk=order_id).first()
    if order is None or order.purpose != PURPOSE or project_id_of(order) != project_id:
        raise NotToClear("该项目没有这笔付款，请刷新后再看")
    project = locked(project_id, moves=(ProjectMove.CLEAR,), by=by)
    if order.state_now is not OrderState.PAID:
        raise NotToClear(f"付款通知 {order.number} {order.state_now.label}，只有已付款的才能清退")
    kept = _locked_paid(project, order)
    text = reason_text.strip()
    _check(kept, amount_fen=amount_fen, reason=reason, text=text)
    amounts = _parts(kept, amount_fen=amount_fen)
    areas = dict(
        ProjectHouse.objects.filter(project=project, house__in=list(amounts)).values_list("house_id", "area_dm2")
    )
    slip = _issue(project, order, amounts, by=by, at=at)
    clearing = Clearing.objects.create(
        paid_order=kept,
        slip=slip,
        amount_fen=amount_fen,
        reason=reason,
        reason_text=text,
        asked_by_id=by.user_id,
        asked_by_name=by.name,
        asked_at=at,
    )
    units = accounts_among(amounts)
    ClearingLine.objects.bulk_create(
        [
            ClearingLine(
                id=pk,
                clearing=clearing,
                house_id=None if holder in units else holder,
                unit_account_id=holder if holder in units else None,
                area_dm2=areas.get(holder, 0),
                amount_fen=fen,
            )
            for pk, (holder, fen) in zip(new_ids(len(amounts)), sorted(amounts.items()), strict=True)
        ],
        batch_size=5_000,
    )
    kept.asked_fen += amount_fen
    kept.save(update_fields=["asked_fen"])
    return clearing


def _locked_paid(project: RepairProject, order: PaymentOrder) -> PaidOrder:
    payee = PayeeAccount.objects.filter(pk=_payee_id(order)).first()
    PaidOrder.objects.get_or_create(
        order=order,
        defaults={
            "project": project,
            "phase_id": payee.phase_id if payee else None,
            "paid_fen": order.amount_fen,
        },
    )
    return PaidOrder.objects.select_for_update(of=("self",)).get(order=order)


def _check(kept: PaidOrder, *, amount_fen: int, reason: ClearingReason, text: str) -> None:
    problems = []
    if not 0 < amount_fen <= kept.left_fen:
        found = (
            f"这笔付款可清退 {yuan(kept.left_fen)} 元" if kept.left_fen else "这笔付款已全部清退或已有待退回的通知单"
        )
        problems.append(Problem("amount", f"{found}，请填写不超过该金额的数"))
    if reason is ClearingReason.OTHER and not text:
        problems.append(Problem("reason_text", "请填写原因说明"))
    if len(text) > 200:
        problems.append(Problem("reason_text", "原因说明不超过 200 字"))
    if problems:
        raise HasProblems(problems)


def _parts(kept: PaidOrder, *, amount_fen: int) -> dict[int, int]:
    """The amount among the houses that paid the order, by what each has not got back yet; the last part is the rest.

    Nobody's part is above what he has left, since the amount is not above what all have left.
    """
    asked = dict(
        ClearingLine.objects.filter(clearing__paid_order=kept)
        .exclude(clearing__state=ClearingState.VOID)
        .values_list(Coalesce("house_id", "unit_account_id"))
        .annotate(Sum("amount_fen"))
    )
    left = {pk: fen - asked.get(pk, 0) for pk, fen in amounts_of(kept.order).items()}
    return {pk: fen for pk, fen in allocate(amount_fen, left).items() if fen}


def _issue(
    project: RepairProject, order: PaymentOrder, amounts: dict[int, int], *, by: Actor, at: dt.datetime
) -> PaySlip:
    check_houses(area_id=order.area_id, house_ids=list(amounts))
    rule = pay_slip_rule(jurisdiction_id=project.jurisdiction_id, on=day_of(at))
    new = NewSlip(
        custody_id=_custody_of(order).pk,
        jurisdiction_id=project.jurisdiction_id,
        area_id=order.area_id,
        purpose=CLEARING,
        payer_name=order.payee_name,
        payer_phone="",
        # Its users carry the notice to the bank and are told that the money has come.
        payer_organisation_id=project.organisation_id,
        receipt_mode=ReceiptMode.WHOLE,
        items=(),
        kept_above=(len(amounts) - len(accounts_among(amounts)) or 1, sum(amounts.values())),
        expires_on=rule.last_day(day_of(at)),
    )
    return issue_slips(new=[new], by=by, at=at)[0]


def _custody_of(order: PaymentOrder) -> CustodyAccount:
    """The account that paid; where it was closed since, the one that took its place."""
    if order.custody.is_active:
        return order.custody
    return default_custody(jurisdiction_id=order.jurisdiction_id, fund_kind=FundKind(order.custody.fund_kind))


def check_houses(*, area_id: int, house_ids: Sequence[int]) -> None:
    """Whether each house, or selling unit's account, still has its sub-account there. Raises: NotToClear."""
    units = accounts_among(house_ids)
    living = House.objects.filter(pk__in=house_ids, area_id=area_id, state=HouseState.ACTIVE).count()
    if gone := len(house_ids) - len(units) - living:
        raise NotToClear(
            f"列支房屋中有 {gone} 户已注销、拆分合并或调整了小区，不能退回原分户账，请联系维修资金管理部门处理"
        )


@transaction.atomic
def give_up(clearing_id: int, *, reason: str, by: Actor, at: dt.datetime) -> Clearing:
    """作废 of a 清退通知单 that nobody has paid, by its starter or the office's counter.

    Raises: NotYours, HasProblems, banking.slips.SlipClosed.
    """
    clearing = Clearing.objects.select_related("slip", "paid_order__project").get(pk=clearing_id)
    is_his = clearing.paid_order.project.organisation_id == by.organisation_id and by.organisation_id is not None
    if not is_his and not by.has(*VOIDERS):
        raise NotYours("只有申报单位和维修资金管理部门可以作废清退通知单")
    void_slip(number=clearing.slip.number, reason=reason, by=by, at=at)
    clearing.refresh_from_db()
    return clearing
