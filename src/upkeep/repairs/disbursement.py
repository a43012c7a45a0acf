"""Application and disbursement of a project: submitted, given back, approved. Approval holds and orders, no more."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from upkeep.banking.custody import default_custody
from upkeep.banking.orders import order_payment
from upkeep.books import sub_accounts
from upkeep.books.chart import FundKind
from upkeep.books.errors import NotEnoughMoney
from upkeep.casework.models import Case
from upkeep.kernel.errors import Problem
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.repairs.allocation import split_among_payees
from upkeep.repairs.history import NotNow, advance, locked
from upkeep.repairs.house_sums import count_ordered
from upkeep.repairs.models import PayeeAccount, ProjectCase, ProjectHouse, RepairProject
from upkeep.repairs.purposes import PURPOSE, reference_of
from upkeep.repairs.shares import NotEnoughOnSubAccounts, shortfall_sentence, shortfalls
from upkeep.repairs.stages import ProjectMove, Stage


@dataclass(frozen=True, kw_only=True)
class Payee:
    """收款账户: whom to pay, and how much."""

    name: str
    bank: str
    account: str
    amount_fen: int


def problems_of(project: RepairProject, payees: Sequence[Payee]) -> Iterable[Problem]:
    """What forbids the application now: stage, sums, sub-accounts. Asked at submit and again at approval."""
    if project.stage_now not in (Stage.ACCEPTANCE_NOTICE, Stage.REVIEW):
        yield Problem("", f"项目现为“{project.stage_now.label}”，须先完成验收并发布验收公示")
        return
    total = sum(payee.amount_fen for payee in payees)
    if total != project.limit_fen:
        wanted = yuan(project.limit_fen)
        yield Problem("payee_1_amount", f"各收款账户金额合计 {yuan(total)} 元，须等于应拨付金额 {wanted} 元")
    accounts = [payee.account for payee in payees]
    if len(set(accounts)) != len(accounts):
        yield Problem("payee_1_account", "同一收款账号请合并填写一次")
    if short := shortfalls(project):
        yield Problem("", shortfall_sentence(short))


def submit(case: Case, *, by: Actor, at: dt.datetime) -> None:
    """The application is handed in. Raises: NotNow when the project is not ready or another application runs."""
    project = locked(_project_id(case), moves=(ProjectMove.APPLY,), by=by)
    advance(project, ProjectMove.APPLY, by=by, at=at, note=f"业务单 {case.number}")


def take_back(case: Case, *, by: Actor, at: dt.datetime) -> None:
    """The application was returned, rejected or withdrawn: the project waits for the next one."""
    project = locked(_project_id(case), moves=(ProjectMove.TAKE_BACK, ProjectMove.APPLY), by=None)
    if project.stage_now is Stage.REVIEW:
        advance(project, ProjectMove.TAKE_BACK, by=by, at=at, note=f"业务单 {case.number}")


def approve(case: Case, payees: Sequence[Payee], *, by: Actor, at: dt.datetime) -> None:
    """Hold each house's share and order the payments: one per payee and custody account.

    Raises: NotNow; NotEnoughOnSubAccounts when money has gone since; then nothing is held or ordered.
    """
    project = locked(_project_id(case), moves=(ProjectMove.APPROVE,), by=None)
    kept = [
        PayeeAccount(
            id=pk,
            project=project,
            case=case,
            name=payee.name,
            bank=payee.bank,
            account=payee.account,
            amount_fen=payee.amount_fen,
        )
        for pk, payee in zip(new_ids(len(payees)), payees, strict=True)
    ]
    PayeeAccount.objects.bulk_create(kept)
    houses = list(ProjectHouse.objects.filter(project=project).values_list("house_id", "fund_kind", "fund_fen"))
    fund_of = {house_id: FundKind(fund) for house_id, fund, _ in houses}
    divided = split_among_payees(
        {house_id: fen for house_id, _, fen in houses}, {payee.pk: payee.amount_fen for payee in kept}
    )
    orders = 0
    for payee in kept:
        for fund in FundKind:
            amounts = {pk: fen for pk, fen in divided[payee.pk].items() if fund_of[pk] is fund}
            if amounts:
                _order(project, payee, fund, amounts, by=by, at=at)
                orders += 1
    project.requested_fen = project.ordered_fen = project.limit_fen
    count_ordered(project.pk, {house_id: fen for house_id, _, fen in houses})
    note = f"{yuan(project.ordered_fen)} 元，付款通知 {orders} 份"
    advance(project, ProjectMove.APPROVE, by=by, at=at, note=note)


def _order(
    project: RepairProject, payee: PayeeAccount, fund: FundKind, amounts: dict[int, int], *, by: Actor, at: dt.datetime
) -> None:
    custody = default_custody(jurisdiction_id=project.jurisdiction_id, fund_kind=fund)
    reference = reference_of(project.pk, payee.pk, fund)
    try:
        sub_accounts.hold(area_id=project.area_id, amounts=amounts, source=reference, at=at)
    except NotEnoughMoney as refused:
        raise NotEnoughOnSubAccounts(shortfall_sentence(refused.short)) from refused
    order_payment(
        purpose=PURPOSE,
        reference=reference,
        jurisdiction_id=project.jurisdiction_id,
        area_id=project.area_id,
        custody_id=custody.pk,
        amounts=amounts,
        payee_name=payee.name,
        payee_bank=payee.bank,
        payee_account=payee.account,
        by=by,
        at=at,
    )


def _project_id(case: Case) -> int:
    found = ProjectCase.objects.filter(case_id=case.pk).values_list("project_id", flat=True).first()
    if found is None:
        raise NotNow("这张业务单没有对应的维修项目，请从“维修项目列表”进入办理")
    return found
