"""Reading 合并分摊清册: houses with their parts per facility, and the sums."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from upkeep.repairs.models import FacilityShare, OutsideReason, ProjectHouse, RepairProject
from upkeep.repairs.queries import project_houses
from upkeep.repairs.shares import shortfalls


@dataclass(frozen=True, kw_only=True)
class MergedSums:
    """What the merged list comes to, in fen; `short` counts the houses whose sub-account lacks money now."""

    houses: int
    share_fen: int
    fund_fen: int
    unit_fen: int
    unsold_houses: int
    unsold_fen: int
    cash_houses: int
    cash_fen: int
    short_houses: int
    short_fen: int

    @property
    def outside_fen(self) -> int:
        return self.unsold_fen + self.cash_fen


def houses(project: RepairProject, *, only_short: bool = False) -> QuerySet[ProjectHouse]:
    """The lines in the order of the building table; `only_short`: those that lack money now, or pay it in cash."""
    rows = project_houses(project)
    if only_short:
        rows = rows.filter(Q(house_id__in=shortfalls(project)) | Q(outside_reason=OutsideReason.CASH))
    return rows


def parts_of(project: RepairProject, house_ids: Collection[int]) -> dict[int, tuple[int | None, ...]]:
    """What these houses bear of each facility, in the order of the facilities; None: the house does not share it."""
    places = {pk: place for place, pk in enumerate(project.facilities.order_by("pk").values_list("pk", flat=True))}
    found: dict[int, list[int | None]] = {pk: [None] * len(places) for pk in house_ids}
    rows = FacilityShare.objects.filter(work__project=project, house_id__in=house_ids)
    for work_id, house_id, fen in rows.values_list("work_id", "house_id", "share_fen"):
        found[house_id][places[work_id]] = fen
    return {pk: tuple(parts) for pk, parts in found.items()}


def sums_of(project: RepairProject) -> MergedSums:
    """The sums over all houses; what lacks is what lacks now."""
    rows = ProjectHouse.objects.filter(project=project)
    unsold, cash = Q(outside_reason=OutsideReason.UNSOLD), Q(outside_reason=OutsideReason.CASH)
    total = rows.aggregate(
        houses=Count("pk"),
        share=Sum("share_fen"),
        fund=Sum("fund_fen"),
        unit=Sum("unit_fen"),
        unsold=Sum("outside_fen", filter=unsold),
        unsold_houses=Count("pk", filter=unsold),
        cash=Sum("outside_fen", filter=cash),
        cash_houses=Count("pk", filter=cash),
    )
    short = shortfalls(project)
    return MergedSums(
        houses=total["houses"],
        share_fen=total["share"] or 0,
        fund_fen=total["fund"] or 0,
        unit_fen=total["unit"] or 0,
        unsold_houses=total["unsold_houses"],
        unsold_fen=total["unsold"] or 0,
        cash_houses=total["cash_houses"],
        cash_fen=total["cash"] or 0,
        short_houses=len(short),
        short_fen=sum(short.values()),
    )
