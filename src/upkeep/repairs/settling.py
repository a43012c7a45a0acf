"""The settlement on the rows of a project: each house's final share, each facility's sum, the limits that follow it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from upkeep.books import sub_accounts
from upkeep.estate.models import House
from upkeep.kernel.money import yuan
from upkeep.repairs.history import NotNow
from upkeep.repairs.models import (
    AllocationWay,
    FacilityShare,
    OutsideReason,
    ProjectFacility,
    ProjectHouse,
    ProjectPhase,
    RepairProject,
    WorkSettlement,
)
from upkeep.repairs.settlement import Bearer, Parts, Phase, TooMuchRequested, Work, final_parts, final_shares, follow
from upkeep.repairs.stages import ProjectKind
from upkeep.voting.models import VoteState
from upkeep.voting.queries import latest_vote

NAMED = 5


class BelowWhatIsPaid(NotNow):
    """The settlement leaves less than was requested, ordered or paid already; the sentence says what to do first."""


@dataclass(frozen=True)
class Settled:
    """What a settlement comes to: fen by work, parts by house, and what of them the fund pays."""

    works: Mapping[int, int]
    houses: Mapping[int, Parts]

    @property
    def payable_fen(self) -> int:
        return sum(parts.fund_fen + parts.unit_fen for parts in self.houses.values())


def settle(project: RepairProject, works: Mapping[int, int]) -> Settled:
    """Divide what each facility came to (fen by work id) among its houses. Nothing is written."""
    found = list(ProjectFacility.objects.filter(project=project).order_by("pk"))
    shares: dict[int, dict[int, tuple[int, int]]] = {work.pk: {} for work in found}
    for work_id, house_id, fen, dm2 in FacilityShare.objects.filter(work__project=project).values_list(
        "work_id", "house_id", "share_fen", "area_dm2"
    ):
        shares[work_id][house_id] = (fen, dm2)
    final = final_shares(_work(work, works[work.pk], shares[work.pk]) for work in found)
    rows = list(ProjectHouse.objects.filter(project=project).order_by("house_id"))
    free = sub_accounts.available([row.house_id for row in rows])
    return Settled(
        works,
        {row.house_id: final_parts(final[row.house_id], _bearer(row, free[row.house_id])) for row in rows},
    )


def _work(work: ProjectFacility, settled_fen: int, shares: Mapping[int, tuple[int, int]]) -> Work:
    fen = {house_id: part for house_id, (part, _) in shares.items()}
    return Work(
        budget_fen=work.budget_fen,
        settled_fen=settled_fen,
        by_area=work.way == AllocationWay.BUDGET or not any(fen.values()),
        shares=fen,
        areas={house_id: dm2 for house_id, (_, dm2) in shares.items()},
    )


def _bearer(row: ProjectHouse, free_fen: int) -> Bearer:
    return Bearer(
        parts=Parts(fund_fen=row.fund_fen, unit_fen=row.unit_fen, outside_fen=row.outside_fen),
        most_fund_fen=row.ordered_fen + max(free_fen, 0),
        unsold=row.outside_reason == OutsideReason.UNSOLD,
    )


def check_houses(project: RepairProject, settled: Settled) -> None:
    """No house may end below what was ordered from it. Raises: BelowWhatIsPaid naming the first of them."""
    over: dict[int, int] = {}
    for row in ProjectHouse.objects.filter(project=project):
        parts = settled.houses[row.house_id]
        more = max(row.ordered_fen - parts.fund_fen, row.unit_ordered_fen - parts.unit_fen)
        if more > 0:
            over[row.house_id] = more
    if over:
        raise BelowWhatIsPaid(_sentence(over))


def _sentence(over: Mapping[int, int]) -> str:
    first = House.objects.filter(pk__in=over).select_related("building")
    houses = list(first.order_by("building__order", "building__name", "-floor", "unit", "room")[:NAMED])
    named = "、".join(f"{one.building.name}{one.label}多 {yuan(over[one.pk])} 元" for one in houses)
    more = f"等 {len(over)} 户" if len(over) > NAMED else ""
    return f"按该结算重新分摊后，已拨付的金额超过应承担金额：{named}{more}。请先办理资金清退，再提交验收"


def phases_after(project: RepairProject, limit_fen: int) -> list[Phase]:
    """The plan with the limits that the settlement leaves. Raises: BelowWhatIsPaid when more was requested."""
    phases = [
        Phase(id=one.pk, limit_fen=one.amount_fen, requested_fen=one.requested_fen)
        for one in ProjectPhase.objects.select_for_update(of=("self",)).filter(project=project).order_by("number")
    ]
    try:
        return follow(phases, limit_fen)
    except TooMuchRequested as wrong:
        raise BelowWhatIsPaid(too_low(project, limit_fen)) from wrong


def too_low(project: RepairProject, limit_fen: int) -> str:
    """Why a settlement cannot be that low, and what to do first."""
    if project.paid_fen > limit_fen:
        return (
            f"按该结算应由维修资金拨付 {yuan(limit_fen)} 元，低于已拨付的 {yuan(project.paid_fen)} 元。"
            f"请先清退多拨的 {yuan(project.paid_fen - limit_fen)} 元，再提交验收"
        )
    if project.ordered_fen > limit_fen:
        return (
            f"按该结算应由维修资金拨付 {yuan(limit_fen)} 元，低于已通知付款的 {yuan(project.ordered_fen)} 元。"
            "请待银行付款后清退多拨部分，再提交验收"
        )
    return (
        f"按该结算应由维修资金拨付 {yuan(limit_fen)} 元，低于已申请的 {yuan(project.requested_fen)} 元。"
        "请先撤回审核中的拨付申请，再提交验收"
    )


def keep(project: RepairProject, settled: Settled, phases: Sequence[Phase]) -> None:
    """Write the settlement on works, houses and phases; the project's own row is saved by its move."""
    WorkSettlement.objects.filter(work__project=project).delete()
    WorkSettlement.objects.bulk_create(
        [WorkSettlement(work_id=work_id, settled_fen=fen) for work_id, fen in settled.works.items()]
    )
    houses = settled.houses
    with connection.cursor() as cursor:
        cursor.execute(
            """update repairs_projecthouse h
                  set final_fund_fen = t.fund, final_unit_fen = t.unit, final_outside_fen = t.outside,
                      final_fen = t.fund + t.unit + t.outside
                 from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) as t (house_id, fund, unit, outside)
                where h.project_id = %s and h.house_id = t.house_id""",
            [
                list(houses),
                [parts.fund_fen for parts in houses.values()],
                [parts.unit_fen for parts in houses.values()],
                [parts.outside_fen for parts in houses.values()],
                project.pk,
            ],
        )
    keep_limits(phases)


