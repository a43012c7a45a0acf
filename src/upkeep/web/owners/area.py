"""What the page of an area shows of its changes, and which businesses begin from it."""

from typing import Any

from django.utils import timezone

from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.casework.queries import visible_to as visible_cases
from upkeep.estate.area_changes import changes_of
from upkeep.estate.models import Area
from upkeep.web.access import ActorRequest


def area_context(request: ActorRequest, area: Area) -> dict[str, Any]:
    """变更记录; 变更 for its developer and the office, 批量绑定 for whoever may bind."""
    changes, on = changes_of(area.pk), timezone.localdate()
    case_ids = [one.case_id for one in changes]
    seen = visible_cases(request.actor).filter(pk__in=case_ids).values_list("pk", flat=True) if case_ids else ()
    mine = request.actor.organisation_id
    may_change = engine.may_start(register["area_change"], by=request.actor, on=on)
    return {
        "area_changes": changes,
        "change_cases": set(seen),
        "may_change_area": may_change and (not mine or area.developer_id == mine),
        "may_bind_owners": engine.may_start(register["owner_binding"], by=request.actor, on=on),
    }
