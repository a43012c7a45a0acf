"""What follows a payment order of a repair: the bank's word releases the hold, books it, finishes the project."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

from upkeep.banking.models import PaymentOrder
from upkeep.banking.orders import amounts_of, entry_source
from upkeep.banking.origins import explains
from upkeep.banking.purposes import OrderPurpose, purpose
from upkeep.books import corrections, postings, sub_accounts
from upkeep.books.balance_messages import tell_balance
from upkeep.books.chart import FundKind
from upkeep.estate import claims
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.errors import Refusal
from upkeep.kernel.money import yuan
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, event
from upkeep.parties.actor import Actor
from upkeep.parties.queries import users_of
from upkeep.repairs.finishing import finish_if_paid
from upkeep.repairs.history import advance, locked
from upkeep.repairs.house_sums import count_ordered, count_paid
from upkeep.repairs.models import (
    OrderVoiding,
    PaidOrder,
    PayeeAccount,
    ProjectHouse,
    ProjectPhase,
    RepairProject,
)
from upkeep.repairs.stages import ProjectMove, Stage

PURPOSE = "repair"


def reference_of(project_id: int, payee_id: int, fund: FundKind) -> str:
    """How an order, its hold and its posting name the same part of a project's money."""
    return f"{reference_prefix(project_id)}{payee_id}:{fund.value[0]}"


def reference_prefix(project_id: int) -> str:
    """What the references of all orders of a project begin with."""
    return f"repair:{project_id}:"


def project_id_of(order: PaymentOrder) -> int:
    """The project that ordered the payment."""
    return int(order.reference.split(":")[1])


@explains("repair")
def _titles(sources: Collection[str]) -> dict[str, str]:
    """What was repaired, by the source of the payment."""
    ids = {source: int(source.split(":")[1]) for source in sources}
    titles = dict(RepairProject.objects.filter(pk__in=set(ids.values())).values_list("pk", "title"))
    return {source: titles[pk] for source, pk in ids.items() if pk in titles}


REPAIR_PAID = event(
    "repair_paid",
    "维修资金已拨付",
    [IN_SITE],
    "维修项目“{title}”的 {amount} 元已由专户银行付给{payee}。",
    "已拨付：{title}",
)
REPAIR_REVERSED = event(
    "repair_reversed",
    "维修拨付冲正",
    [IN_SITE],
    "维修项目“{title}”付给{payee}的 {amount} 元，银行已冲正付款确认，等待重新付款。",
    "拨付冲正：{title}",
)


def _tell(event_code: str, project: RepairProject, order: PaymentOrder, *, key: str, at: dt.datetime) -> None:
    """The users of the organisation that runs the project."""
    notify(
        event=event_code,
        jurisdiction_id=project.jurisdiction_id,
        values={"title": project.title, "amount": yuan(order.amount_fen), "payee": order.payee_name},
        at=at,
        key=f"order:{order.number}:{key}",
        user_ids=users_of(organisation_id=project.organisation_id),
        url=f"/projects/{project.number}/",
    )


def _phase_of(order: PaymentOrder) -> ProjectPhase | None:
    """The phase of which the payment was requested, locked; the project's row is locked before it."""
    payee = int(order.reference.split(":")[2])
    phases = ProjectPhase.objects.select_for_update(of=("self",))
    return phases.filter(pk__in=PayeeAccount.objects.filter(pk=payee).values("phase_id")).first()


def _count_paid(project: RepairProject, order: PaymentOrder, fen: int, houses: Mapping[int, int]) -> None:
    """On houses and phase; the project's row is saved by its move."""
    count_paid(project.pk, houses)
    if phase := _phase_of(order):
        phase.paid_fen += fen
        phase.save(update_fields=["paid_fen"])
    project.paid_fen += fen


def _key(word: str, order: PaymentOrder) -> str:
    return word if order.payment_no == 1 else f"{word}:{order.payment_no}"


