"""A project that was paid, and the ways back from it."""

import datetime as dt

from tests.banking.town import AT
from tests.procedures.test_simple_disbursement import approve, pay, submitted
from tests.repairs.scene import Scene, again
from upkeep.banking.actions import confirm_slip
from upkeep.banking.models import PaymentOrder, PaySlip
from upkeep.books import sub_accounts
from upkeep.kernel.dates import day_of
from upkeep.repairs import announcing
from upkeep.repairs.clearing import ask_back
from upkeep.repairs.models import Clearing, ClearingReason, RepairProject
from upkeep.repairs.queries import orders_of

LATER = AT + dt.timedelta(minutes=20)


def paid(scene: Scene, *amounts: str) -> tuple[RepairProject, list[PaymentOrder]]:
    """A finished project and its paid orders: one per payee and custody account."""
    project, case = submitted(scene, *amounts)
    approve(case, scene)
    for place, order in enumerate(orders_of(project)):
        pay(order, scene, f"P{place}")
    return again(project), orders_of(project)


def ask(scene: Scene, order: PaymentOrder, fen: int | None = None, *, at: dt.datetime = AT) -> Clearing:
    """The notice for an order or a part of it."""
    return ask_back(
        int(order.reference.split(":")[1]),
        order_id=order.pk,
        amount_fen=order.amount_fen if fen is None else fen,
        reason=ClearingReason.BAD_QUALITY,
        by=scene.chair,
        at=at,
    )


def come_back(scene: Scene, clearing: Clearing, serial: str, *, at: dt.datetime = LATER) -> PaySlip:
    """The bank has the payee's money."""
    slip = clearing.slip
    ours = slip.custody.bank == scene.town.banks[0]
    teller = scene.town.people["teller" if ours else "other_teller"]
    return confirm_slip(number=slip.number, amount_fen=slip.total_fen, serial=serial, by=teller, at=at)


def balances(scene: Scene) -> dict[int, int]:
    """What each house has."""
    return {pk: one.balance_fen for pk, one in sub_accounts.balances(scene.house_ids).items()}


def give_notice(scene: Scene, project: RepairProject, *, at: dt.datetime = AT, days: int = 7) -> RepairProject:
    """The project's cancellation is published."""
    announcing.publish_cancellation(
        project.pk,
        open_until=day_of(at) + dt.timedelta(days=days),
        reason="施工单位破产，维修无法进行",
        by=scene.chair,
        at=at,
    )
    return again(project)
