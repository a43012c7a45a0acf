"""Approval of money: every house's part is held, and a payment is ordered per payee and custody account.

A payment takes from each house its quota of what the house has left to bear, so that each is as even as fen allow and the
last one comes out exactly. What is ordered from a house stands on its own row, whose CHECK holds it below its share.
"""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models.functions import Coalesce, Least

from upkeep.banking.custody import default_custody
from upkeep.banking.orders import NewOrder, order_payments
from upkeep.books import sub_accounts
from upkeep.books.chart import FundKind
from upkeep.books.errors import NotEnoughMoney
from upkeep.casework.models import Case
from upkeep.deposits.unit_accounts import accounts_behind
from upkeep.estate.unit_accounts import accounts_among
from upkeep.kernel.allocation import allocate
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.repairs.allocation import split_among_payees
from upkeep.repairs.history import NotNow
from upkeep.repairs.house_sums import count_ordered, count_unit_ordered
from upkeep.repairs.models import PayeeAccount, ProjectHouse, ProjectPhase, RepairProject
from upkeep.repairs.payees import Payee
from upkeep.repairs.purposes import PURPOSE, reference_of
from upkeep.repairs.settling import is_in_effect
from upkeep.repairs.shares import NotEnoughOnSubAccounts, shortfall_sentence


class NoUnitAccount(Refusal):
    """A selling unit bears a part of a share, and its account is no more."""


@dataclass(frozen=True)
class Purse:
    """A sub-account that bears a part of a house's share, and what the project may still take from it (fen).

    `holder_id` is the house's id, or that of the selling unit's account behind it.
    """

    house_id: int
    holder_id: int
    fund: FundKind
    left_fen: int


def purses_of(project: RepairProject) -> list[Purse]:
    """What every house has left to bear, in the order of the houses' ids: of the settlement once that is in effect; while the
    owners have to agree to it first, no more than was agreed before.

    Raises: NoUnitAccount.
    """
    rows = ProjectHouse.objects.filter(project=project).order_by("house_id")
    final_fund, final_unit = Coalesce("final_fund_fen", "fund_fen"), Coalesce("final_unit_fen", "unit_fen")
    if is_in_effect(project):
        rows = rows.annotate(fund_part=final_fund, unit_part=final_unit)
    else:
        rows = rows.annotate(fund_part=Least(final_fund, "fund_fen"), unit_part=Least(final_unit, "unit_fen"))
    found = list(
        rows.values_list("house_id", "fund_kind", "fund_part", "ordered_fen", "unit_part", "unit_ordered_fen")
    )
    units = accounts_behind([row[0] for row in found if row[4] > row[5]])
    purses = []
    for house_id, fund, part, ordered, unit_part, unit_ordered in found:
        if part > ordered:
            purses.append(Purse(house_id, house_id, FundKind(fund), part - ordered))
        if unit_part > unit_ordered:
            if house_id not in units:
                raise NoUnitAccount(
                    "部分公有住房的售房单位分账已不存在，不能拨付售房单位承担的部分，请先核对公房出售登记"
                )
            purses.append(Purse(house_id, units[house_id], FundKind.PUBLIC, unit_part - unit_ordered))
    return purses


def hold_for(
    project: RepairProject, case: Case, payees: Sequence[Payee], *, phase: ProjectPhase | None, at: dt.datetime
) -> None:
    """Hold the houses' parts for the payees of an approved case. The caller has locked the project, and counts its sum.

    Raises: NotEnoughOnSubAccounts, NotNow; then nothing happened.
    """
    kept = _keep(project, case, payees, phase=phase)
    purses = purses_of(project)
    wanted = {payee.pk: payee.amount_fen for payee in kept}
    if sum(wanted.values()) > sum(purse.left_fen for purse in purses):
        raise NotNow("结算金额超过预算，在补充表决通过之前，各户可承担的金额不足以支付本次申请，请待表决后再审核")
    parts = allocate(sum(wanted.values()), {place: purse.left_fen for place, purse in enumerate(purses)})
    parts = {place: fen for place, fen in parts.items() if fen}
    divided = split_among_payees(parts, wanted)
    for payee in kept:
        for fund in FundKind:
            amounts = Counter[int]()
            for place, fen in divided[payee.pk].items():
                if purses[place].fund is fund:
                    amounts[purses[place].holder_id] += fen
            if amounts:
                _hold(project, reference_of(project.pk, payee.pk, fund), amounts, at=at)
    taken = [(purses[place], fen) for place, fen in parts.items()]
    count_ordered(project.pk, {one.house_id: fen for one, fen in taken if one.holder_id == one.house_id})
    count_unit_ordered(project.pk, {one.house_id: fen for one, fen in taken if one.holder_id != one.house_id})


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
        raise NotEnoughOnSubAccounts(_sentence(refused.short)) from refused


def _sentence(short: Mapping[int, int]) -> str:
    units = accounts_among(short)
    if not units:
        return shortfall_sentence(short)
    named = "、".join(f"{account.words}缺 {yuan(short[pk])} 元" for pk, account in units.items())
    return f"售房单位分账可用余额不足：{named}。请先由售房单位补足"


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
