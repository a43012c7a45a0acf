"""Buildings ticked for a case."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from upkeep.casework.engine import editable
from upkeep.casework.models import Case
from upkeep.casework.pages import BUILDINGS
from upkeep.casework.procedure import register
from upkeep.estate.house_choice import NotOfThisArea
from upkeep.estate.models import Building
from upkeep.parties.actor import Actor


@transaction.atomic
def choose(case_id: int, *, building_ids: Iterable[int], by: Actor, at: dt.datetime) -> int:
    """Put the ticked buildings in the place of those ticked before. Answers with their number.

    Raises: NotOfThisArea, and what `engine.editable` raises.
    """
    case = editable(case_id, by=by)
    procedure = register[case.procedure]
    wanted = sorted(set(building_ids))
    known = Building.objects.filter(pk__in=wanted, area_id=procedure.area_id(case) or 0).count()
    if known != len(wanted):
        raise NotOfThisArea("所选楼栋中有不属于该物业区域的，请重新选择")
    case.data = case.data | {BUILDINGS: wanted}
    procedure.chosen(case)
    case.version += 1
    case.save(update_fields=["data", "version"])
    return len(wanted)


def chosen_buildings(case: Case) -> list[Building]:
    """The ticked buildings that still stand in the case's area, in order."""
    area_id = register[case.procedure].area_id(case) or 0
    found = Building.objects.filter(pk__in=case.data.get(BUILDINGS, []), area_id=area_id)
    return list(found.select_related("area").order_by("order", "name"))
