"""Who bears how much of a project: each facility's budget among its own houses, and all of it merged house by house.

Source: 165号令 第二十条 (by floor area, first among the kinds of property), 第二十一条 (unsold houses); manual 004 §1.3.1
第一步三、四 (预算分摊, 分摊合并, 合并分摊清册).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from upkeep.banking.custody import fund_kind_of
from upkeep.books import sub_accounts
from upkeep.estate.kinds import HouseNature, HouseState, HouseUse
from upkeep.estate.models import House
from upkeep.kernel.allocation import allocate_in_groups
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import yuan
from upkeep.policy.project_rule import DEVELOPER_OUTSIDE, project_rule
from upkeep.repairs.bearing import Borne, borne
from upkeep.repairs.models import AllocationWay, OutsideReason, ProjectHouse, RepairProject
from upkeep.repairs.unit_part import unit_parts

NAMED = 5
_IN_GRID_ORDER = ("building__order", "building__name", "-floor", "unit", "room")


class NotOfThisArea(Refusal):
    """A chosen house does not belong to the project's area, or is cancelled."""


class SharesAreStale(Refusal):
    """The houses have changed in the register since the budget was divided."""


class NotEnoughOnSubAccounts(Refusal):
    """Some houses cannot bear their share; the sentence names the first of them with what they lack."""


class SharingHouse(NamedTuple):
    """What dividing a budget asks of a house."""

    pk: int
    area_dm2: int
    nature: str
    use: str


def sharing_houses(*, area_id: int, house_ids: Collection[int]) -> list[SharingHouse]:
    """The chosen houses of the area, in the order of the building table.

    Raises: NotOfThisArea when one is not of the area or is cancelled, or when there is none.
    """
    wanted = House.objects.filter(pk__in=house_ids, area_id=area_id, state=HouseState.ACTIVE)
    rows = wanted.order_by(*_IN_GRID_ORDER).values_list("pk", "area_dm2", "nature", "use")
    houses = [SharingHouse(*row) for row in rows]
    if not houses:
        raise NotOfThisArea("请在楼盘表上选择分摊房屋")
    if len(houses) != len(set(house_ids)):
        raise NotOfThisArea("所选房屋中有不属于该物业区域或已注销的，请重新选择")
    return houses


def divide(budget_fen: int, houses: Sequence[SharingHouse]) -> dict[int, int]:
    """预算分摊: the budget among the houses by floor area, in fen by house id."""
    areas = {house.pk: house.area_dm2 for house in houses}
    groups = _groups(houses)
    return allocate_in_groups(budget_fen, areas, groups)


def _groups(houses: Sequence[SharingHouse]) -> dict[int, str]:
    """商品住宅, 非住宅, 售后公有住房 by house id: a budget is divided among these first (165号令 第二十条)."""
    public, dwelling = HouseNature.SOLD_PUBLIC.value, HouseUse.RESIDENTIAL.value
    return {
        pk: "PUBLIC" if nature == public else "DWELLING" if use == dwelling else "OTHER"
        for pk, _, nature, use in houses
    }


# --- writing ---------------------------------------------------------------------------------------------------------


def keep_shares(
    project: RepairProject, divided: Mapping[int, Mapping[int, int]], houses: Iterable[SharingHouse]
) -> None:
    """Put these shares (fen by house id, by work id) in the place of those of these works, and merge them (分摊合并).

    The project's sums are set, not saved.
    """
    area_of = {house.pk: house.area_dm2 for house in houses}
    for work_id, shares in divided.items():
        write_work_shares(work_id, shares, area_of)
    merge(project)


def write_work_shares(work_id: int, shares: Mapping[int, int], area_of: Mapping[int, int]) -> None:
    """The shares of one facility in the place of those it has; `merge` must follow."""
    with connection.cursor() as cursor:
        cursor.execute("delete from repairs_facilityshare where work_id = %s", [work_id])
        if shares:
            cursor.execute(
                """insert into repairs_facilityshare (id, work_id, house_id, area_dm2, share_fen)
                   select id, %s, house_id, area_dm2, fen
                     from unnest(%s::bigint[], %s::bigint[], %s::int[], %s::bigint[]) as t (id, house_id, area_dm2, fen)
                """,
                [
                    work_id,
                    new_ids(len(shares)),
                    list(shares),
                    [area_of[house] for house in shares],
                    list(shares.values()),
                ],
            )


class _Merged(NamedTuple):
    house_id: int
    share_fen: int
    area_dm2: int
    nature: str
    is_unsold: bool


_MERGED = """
select m.house_id, m.share_fen, m.area_dm2, h.nature,
       h.first_deposit_due_fen is null
       and not exists (select from estate_ownership o where o.house_id = h.id and o.until is null)
  from (select s.house_id, sum(s.share_fen)::bigint as share_fen, max(s.area_dm2) as area_dm2
          from repairs_facilityshare s
          join repairs_projectfacility w on w.id = s.work_id
         where w.project_id = %s
         group by s.house_id) m
  join estate_house h on h.id = m.house_id
  join estate_building b on b.id = h.building_id
 order by b."order", b.name, h.floor desc, h.unit, h.room
"""

_WRITE_MERGED = """
insert into repairs_projecthouse
       (id, project_id, house_id, area_dm2, fund_kind, share_fen, fund_fen, unit_fen, outside_fen, outside_reason,
        shortfall_fen, ordered_fen, paid_fen, unit_ordered_fen, unit_paid_fen)
select id, %s, house_id, area_dm2, fund_kind, share_fen, fund_fen, unit_fen, outside_fen, reason, short_fen, 0, 0, 0, 0
  from unnest(%s::bigint[], %s::bigint[], %s::int[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
              %s::text[], %s::bigint[])
       as t (id, house_id, area_dm2, fund_kind, share_fen, fund_fen, unit_fen, outside_fen, reason, short_fen)
"""


