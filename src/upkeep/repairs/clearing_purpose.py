"""What follows a 清退通知单: the bank's word puts the money back into the sub-accounts it came from, in the same shares.

Source: manual 004 §1.3.4 (分解到分户账户); 财会〔2020〕7号 (本年工程清退 贷 5001, 以前年度 贷 3001/3002).
"""

import datetime as dt
from collections.abc import Sequence

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from upkeep.banking.models import PaySlip
from upkeep.banking.purposes import SlipPurpose, purpose
from upkeep.banking.slips import source_of
from upkeep.books import corrections, postings, sub_accounts
from upkeep.books.balance_messages import tell_balance
from upkeep.books.chart import FundKind
from upkeep.estate import claims
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.errors import Refusal
from upkeep.kernel.money import yuan
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, event
from upkeep.parties.actor import Actor
from upkeep.parties.queries import users_of
from upkeep.repairs.clearing import CLEARING, check_houses
from upkeep.repairs.history import advance, locked, moves_of
from upkeep.repairs.house_sums import count_ordered, count_paid
from upkeep.repairs.models import (
    Clearing,
    ClearingLine,
    ClearingState,
    PaidOrder,
    ProjectHouse,
    ProjectPhase,
    RepairProject,
)
from upkeep.repairs.stages import ProjectMove, Stage

CLEARED = event(
    "repair_cleared",
    "项目清退到账",
    [IN_SITE],
    "维修项目“{title}”：{payee}退回的 {amount} 元已到账，已按原分摊退回 {houses} 户的分户账。",
    "清退到账：{title}",
)


def clearing_of(slip: PaySlip) -> Clearing:
    """What the notice asks back, with its project."""
    return Clearing.objects.select_related("paid_order__project", "paid_order__order").get(slip=slip)


def _amounts(clearing: Clearing) -> dict[int, int]:
    lines = clearing.lines.annotate(holder_id=Coalesce("house_id", "unit_account_id"))
    return dict(lines.order_by("holder_id").values_list("holder_id", "amount_fen"))


def _count(project: RepairProject, kept: PaidOrder, amounts: dict[int, int], *, fen: int) -> None:
    """What came back (`fen` negative: what was taken back again) on the project, its phase and its houses; not saved."""
    sign = 1 if fen > 0 else -1
    steps = [count_paid, count_ordered] if fen > 0 else [count_ordered, count_paid]
    for count in steps:  # paid never exceeds ordered on the way
        count(project.pk, {house_id: -sign * part for house_id, part in amounts.items()})
    if kept.phase_id is not None:
        ProjectPhase.objects.filter(pk=kept.phase_id).update(
            paid_fen=F("paid_fen") - fen, ordered_fen=F("ordered_fen") - fen, requested_fen=F("requested_fen") - fen
        )
    project.paid_fen -= fen
    project.ordered_fen -= fen
    project.requested_fen -= fen
    project.cleared_fen += fen


