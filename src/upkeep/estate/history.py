"""变更记录: writing down what the register said before a case changed it, and reading it again."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from upkeep.estate.models import Building, BuildingChange, HouseChange
from upkeep.estate.models.history import BuildingField, HouseField
from upkeep.kernel.bulk import copy_in
from upkeep.kernel.ids import new_ids


@dataclass(frozen=True)
class HouseFieldChange:
    """One field of one house, in words; personal data masked by the caller."""

    house_id: int
    field: HouseField
    before: str
    after: str


@dataclass(frozen=True)
class BuildingFieldChange:
    """One field of one building, in words."""

    building_id: int
    field: BuildingField
    before: str
    after: str


def record_house_changes(
    changes: Iterable[HouseFieldChange], *, case_id: int, by_id: int | None, at: dt.datetime
) -> int:
    """Write changes of houses down, in bulk; what did not change is left out. Answers with the number of rows."""
    wanted = [one for one in changes if one.before != one.after]
    rows = (
        (pk, one.house_id, str(one.field), one.before, one.after, case_id, by_id, at)
        for pk, one in zip(new_ids(len(wanted)), wanted, strict=True)
    )
    copy_in(HouseChange, ("id", "house", "field", "before", "after", "case", "by", "at"), rows)
    return len(wanted)


def record_building_changes(
    changes: Iterable[BuildingFieldChange], *, case_id: int, by_id: int | None, at: dt.datetime
) -> int:
    """Write changes of buildings down with the area in which each stands now, so before it is moved.

    What did not change is left out. Answers with the number of rows.
    """
    wanted = [one for one in changes if one.before != one.after]
    ids = {one.building_id for one in wanted}
    areas = dict(Building.objects.filter(pk__in=ids).values_list("pk", "area_id"))
    BuildingChange.objects.bulk_create(
        [
            BuildingChange(
                id=pk,
                building_id=one.building_id,
                area_id=areas[one.building_id],
                field=one.field,
                before=one.before,
                after=one.after,
                case_id=case_id,
                by_id=by_id,
                at=at,
            )
            for pk, one in zip(new_ids(len(wanted)), wanted, strict=True)
        ]
    )
    return len(wanted)


def changes_of_house(house_id: int) -> QuerySet[HouseChange]:
    """The changes of a house, the latest first, with their cases."""
    return HouseChange.objects.filter(house_id=house_id).select_related("case", "by")


def changes_of_buildings(area_id: int) -> QuerySet[BuildingChange]:
    """The changes of the buildings that stand in an area or stood there when they were changed, the latest first."""
    rows = BuildingChange.objects.filter(Q(area_id=area_id) | Q(building__area_id=area_id))
    return rows.select_related("building", "case", "by")
