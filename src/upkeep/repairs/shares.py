"""Who bears how much of a project, from which fund, and whether the sub-accounts can bear it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from upkeep.banking.custody import fund_kind_of
from upkeep.books import sub_accounts
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House
from upkeep.kernel.allocation import allocate
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import yuan
from upkeep.repairs.models import ProjectHouse, RepairProject

NAMED = 5


class NotOfThisArea(Refusal):
    """A chosen house does not belong to the project's area, or is cancelled."""


class SharesAreStale(Refusal):
    """The houses have changed in the register since the budget was divided."""


class NotEnoughOnSubAccounts(Refusal):
    """Some houses cannot bear their share; the sentence names the first of them with what they lack."""


@dataclass(frozen=True)
class Share:
    """A house's part of a budget, and what its sub-account lacks for it."""

    house: House
    share_fen: int
    available_fen: int

    @property
    def shortfall_fen(self) -> int:
        return max(self.share_fen - self.available_fen, 0)


def shares_of(*, area_id: int, house_ids: Collection[int], budget_fen: int) -> list[Share]:
    """The budget divided among houses of the area by floor area, in the order of the building table.

    Raises: NotOfThisArea.
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
    parts = allocate(budget_fen, {house.pk: house.area_dm2 for house in houses})
    available = sub_accounts.available([house.pk for house in houses])
    return [Share(house, parts[house.pk], available[house.pk]) for house in houses]


def keep_shares(project: RepairProject, shares: Sequence[Share]) -> None:
    """Put the shares in the place of those the project has."""
    ProjectHouse.objects.filter(project=project).delete()
    ProjectHouse.objects.bulk_create(
        [
            ProjectHouse(
                id=pk,
                project=project,
                house=share.house,
                area_dm2=share.house.area_dm2,
                fund_kind=fund_kind_of(share.house.nature),
                share_fen=share.share_fen,
                shortfall_fen=share.shortfall_fen,
            )
            for pk, share in zip(new_ids(len(shares)), shares, strict=True)
        ],
        batch_size=5_000,
    )
    project.house_count = len(shares)
    project.area_dm2 = sum(share.house.area_dm2 for share in shares)


def check_shares_are_current(project: RepairProject) -> None:
    """What is published must be what holds now. Raises: NotOfThisArea, SharesAreStale."""
    kept = {row[0]: row[1:] for row in project.houses.values_list("house_id", "area_dm2", "share_fen", "fund_kind")}
    fresh = shares_of(area_id=project.area_id, house_ids=list(kept), budget_fen=project.budget_fen)
    now = {
        share.house.pk: (share.house.area_dm2, share.share_fen, fund_kind_of(share.house.nature).value)
        for share in fresh
    }
    if kept != now:
        raise SharesAreStale("分摊房屋的面积或性质在分摊后有变动，请重新进入“分摊房屋”核对并保存")


def shortfalls(project: RepairProject) -> dict[int, int]:
    """What the sub-accounts lack for the project's shares as they stand now: fen by house id, only who lacks."""
    parts = dict(ProjectHouse.objects.filter(project=project).values_list("house_id", "share_fen"))
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
