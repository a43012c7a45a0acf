"""设施设备 of a project: which are repaired and how, who shares each, and by which way its cost is divided.

Source: manual 004 §1.3.1 第一步三 (选择, 添加, 保存; 预算分摊; 导入分摊, 分摊合并).
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum

from upkeep.estate.kinds import FacilityState
from upkeep.estate.models import Facility
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.repairs.history import advance, locked
from upkeep.repairs.models import AllocationWay, FacilityShare, ProjectFacility, RepairProject
from upkeep.repairs.shares import divide, in_cash, keep_shares, merge, sharing_houses, write_work_shares
from upkeep.repairs.stages import ProjectMove

MOST_WORKS = 50


class NoSuchWork(Refusal):
    """The project does not repair that facility (any more)."""


@dataclass(frozen=True, kw_only=True)
class WorkData:
    """What is said of a work. `budget_fen` 0: not decided yet; with own amounts (自定义分摊金额) it is their sum instead."""

    content: str = ""
    contractor: str = ""
    note: str = ""
    budget_fen: int = 0


def works_of(project: RepairProject) -> list[ProjectFacility]:
    """The works in the order in which they were chosen, facilities and buildings loaded."""
    return list(project.facilities.select_related("facility__building").order_by("pk"))


@transaction.atomic
def add_works(project_id: int, *, facility_ids: Collection[int], by: Actor, at: dt.datetime) -> list[ProjectFacility]:
    """选择: take facilities of the area into the project; those that are in it already stay. Each begins with the
    houses of the one before it, if there is one. Answers with the new works.

    Raises: NotYours, NotNow, Refusal for a facility that is none of the area or out of use.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    if not facility_ids:
        raise Refusal("请先勾选要维修的设施设备")
    there = works_of(project)
    known = {work.facility_id for work in there}
    wanted = [pk for pk in dict.fromkeys(facility_ids) if pk not in known]
    standing = Facility.objects.filter(pk__in=wanted, area_id=project.area_id, state=FacilityState.IN_USE).count()
    if standing != len(wanted):
        raise Refusal("所选设施设备中有不属于该物业区域或已停用的，请重新选择")
    if len(there) + len(wanted) > MOST_WORKS:
        raise Refusal(f"一个维修项目最多 {MOST_WORKS} 项设施设备，请分成几个项目")
    added = [
        ProjectFacility(id=pk, project=project, facility_id=facility_id, content="", contractor="", budget_fen=0)
        for pk, facility_id in zip(new_ids(len(wanted)), wanted, strict=True)
    ]
    ProjectFacility.objects.bulk_create(added)
    advance(project, ProjectMove.EDIT, by=by, at=at, note=f"选择设施设备 {len(added)} 项")
    return added


@transaction.atomic
def remove_work(project_id: int, *, work_id: int, by: Actor, at: dt.datetime) -> RepairProject:
    """Take a facility out of the project with its shares. Raises: NotYours, NotNow, NoSuchWork."""
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    work = _work(project, work_id)
    write_work_shares(work.pk, {}, {})
    with connection.cursor() as cursor:
        cursor.execute("delete from repairs_projectfacility where id = %s", [work.pk])
    merge(project)
    advance(project, ProjectMove.EDIT, by=by, at=at, note=f"移除设施设备“{work.facility.name}”")
    return project