def merge(project: RepairProject, *, cash: Collection[int] | None = None) -> dict[int, Borne]:
    """合并分摊: one line per house with the sum over the facilities, and who bears it; budget and sums of the project
    are set, not saved.

    `cash`: the houses whose owners pay what their sub-account lacks; None leaves it as it was marked. Answers with the
    parts by house id.
    """
    marked = in_cash(project) if cash is None else set(cash)
    rows = _merged_rows(project.pk)
    parts = _parts(project, rows, marked)
    with connection.cursor() as cursor:
        cursor.execute("delete from repairs_projecthouse where project_id = %s", [project.pk])
        if rows:
            cursor.execute(_WRITE_MERGED, [project.pk, *_columns(rows, parts)])
    project.house_count = len(rows)
    project.area_dm2 = sum(row.area_dm2 for row in rows)
    project.budget_fen = sum(project.facilities.values_list("budget_fen", flat=True))
    project.payable_fen = project.limit_fen = sum(part.fund_fen + part.unit_fen for part in parts.values())
    return parts


def in_cash(project: RepairProject) -> set[int]:
    """The houses whose owners pay in cash what their sub-account lacks."""
    marked = ProjectHouse.objects.filter(project=project, outside_reason=OutsideReason.CASH)
    return set(marked.values_list("house_id", flat=True))


def _merged_rows(project_id: int) -> list[_Merged]:
    with connection.cursor() as cursor:
        cursor.execute(_MERGED, [project_id])
        return [_Merged(*row) for row in cursor.fetchall()]


def _parts(project: RepairProject, rows: Sequence[_Merged], cash: Collection[int]) -> dict[int, Borne]:
    """The rule of the day on which the project was begun holds for it to the end."""
    rule = project_rule(jurisdiction_id=project.jurisdiction_id, on=day_of(project.created_at))
    outside = rule.unsold_bears == DEVELOPER_OUTSIDE
    available = sub_accounts.available([row.house_id for row in rows])
    public = {
        row.house_id: row.share_fen
        for row in rows
        if row.nature == HouseNature.SOLD_PUBLIC and not (outside and row.is_unsold)
    }
    units = unit_parts(public)
    return {
        row.house_id: borne(
            row.share_fen,
            unit_fen=units.get(row.house_id, 0),
            available_fen=available[row.house_id],
            # What the developer has deposited already bears the share of a house not sold yet.
            unsold=outside and row.is_unsold and available[row.house_id] == 0,
            in_cash=row.house_id in cash,
        )
        for row in rows
    }


def _columns(rows: Sequence[_Merged], parts: Mapping[int, Borne]) -> list[list[object]]:
    kinds = {nature: fund_kind_of(nature).value for nature in HouseNature}
    borne_by = [parts[row.house_id] for row in rows]
    return [
        list(new_ids(len(rows))),
        [row.house_id for row in rows],
        [row.area_dm2 for row in rows],
        [kinds[HouseNature(row.nature)] for row in rows],
        [row.share_fen for row in rows],
        [one.fund_fen for one in borne_by],
        [one.unit_fen for one in borne_by],
        [one.outside_fen for one in borne_by],
        [str(one.outside_reason) for one in borne_by],
        [one.shortfall_fen for one in borne_by],
    ]


# --- checking --------------------------------------------------------------------------------------------------------


def check_shares_are_current(project: RepairProject) -> None:
    """What is published must be what holds now. Raises: NotOfThisArea, SharesAreStale."""
    kept = {row[0]: row[1:] for row in project.houses.values_list("house_id", "area_dm2", "fund_kind")}
    houses = {one.pk: one for one in sharing_houses(area_id=project.area_id, house_ids=list(kept))}
    is_current = kept == {pk: (one.area_dm2, fund_kind_of(one.nature).value) for pk, one in houses.items()}
    for work in project.facilities.filter(way=AllocationWay.BUDGET):
        shares = dict(work.shares.values_list("house_id", "share_fen"))
        is_current = is_current and shares == divide(work.budget_fen, [houses[pk] for pk in shares])
    if is_current:
        rows, marked = _merged_rows(project.pk), in_cash(project)
        now = _parts(project, rows, marked)
        borne_now = {pk: (one.unit_fen, one.outside_reason == OutsideReason.UNSOLD) for pk, one in now.items()}
        was = project.houses.values_list("house_id", "unit_fen", "outside_reason")
        is_current = borne_now == {pk: (unit, reason == OutsideReason.UNSOLD) for pk, unit, reason in was}
    if not is_current:
        raise SharesAreStale("分摊房屋的面积、性质或售出情况在分摊后有变动，请重新进入“分摊房屋”核对并保存")


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
    first = list(House.objects.filter(pk__in=short).select_related("building").order_by(*_IN_GRID_ORDER)[:NAMED])
    named = "、".join(f"{house.building.name}{house.label}缺 {yuan(short[house.pk])} 元" for house in first)
    more = f"等 {len(short)} 户，共缺 {yuan(sum(short.values()))} 元" if len(short) > NAMED else ""
    return (
        f"分户账可用余额不足：{named}{more}。请在“合并分摊清册”打印欠款催缴通知单请业主补交，"
        "或登记由业主现金支付缺口，也可调整分摊房屋、预算金额"
    )