@purpose(CLEARING)
class PaidBack(SlipPurpose):
    """项目清退. No house pays it, so that no house is busy with it: each gets its part."""

    title = "项目清退"
    paper = "清退通知单"

    def lines(self, slip: PaySlip) -> QuerySet[ClearingLine]:
        """The houses that get the money."""
        return ClearingLine.objects.filter(clearing__slip=slip)

    def notice_facts(self, slip: PaySlip) -> Sequence[tuple[str, str]]:
        """Which payment of which project comes back, and why."""
        clearing = clearing_of(slip)
        project, order = clearing.paid_order.project, clearing.paid_order.order
        return (
            ("维修项目", f"{project.number} {project.title}"),
            ("原付款通知", f"{order.number}（{yuan(order.amount_fen)} 元）"),
            ("清退原因", clearing.reason_words),
        )

    def confirmed(self, slip: PaySlip, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """Book it, lower what the project has paid, open a finished project again, tell owners and starter."""
        clearing = clearing_of(slip)
        project = locked(clearing.paid_order.project_id, moves=(ProjectMove.CLEAR,), by=None)
        kept = PaidOrder.objects.select_for_update(of=("self",)).get(pk=clearing.paid_order_id)
        amounts = _amounts(clearing)
        check_houses(area_id=slip.area_id, house_ids=list(amounts))
        paid_on = clearing.paid_order.order.booked_on
        postings.repair_cleared_back(
            area_id=slip.area_id,
            custody_id=slip.custody_id,
            fund_kind=FundKind(slip.custody.fund_kind),
            amounts=amounts,
            source=source_of(slip),
            booked_on=booked_on,
            paid_in_earlier_year=paid_on is not None and paid_on.year < booked_on.year,
        )
        tell_balance(area_id=slip.area_id, source=source_of(slip), at=at, why=f"“{project.title}”")
        kept.asked_fen -= clearing.amount_fen
        kept.cleared_fen += clearing.amount_fen
        kept.save(update_fields=["asked_fen", "cleared_fen"])
        was_finished = project.stage_now is Stage.FINISHED
        clearing.state, clearing.finished_at = ClearingState.PAID, project.finished_at
        clearing.save(update_fields=["state", "finished_at"])
        _count(project, kept, amounts, fen=clearing.amount_fen)
        project.finished_at = None
        note = f"清退通知单 {slip.number}，{yuan(clearing.amount_fen)} 元，{clearing.reason_words}"
        advance(project, ProjectMove.CLEAR, by=by, at=at, note=note[:300])
        if was_finished:
            _claim_again(project, at=at)
        _tell(project, slip, at=at)

    def voided(self, slip: PaySlip, *, at: dt.datetime, by: Actor | None) -> None:
        """What was asked back may be asked anew."""
        clearing = clearing_of(slip)
        kept = PaidOrder.objects.select_for_update(of=("self",)).get(pk=clearing.paid_order_id)
        kept.asked_fen -= clearing.amount_fen
        kept.save(update_fields=["asked_fen"])
        clearing.state = ClearingState.VOID
        clearing.save(update_fields=["state"])

    def check_reversal(self, slip: PaySlip) -> None:
        """Not once the project is cancelled, has asked for the money anew, or the houses have used it."""
        clearing = clearing_of(slip)
        kept = PaidOrder.objects.select_related("project", "phase").get(pk=clearing.paid_order_id)
        project, fen = kept.project, clearing.amount_fen
        if (project.stage_now, ProjectMove.REVERSE) not in moves_of(project):
            raise Refusal(f"维修项目{project.stage_now.label}，清退到账不能冲正，请联系维修资金管理部门")
        if project.requested_fen + fen > project.limit_fen or (
            kept.phase is not None and kept.phase.requested_fen + fen > kept.phase.limit_fen
        ):
            raise Refusal("清退后该项目已重新申请拨付，清退到账不能冲正，请联系维修资金管理部门")
        amounts = _amounts(clearing)
        available = sub_accounts.available(list(amounts))
        if short := sum(1 for house_id, part in amounts.items() if available[house_id] < part):
            raise Refusal(f"有 {short} 户退回的资金已被使用或冻结，清退到账不能冲正，请联系维修资金管理部门")

    def reversed(self, slip: PaySlip, *, booked_on: dt.date, at: dt.datetime, by: Actor) -> None:
        """The houses give it back; the project has paid what it had paid, and is finished where it was."""
        clearing = clearing_of(slip)
        project = locked(clearing.paid_order.project_id, moves=(ProjectMove.REVERSE,), by=None)
        kept = PaidOrder.objects.select_for_update(of=("self",)).get(pk=clearing.paid_order_id)
        self.check_reversal(slip)
        corrections.take_back_clearing(area_id=slip.area_id, source=source_of(slip), booked_on=booked_on)
        tell_balance(area_id=slip.area_id, source=f"{source_of(slip)}:reversed", at=at, why=f"“{project.title}”")
        kept.cleared_fen -= clearing.amount_fen
        kept.asked_fen += clearing.amount_fen
        kept.save(update_fields=["asked_fen", "cleared_fen"])
        finished_at = clearing.finished_at
        clearing.state, clearing.finished_at = ClearingState.WAITING, None
        clearing.save(update_fields=["state", "finished_at"])
        _count(project, kept, _amounts(clearing), fen=-clearing.amount_fen)
        note = f"清退通知单 {slip.number}，{yuan(clearing.amount_fen)} 元"
        advance(project, ProjectMove.REVERSE, by=by, at=at, note=note)
        if project.paid_fen == project.limit_fen and (project.stage_now, ProjectMove.FINISH) in moves_of(project):
            project.finished_at = finished_at or at
            advance(project, ProjectMove.FINISH, by=by, at=at, note=f"共拨付 {yuan(project.paid_fen)} 元")
            claims.release(source=project.source)


def _claim_again(project: RepairProject, *, at: dt.datetime) -> None:
    """A finished project is open again: its houses are marked anew, those that are still in the register."""
    ids = ProjectHouse.objects.filter(project=project).values("house_id")
    alive = House.objects.filter(pk__in=ids, state=HouseState.ACTIVE).values_list("pk", flat=True)
    claims.claim(house_ids=sorted(alive), kind=ClaimKind.REPAIR, source=project.source, at=at)


def _tell(project: RepairProject, slip: PaySlip, *, at: dt.datetime) -> None:
    notify(
        event=CLEARED.code,
        jurisdiction_id=project.jurisdiction_id,
        values={
            "title": project.title,
            "payee": slip.payer_name,
            "amount": yuan(slip.total_fen),
            "houses": f"{slip.house_count:,}",
        },
        at=at,
        key=f"clearing:{slip.number}:{slip.payment_no}",
        user_ids=users_of(organisation_id=project.organisation_id),
        url=f"/projects/{project.number}/",
    )