@transaction.atomic
def describe_works(project_id: int, *, works: Mapping[int, WorkData], by: Actor, at: dt.datetime) -> RepairProject:
    """Keep 维修内容, 施工单位, 备注 and 预算 of these works; where a budget changed its shares change with it.

    Raises: NotYours, NotNow, NoSuchWork, HasProblems.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    there = {work.pk: work for work in works_of(project)}
    changed, divided_anew = [], []
    for pk, data in works.items():
        if pk not in there:
            raise NoSuchWork("该设施设备已不在项目中，请刷新后再试")
        if data.budget_fen < 0:
            raise HasProblems([Problem(f"budget_{pk}", "预算金额不能小于 0")])
        work = there[pk]
        budget = data.budget_fen if work.way == AllocationWay.BUDGET else work.budget_fen
        if budget != work.budget_fen:
            divided_anew.append(work)
        work.content, work.contractor = data.content.strip(), data.contractor.strip()
        work.note, work.budget_fen = data.note.strip(), budget
        changed.append(work)
    _replace(changed)
    for work in divided_anew:
        _divide_anew(project, work)
    merge(project)
    advance(project, ProjectMove.EDIT, by=by, at=at, note=f"设施设备；预算 {yuan(project.budget_fen)} 元")
    return project


@transaction.atomic
def choose_houses(
    project_id: int, *, house_ids: Collection[int], by: Actor, at: dt.datetime, work_id: int | None = None
) -> RepairProject:
    """分摊范围: these houses share a work's cost (without `work_id` that of every work), in the place of those before.

    A budget is divided among them; own amounts stay with the houses that stay, new houses begin with 0. A shortfall is
    noted, not refused. Raises: NotYours, NotNow, NotOfThisArea, NoSuchWork.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    works = works_of(project) if work_id is None else [_work(project, work_id)]
    houses = sharing_houses(area_id=project.area_id, house_ids=house_ids)
    divided: dict[int, Mapping[int, int]] = {}
    for work in works:
        if work.way == AllocationWay.BUDGET:
            divided[work.pk] = divide(work.budget_fen, houses)
        else:
            own = dict(work.shares.values_list("house_id", "share_fen"))
            divided[work.pk] = {house.pk: own.get(house.pk, 0) for house in houses}
            work.budget_fen = sum(divided[work.pk].values())
    _replace([work for work in works if work.way == AllocationWay.OWN])
    keep_shares(project, divided, houses)
    where = f"“{works[0].facility.name}”" if work_id is not None else ""
    advance(project, ProjectMove.EDIT, by=by, at=at, note=f"{where}分摊房屋 {len(houses):,} 户")
    return project


@transaction.atomic
def divide_budget(project_id: int, *, work_id: int, budget_fen: int, by: Actor, at: dt.datetime) -> RepairProject:
    """预算分摊 (方式一): divide this budget among the work's houses by floor area, whatever amounts it had.

    Raises: NotYours, NotNow, NoSuchWork, HasProblems, NotOfThisArea.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    if budget_fen <= 0:
        raise HasProblems([Problem("budget", "请填写大于 0 的预算金额")])
    work = _work(project, work_id)
    work.way, work.budget_fen = AllocationWay.BUDGET, budget_fen
    _replace([work])
    _divide_anew(project, work)
    merge(project)
    note = f"“{work.facility.name}”按预算 {yuan(budget_fen)} 元分摊"
    advance(project, ProjectMove.EDIT, by=by, at=at, note=note)
    return project


@transaction.atomic
def set_own_amounts(
    project_id: int, *, work_id: int, amounts: Mapping[int, int], by: Actor, at: dt.datetime
) -> RepairProject:
    """自定义分摊金额 and 分摊合并 (方式二): these houses of the work bear these amounts (fen), the others what they had;
    the budget is their sum.

    Raises: NotYours, NotNow, NoSuchWork, HasProblems for a house that does not share the work or a negative amount.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    work = _work(project, work_id)
    rows = {row[0]: row[1:] for row in work.shares.values_list("house_id", "area_dm2", "share_fen")}
    if not rows:
        raise HasProblems([Problem("", "请先选择分摊房屋，再填写各户分摊金额")])
    if strangers := set(amounts) - set(rows):
        raise HasProblems([Problem("", f"有 {len(strangers)} 户不是该设施设备的分摊房屋，请刷新后再试")])
    if any(fen < 0 for fen in amounts.values()):
        raise HasProblems([Problem("", "分摊金额不能小于 0")])
    shares = {pk: amounts.get(pk, share) for pk, (_, share) in rows.items()}
    work.way, work.budget_fen = AllocationWay.OWN, sum(shares.values())
    _replace([work])
    write_work_shares(work.pk, shares, {pk: area for pk, (area, _) in rows.items()})
    merge(project)
    note = f"“{work.facility.name}”自定义分摊，合并后预算 {yuan(work.budget_fen)} 元"
    advance(project, ProjectMove.EDIT, by=by, at=at, note=note)
    return project


