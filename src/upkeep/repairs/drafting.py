"""新建维修项目: a project's basic data and works, and the houses that share their cost, until it is published."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import transaction

from upkeep.casework.numbering import next_number
from upkeep.estate import claims
from upkeep.estate.models import Facility
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.repairs.history import NotYours, advance, locked
from upkeep.repairs.models import FacilityShare, ProjectFacility, ProjectHouse, RepairProject
from upkeep.repairs.queries import areas_to_start_in
from upkeep.repairs.shares import divide, keep_shares, sharing_houses
from upkeep.repairs.stages import ProjectKind, ProjectMove

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
    """项目基本信息 with the works on its facilities; the budget is their sum."""

    title: str
    reason: str
    contact_name: str
    contact_phone: str
    starts_on: dt.date
    ends_on: dt.date
    works: tuple[Work, ...]

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
    project = RepairProject(
        number=next_number(PREFIX, on=day_of(at)),
        kind=kind,
        jurisdiction_id=area.jurisdiction_id,
        area=area,
        organisation_id=by.organisation_id,
        created_at=at,
    )
    _set_basics(project, basics)
    project.save(force_insert=True)
    _set_works(project, basics)
    advance(project, ProjectMove.CREATE, by=by, at=at, note=f"预算 {yuan(project.budget_fen)} 元")
    return project


@transaction.atomic
def edit_project(project_id: int, *, basics: Basics, by: Actor, at: dt.datetime) -> RepairProject:
    """Change what is not yet published; with the budget the shares change too.

    Raises: NotYours, NotNow, HasProblems.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    _set_basics(project, basics)
    house_ids = list(project.houses.values_list("house_id", flat=True))
    _set_works(project, basics)
    if house_ids:
        _share_among(project, house_ids)
    advance(project, ProjectMove.EDIT, by=by, at=at, note=f"基本信息；预算 {yuan(project.budget_fen)} 元")
    return project


@transaction.atomic
def choose_houses(project_id: int, *, house_ids: Collection[int], by: Actor, at: dt.datetime) -> RepairProject:
    """Divide the budget among these houses in the place of those chosen before. A shortfall is noted, not refused.

    Raises: NotYours, NotNow, NotOfThisArea.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    _share_among(project, house_ids)
    advance(project, ProjectMove.EDIT, by=by, at=at, note=f"分摊房屋 {project.house_count:,} 户")
    return project


def _share_among(project: RepairProject, house_ids: Collection[int]) -> None:
    """Every work of the project is borne by these houses."""
    houses = sharing_houses(area_id=project.area_id, house_ids=house_ids)
    keep_shares(project, {work.pk: divide(work.budget_fen, houses) for work in project.facilities.all()}, houses)


def _set_basics(project: RepairProject, basics: Basics) -> None:
    if problems := list(_faults(project, basics)):
        raise HasProblems(problems)
    for name in ("title", "reason", "contact_name", "contact_phone", "starts_on", "ends_on"):
        setattr(project, name, getattr(basics, name))
    project.budget_fen = basics.budget_fen


def _faults(project: RepairProject, basics: Basics) -> Iterator[Problem]:
    if basics.ends_on < basics.starts_on:
        yield Problem("ends_on", "计划完工日不能早于计划开工日")
    wanted = {work.facility_id for work in basics.works}
    known = Facility.objects.filter(pk__in=wanted, area_id=project.area_id).count()
    if not wanted or known != len(basics.works):
        yield Problem("facility", "请选择该物业区域的设施设备，同一设施设备只选一次")


def _set_works(project: RepairProject, basics: Basics) -> None:
    ProjectHouse.objects.filter(project=project).delete()
    FacilityShare.objects.filter(work__project=project).delete()
    ProjectFacility.objects.filter(project=project).delete()
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


@claims.names_sources("project")
def _names(project_ids: Collection[int]) -> dict[int, str]:
    return {one.pk: f"维修项目 {one.number} {one.title}" for one in RepairProject.objects.filter(pk__in=project_ids)}
