"""新建维修项目: a project's basic data, kept as a draft until it is published; works and houses stand in `works`.

Source: manual 004 §1.3.1-1.3.3 第一步; 000 物业 2.5, 业委会 2.4.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from upkeep.casework.numbering import next_number
from upkeep.estate import claims
from upkeep.estate.models import Facility
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.policy.project_rule import project_rule
from upkeep.repairs.history import NotYours, advance, locked
from upkeep.repairs.models import DraftPage, EmergencyCause, ProjectFacility, RepairProject, TypedPage
from upkeep.repairs.queries import DROPPED, areas_to_start_in
from upkeep.repairs.shares import divide, keep_shares, merge, sharing_houses
from upkeep.repairs.stages import ProjectKind, ProjectMove
from upkeep.repairs.works import choose_houses

__all__ = ["Basics", "Work", "choose_houses", "create_project", "drop_draft", "edit_project", "keep_typed", "typed_on"]

PREFIX = "WX"


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is done to one facility, by whom, for how much."""

    facility_id: int
    content: str
    contractor: str
    budget_fen: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Basics:
    """项目基本信息. Without `due_on` the deadline (办结期限) follows the city's rule; `emergency_cause` is for emergencies.

    `works` may be given with the basic data; without them those of the project stay.
    """

    title: str
    reason: str
    contact_name: str
    contact_phone: str
    starts_on: dt.date
    ends_on: dt.date
    works: tuple[Work, ...] = ()
    emergency_cause: str = ""
    due_on: dt.date | None = None

    @property
    def budget_fen(self) -> int:
        return sum(work.budget_fen for work in self.works)


@transaction.atomic
def create_project(
    *, area_id: int, basics: Basics, by: Actor, at: dt.datetime, kind: ProjectKind = ProjectKind.SIMPLE
) -> RepairProject:
    """Begin a project in an area that the actor's organisation represents or serves.

    Raises: NotYours, HasProblems.
    """
    area = areas_to_start_in(by).filter(pk=area_id).first()
    if area is None or by.organisation_id is None:
        raise NotYours("只有该物业区域的业主委员会或物业服务企业可以新建维修项目")
    if not may_start(by, jurisdiction_id=area.jurisdiction_id, on=day_of(at)):
        raise NotYours("本市规定贵单位不能发起维修项目，请联系有权发起的单位")
    project = RepairProject(
        number=next_number(PREFIX, on=day_of(at)),
        kind=kind,
        jurisdiction_id=area.jurisdiction_id,
        area=area,
        organisation_id=by.organisation_id,
        budget_fen=0,
        created_at=at,
    )
    _set_basics(project, basics)
    project.save(force_insert=True)
    _set_works(project, basics)
    note = f"预算 {yuan(project.budget_fen)} 元" if project.budget_fen else project.kind_now.label
    advance(project, ProjectMove.CREATE, by=by, at=at, note=note)
    return project


def may_start(actor: Actor, *, jurisdiction_id: int, on: dt.date) -> bool:
    """Whether the city lets an organisation of the actor's kind begin projects (维修项目规则)."""
    starters = project_rule(jurisdiction_id=jurisdiction_id, on=on).starters
    return any(role.value in starters for role in actor.roles)


@transaction.atomic
def edit_project(project_id: int, *, basics: Basics, by: Actor, at: dt.datetime) -> RepairProject:
    """Change what is not yet published; where works are given they replace those there were, with the same houses.

    Raises: NotYours, NotNow, HasProblems.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    _set_basics(project, basics)
    if basics.works:
        house_ids = list(project.houses.values_list("house_id", flat=True))
        _set_works(project, basics)
        if house_ids:
            houses = sharing_houses(area_id=project.area_id, house_ids=house_ids)
            works = list(project.facilities.all())
            keep_shares(project, {work.pk: divide(work.budget_fen, houses) for work in works}, houses)
    TypedPage.objects.filter(project=project, page=DraftPage.BASICS).delete()
    advance(project, ProjectMove.EDIT, by=by, at=at, note="基本信息")
    return project


def _set_basics(project: RepairProject, basics: Basics) -> None:
    if problems := list(faults_of(project, basics)):
        raise HasProblems(problems)
    for name in ("title", "reason", "contact_name", "contact_phone", "starts_on", "ends_on"):
        setattr(project, name, getattr(basics, name))
    project.emergency_cause = basics.emergency_cause if project.kind_now is ProjectKind.EMERGENCY else ""
    project.due_on = basics.due_on or usual_due_on(project, basics.ends_on)


def usual_due_on(project: RepairProject, ends_on: dt.date) -> dt.date:
    """办结期限 by the city's rule: so many days after the planned end."""
    rule = project_rule(jurisdiction_id=project.jurisdiction_id, on=day_of(project.created_at))
    return ends_on + dt.timedelta(days=rule.due_days)


