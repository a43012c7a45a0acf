"""Who bears how much of a project, from which fund, and whether the sub-accounts can bear it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from upkeep.banking.custody import fund_kind_of
from upkeep.books import sub_accounts
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House
from upkeep.kernel.allocation import allocate
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import yuan
from upkeep.repairs.models import AllocationWay, FacilityShare, ProjectHouse, RepairProject

NAMED = 5


class NotOfThisArea(Refusal):
    """A chosen house does not belong to the project's area, or is cancelled."""


class SharesAreStale(Refusal):
    """The houses have changed in the register since the budget was divided."""


class NotEnoughOnSubAccounts(Refusal):
    """Some houses cannot bear their share; the sentence names the first of them with what they lack."""


def sharing_houses(*, area_id: int, house_ids: Collection[int]) -> list[House]:
    """The chosen houses of the area, in the order of the building table.

    Raises: NotOfThisArea when one is not of the area or is cancelled, or when there is none.
    """
    houses = list(
        House.objects.filter(pk__in=house_ids, area_id=area_id, state=HouseState.ACTIVE)
        .select_related("building")
        .order_by("building__order", "building__name", "-floor", "unit", "room")
    )
    if not houses:
        raise NotOfThisArea("请在楼盘表上选择分摊房屋")
    if len(houses) != len(set(house_ids)):
        raise NotOfThisArea("所选房屋中有不属于该物业区域或已注销的，请重新选择")
    return houses


def divide(budget_fen: int, houses: Sequence[House]) -> dict[int, int]:
    """预算分摊: the budget among the houses by floor area, in fen by house id."""
    return allocate(budget_fen, {house.pk: house.area_dm2 for house in houses})


def keep_shares(project: RepairProject, divided: Mapping[int, Mapping[int, int]], houses: Sequence[House]) -> None:
    """Put these shares (fen by house id, by work id) in the place of those the project has, and merge them (分摊合并)."""
    ProjectHouse.objects.filter(project=project).delete()
    FacilityShare.objects.filter(work__project=project).delete()
    area_of = {house.pk: house.area_dm2 for house in houses}
    rows = [(work, house, fen) for work, parts in divided.items() for house, fen in parts.items()]
    FacilityShare.objects.bulk_create(
        [
            FacilityShare(id=pk, work_id=work, house_id=house, area_dm2=area_of[house], share_fen=fen)
            for pk, (work, house, fen) in zip(new_ids(len(rows)), rows, strict=True)
        ],
        batch_size=5_000,
    )
    merged = Counter[int]()
    for _, house, fen in rows:
        merged[house] += fen
    sharing = [house for house in houses if house.pk in merged]
    available = sub_accounts.available([house.pk for house in sharing])
    ProjectHouse.objects.bulk_create(
        [
            ProjectHouse(
                id=pk,
                project=project,
                house=house,
                area_dm2=house.area_dm2,
                fund_kind=fund_kind_of(house.nature),
                share_fen=merged[house.pk],
                fund_fen=merged[house.pk],
                shortfall_fen=max(merged[house.pk] - available[house.pk], 0),
            )
            for pk, house in zip(new_ids(len(sharing)), sharing, strict=True)
        ],
        batch_size=5_000,
    )
    project.house_count = len(sharing)
    project.area_dm2 = sum(house.area_dm2 for house in sharing)
    project.payable_fen = project.limit_fen = sum(merged.values())


def check_shares_are_current(project: RepairProject) -> None:
    """What is published must be what holds now. Raises: NotOfThisArea, SharesAreStale."""
    kept = {row[0]: row[1:] for row in project.houses.values_list("house_id", "area_dm2", "fund_kind")}
    houses = sharing_houses(area_id=project.area_id, house_ids=list(kept))
    is_current = kept == {house.pk: (house.area_dm2, fund_kind_of(house.nature).value) for house in houses}
    by_id = {house.pk: house for house in houses}
    for work in project.facilities.filter(way=AllocationWay.BUDGET):
        shares = dict(work.shares.values_list("house_id", "share_fen"))
        is_current = is_current and shares == divide(work.budget_fen, [by_id[pk] for pk in shares])
    if not is_current:
        raise SharesAreStale("分摊房屋的面积或性质在分摊后有变动，请重新进入“分摊房屋”核对并保存")


def shortfalls(project: RepairProject) -> dict[int, int]:
    """What the sub-accounts lack for the project's shares as they stand now: fen by house id, only who lacks."""
    parts = dict(ProjectHouse.objects.filter(project=project).values_list("house_id", "fund_fen"))
    available = sub_accounts.available(list(parts))
    return {pk: fen - available[pk] for pk, fen in parts.items() if available[pk] < fen}


def check_sub_accounts(project: RepairProject) -> None:
    """Raises: NotEnoughOnSubAccounts when a house cannot bear its share now."""
    if short := shortfalls(project):
        raise NotEnoughOnSubAccounts(shortfall_sentence(short))


def shortfall_sentence(short: Mapping[int, int]) -> str:
    """Which houses lack how much, the first few by name, and what to do."""
    first = list(
        House.objects.filter(pk__in=short)
        .select_related("building")
        .order_by("building__order", "building__name", "-floor", "unit", "room")[:NAMED]
    )
    named = "、".join(f"{house.building.name}{house.label}缺 {yuan(short[house.pk])} 元" for house in first)
    more = f"等 {len(short)} 户，共缺 {yuan(sum(short.values()))} 元" if len(short) > NAMED else ""
    return f"分户账可用余额不足：{named}{more}。请先补交维修资金，或调整分摊房屋、预算金额"