@transaction.atomic
def mark_cash(
    project_id: int, *, house_ids: Collection[int], in_cash_now: bool, by: Actor, at: dt.datetime
) -> RepairProject:
    """Note that the owners of these houses pay in cash what their sub-accounts lack, or take the note back.

    Raises: NotYours, NotNow, Refusal when a house is none of the project.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    marked, named = in_cash(project), set(house_ids)
    if not named:
        raise Refusal("请先勾选房屋")
    if project.houses.filter(house_id__in=named).count() != len(named):
        raise Refusal("所选房屋中有不参与分摊的，请刷新后再试")
    merge(project, cash=marked | named if in_cash_now else marked - named)
    what = "登记缺口由业主现金支付" if in_cash_now else "取消缺口现金支付"
    advance(project, ProjectMove.EDIT, by=by, at=at, note=f"{what} {len(named):,} 户")
    return project


@transaction.atomic
def share_anew(project_id: int, *, by: Actor, at: dt.datetime) -> RepairProject:
    """Divide and merge everything again, after houses or balances have changed in the register.

    Houses that left the register are taken out; own amounts of the others stay. Raises: NotYours, NotNow, NotOfThisArea.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    for work in works_of(project):
        _divide_anew(project, work)
    merge(project)
    advance(project, ProjectMove.EDIT, by=by, at=at, note="重新核对分摊")
    return project


def _work(project: RepairProject, work_id: int) -> ProjectFacility:
    work = project.facilities.select_related("facility__building").filter(pk=work_id).first()
    if work is None:
        raise NoSuchWork("该设施设备已不在项目中，请刷新后再试")
    return work


def _replace(works: Sequence[ProjectFacility]) -> None:
    """A work is taken out and put in anew, never changed (the guard of frozen shares); its id and shares stay."""
    if works:
        with connection.cursor() as cursor:
            cursor.execute("delete from repairs_projectfacility where id = any(%s)", [[work.pk for work in works]])
        ProjectFacility.objects.bulk_create(works)


def _divide_anew(project: RepairProject, work: ProjectFacility) -> None:
    """The work's houses as the register has them now, with a budget divided anew and own amounts as they were."""
    kept = dict(work.shares.values_list("house_id", "share_fen"))
    if not kept:
        return
    houses = [
        house for house in sharing_houses(area_id=project.area_id, house_ids=_still_active(project.area_id, kept))
    ]
    area_of = {house.pk: house.area_dm2 for house in houses}
    if work.way == AllocationWay.BUDGET:
        write_work_shares(work.pk, divide(work.budget_fen, houses), area_of)
        return
    shares = {house.pk: kept[house.pk] for house in houses}
    work.budget_fen = sum(shares.values())
    _replace([work])
    write_work_shares(work.pk, shares, area_of)


def _still_active(area_id: int, house_ids: Collection[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select id from estate_house where id = any(%s) and area_id = %s and state = 'ACTIVE'",
            [list(house_ids), area_id],
        )
        return [row[0] for row in cursor.fetchall()]


def house_counts(project: RepairProject) -> dict[int, int]:
    """How many houses share each work, by work id."""
    counted = FacilityShare.objects.filter(work__project=project).values_list("work_id").annotate(count=Count("pk"))
    return dict(counted)


def houses_of_work(project: RepairProject, work_id: str) -> list[int]:
    """The houses of another work of the project. Raises: NoSuchWork."""
    if not (work_id.isascii() and work_id.isdecimal() and len(work_id) <= 19):
        raise NoSuchWork("请选择相同分摊范围的设施设备")
    return list(_work(project, int(work_id)).shares.values_list("house_id", flat=True))


def shares_in_grid_order(work: ProjectFacility) -> QuerySet[FacilityShare]:
    """The shares of a work in the order of the building table, houses and buildings loaded."""
    order = ("building__order", "building__name", "-floor", "unit", "room")
    shares = FacilityShare.objects.filter(work=work).select_related("house__building")
    return shares.order_by(*(f"-house__{one[1:]}" if one[0] == "-" else f"house__{one}" for one in order))


@dataclass(frozen=True)
class WorkSums:
    """What a work's shares come to."""

    houses: int
    area_dm2: int
    share_fen: int


def sums_of_work(work: ProjectFacility) -> WorkSums:
    """Totals over all houses of a work."""
    totals = FacilityShare.objects.filter(work=work).aggregate(
        houses=Count("pk"), area=Sum("area_dm2"), fen=Sum("share_fen")
    )
    return WorkSums(totals["houses"], totals["area"] or 0, totals["fen"] or 0)
