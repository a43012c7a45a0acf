"""Ticking buildings of the case's area, as a page of filling in a case."""

from typing import Any

from django.utils import timezone

from upkeep.casework.models import Case
from upkeep.casework.pages import BUILDINGS
from upkeep.casework.procedure import register
from upkeep.estate import building_choice, queries
from upkeep.web.access import ActorRequest
from upkeep.web.building_table import chosen_ids


def choice_context(case: Case) -> dict[str, Any]:
    """The buildings of the area with their houses, and which are ticked."""
    area_id = register[case.procedure].area_id(case)
    ticked = set(case.data.get(BUILDINGS, []))
    found = queries.buildings_of(area_id) if area_id else []
    return {"buildings": [(one, one.building.pk in ticked) for one in found]}


def keep_choice(request: ActorRequest, case: Case) -> None:
    """Keep what is ticked. Raises: NotOfThisArea."""
    building_choice.choose(
        case.pk, building_ids=chosen_ids(request.POST, name="building"), by=request.actor, at=timezone.now()
    )
