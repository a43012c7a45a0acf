"""作废 of unpaid orders of a project that is being cancelled: one person of the office asks, another decides.

A waiting order becomes void; one that failed and waits to be issued anew never is. Both times the hold is given back.
"""

import datetime as dt

from django.db import transaction

from upkeep.banking.models import OrderState, PaymentOrder
from upkeep.banking.orders import void_order
from upkeep.banking.queries import to_reissue
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.money import yuan
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, event
from upkeep.parties.actor import Actor
from upkeep.parties.queries import staff_holding, within
from upkeep.parties.roles import Role
from upkeep.repairs.history import NotYours, locked
from upkeep.repairs.models import OrderVoiding, RepairProject
from upkeep.repairs.purposes import PURPOSE, give_back, project_id_of, reference_prefix
from upkeep.repairs.stages import ProjectMove

#: Who of the office gives an order up (as for other orders).
ORDERERS = (Role.APPROVER, Role.ACCOUNTANT)


class NeedsAnother(Refusal):
    """Two persons are needed: who asked does not decide."""


class NotToGiveUp(Refusal):
    """The order is paid, void, or replaced already, or somebody has asked."""


ASKED = event(
    "order_voiding_asked",
    "付款通知作废待复核",
    [IN_SITE],
    "{who}申请作废维修项目“{title}”的付款通知 {number}（{amount} 元）：{reason}。请由申请人以外的人员复核。",
    "作废待复核：{number}",
)


def unpaid_orders(project: RepairProject) -> list[PaymentOrder]:
    """The project's orders for which money is held: those that wait, and those that failed and were not issued anew."""
    mine = PaymentOrder.objects.filter(purpose=PURPOSE, reference__startswith=reference_prefix(project.pk))
    waiting = mine.filter(state=OrderState.WAITING)
    failed = to_reissue(mine)
    return sorted([*waiting, *failed], key=lambda one: (one.issued_at, one.pk))


def voidings_of(project: RepairProject) -> dict[int, OrderVoiding]:
    """The voiding of each order that waits for its decision or was approved, by order."""
    found = OrderVoiding.objects.filter(project=project).select_related("order")
    return {one.order_id: one for one in found if one.decided_at is None or one.is_approved}


@transaction.atomic
def ask_voiding(order_id: int, *, reason: str, by: Actor, at: dt.datetime) -> OrderVoiding:
    """The first of two persons. Raises: NotYours, NotNow, NotToGiveUp, HasProblems."""
    order = _locked_order(order_id, by=by)
    project = locked(project_id_of(order), moves=(ProjectMove.VOID_ORDER,), by=None)
    if not reason.strip():
        raise HasProblems([Problem("reason", "请填写作废原因")])
    if order.pk in voidings_of(project):
        raise NotToGiveUp(f"付款通知 {order.number} 已申请作废，正在等待复核")
    if order.pk not in {one.pk for one in unpaid_orders(project)}:
        raise NotToGiveUp(f"付款通知 {order.number} {order.state_now.label}，不能作废")
    voiding = OrderVoiding.objects.create(
        order=order,
        project=project,
        reason=reason.strip()[:200],
        asked_by_id=by.user_id,
        asked_by_name=by.name,
        asked_at=at,
    )
    notify(
        event=ASKED.code,
        jurisdiction_id=project.jurisdiction_id,
        values={
            "who": by.name,
            "title": project.title,
            "number": order.number,
            "amount": yuan(order.amount_fen),
            "reason": voiding.reason,
        },
        at=at,
        key=f"order_voiding:{voiding.pk}",
        user_ids=staff_holding(*ORDERERS, jurisdiction_id=project.jurisdiction_id) - {by.user_id},
        url=f"/projects/{project.number}/",
    )
    return voiding


@transaction.atomic
def decide_voiding(voiding_id: int, *, approve: bool, by: Actor, at: dt.datetime) -> OrderVoiding:
    """The second of two persons. Raises: NotYours, NotNow, NeedsAnother, NotToGiveUp, banking.orders.OrderClosed."""
    order_id = OrderVoiding.objects.values_list("order_id", flat=True).get(pk=voiding_id)
    order = _locked_order(order_id, by=by)
    voiding = OrderVoiding.objects.select_for_update(of=("self",)).get(pk=voiding_id)
    if voiding.decided_at is not None:
        raise NotToGiveUp(f"付款通知 {order.number} 的作废申请已由{voiding.decided_by_name}复核，请刷新后再看")
    if voiding.asked_by_id == by.user_id:
        raise NeedsAnother("作废由您申请，须由您以外的审批或会计人员复核")
    voiding.decided_at, voiding.decided_by_id, voiding.decided_by_name = at, by.user_id, by.name
    voiding.is_approved = approve
    voiding.save()
    if not approve:
        return voiding
    if order.state_now is OrderState.WAITING:
        void_order(order_id=order.pk, reason=f"项目撤销：{voiding.reason}", by=by, at=at)
    elif order.state_now is OrderState.FAILED and not PaymentOrder.objects.filter(replaces=order).exists():
        give_back(order, at=at, by=by)
    else:
        raise NotToGiveUp(f"付款通知 {order.number} {order.state_now.label}，不能作废，请选择不同意")
    return voiding


def _locked_order(order_id: int, *, by: Actor) -> PaymentOrder:
    order = PaymentOrder.objects.select_for_update(of=("self",)).filter(pk=order_id, purpose=PURPOSE).first()
    mine = within(by.jurisdiction_id)
    if order is None or not by.has(*ORDERERS) or not mine.filter(pk=order.jurisdiction_id).exists():
        raise NotYours("只有管理部门的审批或会计人员可以作废付款通知")
    return order
