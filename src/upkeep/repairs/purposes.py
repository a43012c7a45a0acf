"""What follows a payment order of a repair: the bank's word releases the hold, books it, finishes the project."""

import datetime as dt
from collections.abc import Collection

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
from upkeep.repairs.history import advance, locked, moves_of
from upkeep.repairs.house_sums import count_paid
from upkeep.repairs.models import ProjectCase, ProjectHouse, RepairProject
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


def _key(word: str, order: PaymentOrder) -> str:
    return word if order.payment_no == 1 else f"{word}:{order.payment_no}"


@purpose(PURPOSE)
class RepairPayment(OrderPurpose):
    """维修拨付. A failed payment leaves hold and project as they are until the order is issued anew."""

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
        count_paid(project.pk, amounts_of(order))
        project.paid_fen += order.amount_fen
        note = f"付款通知 {order.number}，{yuan(order.amount_fen)} 元"
        advance(project, ProjectMove.PAY, by=by, at=at, note=note)
        _tell(REPAIR_PAID.code, project, order, key=_key("paid", order), at=at)
        if project.paid_fen == project.limit_fen and (project.stage_now, ProjectMove.FINISH) in moves_of(project):
            project.finished_at = at
            advance(project, ProjectMove.FINISH, by=by, at=at, note=f"共拨付 {yuan(project.paid_fen)} 元")
            claims.release(source=project.source)

    def failed(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """Nothing moves: the money stays held for the order that replaces this one."""

    def voided(self, order: PaymentOrder, *, at: dt.datetime, by: Actor) -> None:
        """Refused: an approved project is paid in full or cancelled as a whole, never in part."""
        raise Refusal("维修拨付的付款通知不能单独作废；收款信息有误的，请由银行登记付款失败后重新开具")

    def references_of_case(self, case_id: int) -> list[str]:
        """The project's orders, found by the application that was approved."""
        project = ProjectCase.objects.filter(case_id=case_id).values_list("project_id", flat=True).first()
        if project is None:
            return []
        found = PaymentOrder.objects.filter(reference__startswith=reference_prefix(project))
        return list(found.values_list("reference", flat=True))

    def reversed(self, order: PaymentOrder, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """The houses have their money back, held again for the order; a finished project waits for its payment again."""
        project = locked(project_id_of(order), moves=(ProjectMove.REVERSE,), by=None)
        finished = project.stage_now is Stage.FINISHED
        corrections.take_back_payment(area_id=order.area_id, source=entry_source(order), booked_on=booked_on)
        sub_accounts.hold(area_id=order.area_id, amounts=amounts_of(order), source=order.reference, at=at)
        count_paid(project.pk, {house_id: -fen for house_id, fen in amounts_of(order).items()})
        project.paid_fen -= order.amount_fen
        project.finished_at = None
        note = f"付款通知 {order.number}，{yuan(order.amount_fen)} 元"
        advance(project, ProjectMove.REVERSE, by=by, at=at, note=note)
        if finished:
            houses = list(ProjectHouse.objects.filter(project=project).values_list("house_id", flat=True))
            claims.claim(house_ids=houses, kind=ClaimKind.REPAIR, source=project.source, at=at)
        _tell(REPAIR_REVERSED.code, project, order, key=_key("reversed", order), at=at)