def keep_limits(phases: Sequence[Phase]) -> None:
    """Write the limits of the phases."""
    for phase in phases:
        ProjectPhase.objects.filter(pk=phase.id).exclude(limit_fen=phase.limit_fen).update(limit_fen=phase.limit_fen)


def needs_supplement(project: RepairProject) -> bool:
    """Whether the owners have to vote once more: the settlement is above the budget and they have not agreed to it."""
    if project.settlement_fen is None or project.settlement_fen <= project.budget_fen:
        return False
    if project.kind_now is not ProjectKind.GENERAL:
        return False
    vote = latest_vote(project.supplement_source)
    return vote is None or vote.state != VoteState.PASSED


def is_in_effect(project: RepairProject) -> bool:
    """Whether limits and houses' parts are those of the settlement."""
    return project.settlement_fen is not None and not needs_supplement(project)


def put_in_effect(project: RepairProject) -> None:
    """The owners have agreed to the settlement above the budget: the limits follow it. The caller has locked the project
    and saves it by its move.
    """
    rows = ProjectHouse.objects.filter(project=project).values_list("final_fund_fen", "final_unit_fen")
    limit = sum((fund or 0) + (unit or 0) for fund, unit in rows)
    keep_limits(phases_after(project, limit))
    project.limit_fen = limit


def check_agreed(project: RepairProject) -> None:
    """What is published as the settlement has to be agreed to. Raises: NotNow."""
    if needs_supplement(project):
        assert project.settlement_fen is not None
        raise NotNow(
            f"结算金额 {yuan(project.settlement_fen)} 元超过预算金额 {yuan(project.budget_fen)} 元，"
            "须先就超出部分进行补充表决并通过，才能发布验收公示"
        )
