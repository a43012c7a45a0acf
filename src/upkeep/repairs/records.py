"""维修记录 (R15): what has been repaired, by house, building, facility and contractor."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from upkeep.kernel.numbers import tidy_number
from upkeep.parties.actor import Actor
from upkeep.repairs.models import FacilityShare, ProjectFacility, ProjectHouse
from upkeep.repairs.queries import visible_to
from upkeep.repairs.stages import Stage

#: A draft, and what was given up before it came to anything, has repaired nothing.
_NO_RECORD = (Stage.NEW, Stage.CANCELLED)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the records are narrowed to; what is None or empty narrows nothing."""

    area_id: int | None = None
    building_id: int | None = None
    house_id: int | None = None
    facility_id: int | None = None
    kind: str = ""
    contractor: str = ""
    text: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def records(asked: Asked, *, actor: Actor) -> QuerySet[ProjectFacility]:
    """The works of published projects that the actor sees, the newest first, with facility, place and project."""
    works = ProjectFacility.objects.filter(project__in=visible_to(actor).exclude(stage__in=_NO_RECORD))
    exact = {
        "project__area_id": asked.area_id,
        "facility_id": asked.facility_id,
        "facility__kind": asked.kind or None,
    }
    works = works.filter(**{name: value for name, value in exact.items() if value is not None})
    if asked.building_id is not None:
        works = works.filter(_of_building(asked.building_id))
    if asked.house_id is not None:
        works = works.filter(Exists(FacilityShare.objects.filter(work=OuterRef("pk"), house_id=asked.house_id)))
    if contractor := asked.contractor.strip():
        works = works.filter(contractor__icontains=contractor)
    if text := asked.text.strip():
        named = Q(project__title__icontains=text) | Q(facility__name__icontains=text) | Q(content__icontains=text)
        works = works.filter(named | Q(project__number__startswith=tidy_number(text)))
    if asked.since is not None:
        works = works.filter(project__starts_on__gte=asked.since)
    if asked.until is not None:
        works = works.filter(project__starts_on__lte=asked.until)
    return works.select_related("project__area", "facility__building").order_by("-project__created_at", "-pk")


def _of_building(building_id: int) -> Q:
    """Facilities of the building, and others that one of its houses shared."""
    shared = FacilityShare.objects.filter(work=OuterRef("pk"), house__building_id=building_id)
    return Q(facility__building_id=building_id) | Q(Exists(shared))


def repairs_of_house(house_id: int) -> QuerySet[ProjectHouse]:
    """What a house has shared in, the newest first, with its project; for its owner, who knows the house."""
    shares = ProjectHouse.objects.filter(house_id=house_id).exclude(project__stage__in=_NO_RECORD)
    return shares.select_related("project__area").order_by(F("project__created_at").desc(), "-pk")


def shares_of_house(house_id: int, work_ids: Collection[int]) -> dict[int, int]:
    """What the house bears of these works, in fen by work id."""
    rows = FacilityShare.objects.filter(house_id=house_id, work_id__in=work_ids)
    return dict(rows.values_list("work_id", "share_fen"))
