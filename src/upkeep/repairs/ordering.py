"""Approval of money: every house's part is held, and a payment is ordered per payee and custody account.

A payment takes from each house its quota of what the house has left to bear, so that each is as even as fen allow and the
last one comes out exactly. What is ordered from a house stands on its own row, whose CHECK holds it below its share.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models.functions import Coalesce

from upkeep.banking.custody import default_custody
from upkeep.banking.orders import NewOrder, order_payments
from upkeep.books import sub_accounts
from upkeep.books.chart import FundKind
from upkeep.books.errors import NotEnoughMoney
from upkeep.casework.models import Case
from upkeep.kernel.allocation import allocate
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor
from upkeep.repairs.allocation import split_among_payees
from upkeep.repairs.house_sums import count_ordered
from upkeep.repairs.models import PayeeAccount, ProjectHouse, ProjectPhase, RepairProject
from upkeep.repairs.payees import Payee
from upkeep.repairs.purposes import PURPOSE, reference_of
from upkeep.repairs.settling import is_in_effect
from upkeep.repairs.shares import NotEnoughOnSubAccounts, shortfall_sentence


@dataclass(frozen=True)
class Purse:
    """What a project may still take from a house's sub-account (fen)."""

    house_id: int
    fund: FundKind
    left_fen: int


def purses_of(project: RepairProject) -> list[Purse]:
    """What every house has left to bear, in the order of the houses' ids: of the settlement once that is in effect."""
    rows = ProjectHouse.objects.filter(project=project).order_by("house_id")
    final = is_in_effect(project)
    found = rows.annotate(final=Coalesce("final_fund_fen", "fund_fen")).values_list(
        "house_id", "fund_kind", "ordered_fen", "final" if final else "fund_fen"
    )
    return [
        Purse(house_id, FundKind(fund), share - ordered)
        for house_id, fund, ordered, share in found
        if share - ordered > 0
    ]


def hold_for(
    project: RepairProject, case: Case, payees: Sequence[Payee], *, phase: ProjectPhase | None, at: dt.datetime
) -> None:
    """Hold the houses' parts for the payees of an approved case. The caller has locked the project, and counts its sum.

    Raises: NotEnoughOnSubAccounts; then nothing happened.
    """
    kept = _keep(project, case, payees, phase=phase)
    purses = purses_of(project)
    wanted = {payee.pk: payee.amount_fen for payee in kept}
    parts = allocate(sum(wanted.values()), {place: purse.left_fen for place, purse in enumerate(purses)})
    parts = {place: fen for place, fen in parts.items() if fen}
    divided = split_among_payees(parts, wanted)
    for payee in kept:
        for fund in FundKind:
            amounts = {
                purses[place].house_id: fen for place, fen in divided[payee.pk].items() if purses[place].fund is fund
            }
            if amounts:
                _hold(project, reference_of(project.pk, payee.pk, fund), amounts, at=at)
    count_ordered(project.pk, {purses[place].house_id: fen for place, fen in parts.items()})


def _keep(
    project: RepairProject, case: Case, payees: Sequence[Payee], *, phase: ProjectPhase | None
) -> list[PayeeAccount]:
    return PayeeAccount.objects.bulk_create(
        [
            PayeeAccount(
                id=pk,
                project=project,
                case=case,
                phase=phase,
                name=payee.name,
                bank=payee.bank,
                account=payee.account,
                amount_fen=payee.amount_fen,
            )
            for pk, payee in zip(new_ids(len(payees)), payees, strict=True)
        ]
    )


def _hold(project: RepairProject, reference: str, amounts: Mapping[int, int], *, at: dt.datetime) -> None:
    try:
        sub_accounts.hold(area_id=project.area_id, amounts=amounts, source=reference, at=at)
    except NotEnoughMoney as refused:
        raise NotEnoughOnSubAccounts(shortfall_sentence(refused.short)) from refused


def release_for(project: RepairProject, case: Case, *, at: dt.datetime) -> None:
    """Give back all that is held for the payees of a case and was never ordered."""
    for payee in PayeeAccount.objects.filter(case=case).order_by("pk"):
        for fund in FundKind:
            reference = reference_of(project.pk, payee.pk, fund)
            amounts = sub_accounts.held(area_id=project.area_id, source=reference)
            if amounts:
                sub_accounts.release(area_id=project.area_id, source=reference, at=at)
                count_ordered(project.pk, {house_id: -fen for house_id, fen in amounts.items()})


def issue_orders(project: RepairProject, case: Case, *, by: Actor, at: dt.datetime) -> int:
    """付款通知 (拨款通知单) for all that is held for the payees of a case; answers with how many there are."""
    orders = []
    for payee in PayeeAccount.objects.filter(case=case).order_by("pk"):
        for fund in FundKind:
            reference = reference_of(project.pk, payee.pk, fund)
            amounts = sub_accounts.held(area_id=project.area_id, source=reference)
            if amounts:
                orders.append(_order(project, payee, fund, reference, amounts))
    order_payments(orders, by=by, at=at)
    return len(orders)


def _order(
    project: RepairProject, payee: PayeeAccount, fund: FundKind, reference: str, amounts: Mapping[int, int]
) -> NewOrder:
    return NewOrder(
        purpose=PURPOSE,
        reference=reference,
        jurisdiction_id=project.jurisdiction_id,
        area_id=project.area_id,
        custody_id=default_custody(jurisdiction_id=project.jurisdiction_id, fund_kind=fund).pk,
        amounts=amounts,
        payee_name=payee.name,
        payee_bank=payee.bank,
        payee_account=payee.account,
    )