def give_back(order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
    """The hold of an order that will never be paid is released, and project, phase and houses order so much less."""
    project = locked(project_id_of(order), moves=(ProjectMove.VOID_ORDER,), by=None)
    sub_accounts.release(area_id=order.area_id, source=order.reference, at=at)
    count_ordered(project.pk, {house_id: -fen for house_id, fen in amounts_of(order).items()})
    if phase := _phase_of(order):
        phase.ordered_fen -= order.amount_fen
        phase.requested_fen -= order.amount_fen
        phase.save(update_fields=["ordered_fen", "requested_fen"])
    project.ordered_fen -= order.amount_fen
    project.requested_fen -= order.amount_fen
    note = f"付款通知 {order.number}，{yuan(order.amount_fen)} 元"
    advance(project, ProjectMove.VOID_ORDER, by=by, at=at, note=note)


@purpose(PURPOSE)
class RepairPayment(OrderPurpose):
    """维修拨付. A failed payment leaves hold and project as they are until the order is issued anew.

    What the bank pays is counted on the project, on the phase it was requested of, and on every house.
    """

    title = "维修拨付"
    may_be_voided = False

    def confirmed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """Give the hold back, charge the sub-accounts, count the payment; the last one finishes the project."""
        project = locked(project_id_of(order), moves=(ProjectMove.PAY,), by=None)
        sub_accounts.release(area_id=order.area_id, source=order.reference, at=at)
        postings.repair_paid(
            area_id=order.area_id,
            custody_id=order.custody_id,
            fund_kind=FundKind(order.custody.fund_kind),
            amounts=amounts_of(order),
            source=entry_source(order),
            booked_on=booked_on,
        )
        tell_balance(area_id=order.area_id, source=entry_source(order), at=at, why=f"“{project.title}”")
        _count_paid(project, order, order.amount_fen, amounts_of(order))
        note = f"付款通知 {order.number}，{yuan(order.amount_fen)} 元"
        advance(project, ProjectMove.PAY, by=by, at=at, note=note)
        _tell(REPAIR_PAID.code, project, order, key=_key("paid", order), at=at)
        finish_if_paid(project, by=by, at=at)

    def failed(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """Nothing moves: the money stays held for the order that replaces this one."""

    def check_void(self, order: PaymentOrder) -> None:
        """Only of a project that is being cancelled, by two persons."""
        if not OrderVoiding.objects.filter(order=order, is_approved=True).exists():
            raise Refusal("维修拨付的付款通知不能单独作废；收款信息有误的，请由银行登记付款失败后重新开具")

    def voided(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """The hold is given back, the project orders less."""
        give_back(order, at=at, by=by)

    def check_payee(self, order: PaymentOrder, payee_name: str) -> None:
        """What was given up with its project is not issued anew."""
        if OrderVoiding.objects.filter(order=order, is_approved=True).exists():
            raise Refusal("该付款通知所属的维修项目正在撤销，资金已解冻，不能重新开具")

    def given_up(self) -> Iterable[str]:
        """The references of orders given up with their projects."""
        return OrderVoiding.objects.filter(is_approved=True).values_list("order__reference", flat=True)

    def references_of_case(self, case_id: int) -> list[str]:
        """The orders for the payees of an approved application."""
        payees = PayeeAccount.objects.filter(case_id=case_id).values_list("project_id", "pk")
        return [reference_of(project, payee, fund) for project, payee in payees for fund in FundKind]

    def check_reversal(self, order: PaymentOrder) -> None:
        """Not once a part of it came back, or is asked back."""
        kept = PaidOrder.objects.filter(order=order).first()
        if kept is not None and kept.asked_fen + kept.cleared_fen:
            raise Refusal("该笔付款已办理清退，不能冲正；清退通知单待退回的，请先由申报单位作废")

    def reversed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """The houses have their money back, held again for the order; a finished project waits for its payment again."""
        project = locked(project_id_of(order), moves=(ProjectMove.REVERSE,), by=None)
        finished = project.stage_now is Stage.FINISHED
        corrections.take_back_payment(area_id=order.area_id, source=entry_source(order), booked_on=booked_on)
        sub_accounts.hold(area_id=order.area_id, amounts=amounts_of(order), source=order.reference, at=at)
        back = {house_id: -fen for house_id, fen in amounts_of(order).items()}
        _count_paid(project, order, -order.amount_fen, back)
        project.finished_at = None
        note = f"付款通知 {order.number}，{yuan(order.amount_fen)} 元"
        advance(project, ProjectMove.REVERSE, by=by, at=at, note=note)
        if finished:
            houses = list(ProjectHouse.objects.filter(project=project).values_list("house_id", flat=True))
            claims.claim(house_ids=houses, kind=ClaimKind.REPAIR, source=project.source, at=at)
        _tell(REPAIR_REVERSED.code, project, order, key=_key("reversed", order), at=at)
