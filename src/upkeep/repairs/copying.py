"""复制项目: a new draft after an earlier project, with what still holds of it."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from upkeep.estate.kinds import FacilityState, HouseState
from upkeep.estate.models import House
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor
from upkeep.repairs.drafting import Basics, create_project
from upkeep.repairs.history import NotYours
from upkeep.repairs.models import AllocationWay, FacilityShare, ProjectFacility, ProjectPhase, RepairProject
from upkeep.repairs.shares import divide, keep_shares, sharing_houses
from upkeep.repairs.stages import ProjectKind


@transaction.atomic
def copy_project(source_id: int, *, by: Actor, at: dt.datetime) -> RepairProject:
    """A new draft with the basic data, works and contractors, houses and plan of one of the actor's projects.

    Number and shares are made anew; facilities out of use, houses no longer in the register, papers, votes and payments
    are not taken over; the planned days keep their length and begin today.
    Raises: NotYours, Refusal for an order, which is filled in anew from its own pages.
    """
    source = RepairProject.objects.filter(pk=source_id, organisation_id=by.organisation_id or 0).first()
    if source is None:
        raise NotYours("只能复制本单位的维修项目")
    if source.kind_now is ProjectKind.ORDER:
        raise Refusal("维修支取任务单请在任务单列表中修改后重新提交")
    today = day_of(at)
    basics = Basics(
        title=source.title,
        reason=source.reason,
        contact_name=source.contact_name,
        contact_phone=source.contact_phone,
        starts_on=today,
        ends_on=today + (source.ends_on - source.starts_on),
        emergency_cause=source.emergency_cause,
    )
    project = create_project(area_id=source.area_id, basics=basics, by=by, at=at, kind=source.kind_now)
    project.copied_from = source
    _copy_works(source, project)
    _copy_plan(source, project, shift=today - source.starts_on)
    project.save()
    return project


def _copy_works(source: RepairProject, project: RepairProject) -> None:
    rows = source.facilities.filter(facility__state=FacilityState.IN_USE, facility__area_id=source.area_id)
    works = list(rows.order_by("pk"))
    copies = [
        ProjectFacility(
            id=pk,
            project=project,
            facility_id=work.facility_id,
            content=work.content,
            contractor=work.contractor,
            note=work.note,
            way=work.way,
            budget_fen=work.budget_fen,
        )
        for pk, work in zip(new_ids(len(works)), works, strict=True)
    ]
    shares = _shares_of(works)
    active = set(
        House.objects.filter(area_id=source.area_id, state=HouseState.ACTIVE).values_list("pk", flat=True)
        if any(shares.values())
        else ()
    )
    left = {pk: {house: fen for house, fen in kept.items() if house in active} for pk, kept in shares.items()}
    for work, copy in zip(works, copies, strict=True):
        if copy.way == AllocationWay.OWN:
            copy.budget_fen = sum(left[work.pk].values())
    ProjectFacility.objects.bulk_create(copies)
    chosen = {house for kept in left.values() for house in kept}
    houses = {one.pk: one for one in sharing_houses(area_id=source.area_id, house_ids=chosen)} if chosen else {}
    divided: dict[int, Mapping[int, int]] = {}
    for work, copy in zip(works, copies, strict=True):
        kept = left[work.pk]
        if kept and copy.way == AllocationWay.BUDGET:
            divided[copy.pk] = divide(copy.budget_fen, [houses[pk] for pk in houses if pk in kept])
        elif kept:
            divided[copy.pk] = kept
    keep_shares(project, divided, houses.values())


def _shares_of(works: list[ProjectFacility]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {work.pk: {} for work in works}
    rows = FacilityShare.objects.filter(work__in=works).values_list("work_id", "house_id", "share_fen")
    for work_id, house_id, fen in rows:
        found[work_id][house_id] = fen
    return found


def _copy_plan(source: RepairProject, project: RepairProject, *, shift: dt.timedelta) -> None:
    """The phases as they were; when the shares come to another sum, publishing asks for them to be corrected."""
    ProjectPhase.objects.bulk_create(
        ProjectPhase(
            project=project,
            number=phase.number,
            title=phase.title,
            planned_on=phase.planned_on + shift if phase.planned_on else None,
            amount_fen=phase.amount_fen,
            limit_fen=phase.amount_fen,
        )
        for phase in source.phases.order_by("number")
    )