def faults_of(project: RepairProject, basics: Basics) -> Iterator[Problem]:
    """What is wrong with basic data, each tied to its field."""
    if not basics.title.strip():
        yield Problem("title", "请填写项目名称")
    if basics.ends_on < basics.starts_on:
        yield Problem("ends_on", "计划完工日不能早于计划开工日")
    if basics.due_on is not None and basics.due_on < basics.ends_on:
        yield Problem("due_on", "办结期限不能早于计划完工日")
    if project.kind_now is ProjectKind.EMERGENCY and basics.emergency_cause not in ("", *EmergencyCause.values):
        yield Problem("emergency_cause", "请从列表中选择紧急原因")
    wanted = {work.facility_id for work in basics.works}
    if basics.works:
        known = Facility.objects.filter(pk__in=wanted, area_id=project.area_id).count()
        if known != len(basics.works):
            yield Problem("facility", "请选择该物业区域的设施设备，同一设施设备只选一次")


def _set_works(project: RepairProject, basics: Basics) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """delete from repairs_facilityshare where work_id in
                   (select id from repairs_projectfacility where project_id = %s)""",
            [project.pk],
        )
        cursor.execute("delete from repairs_projectfacility where project_id = %s", [project.pk])
    ProjectFacility.objects.bulk_create(
        [
            ProjectFacility(
                project=project,
                facility_id=work.facility_id,
                content=work.content,
                contractor=work.contractor,
                note=work.note,
                budget_fen=work.budget_fen,
            )
            for work in basics.works
        ]
    )
    merge(project)


# --- drafts ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_typed(
    project_id: int, *, page: DraftPage, typed: Mapping[str, str], faults: int, by: Actor, at: dt.datetime
) -> TypedPage:
    """Keep what was typed on a page though a part of it is wrong, so that it is there when the page is opened again.

    Raises: NotYours, NotNow.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    kept, _ = TypedPage.objects.update_or_create(
        project=project, page=page, defaults={"typed": dict(typed), "faults": faults, "kept_at": at}
    )
    return kept


def forget_typed(project: RepairProject, page: DraftPage) -> None:
    """A page was saved without a fault."""
    TypedPage.objects.filter(project=project, page=page).delete()


def typed_on(project: RepairProject, page: DraftPage) -> TypedPage | None:
    """What waits on a page to be mended, if anything."""
    return TypedPage.objects.filter(project=project, page=page).first()


@transaction.atomic
def drop_draft(project_id: int, *, by: Actor, at: dt.datetime) -> RepairProject:
    """删除草稿: a project not yet published is given up; its number is never used again.

    Raises: NotYours, NotNow.
    """
    project = locked(project_id, moves=(ProjectMove.DROP,), by=by)
    if project.stage != "NEW":
        raise Refusal("只有未公示的项目可以删除")
    project.cancel_reason, project.cancelled_at = DROPPED, at
    TypedPage.objects.filter(project=project).delete()
    advance(project, ProjectMove.DROP, by=by, at=at)
    return project


@claims.names_sources("project")
def _names(project_ids: Collection[int]) -> dict[int, str]:
    return {one.pk: f"维修项目 {one.number} {one.title}" for one in RepairProject.objects.filter(pk__in=project_ids)}
