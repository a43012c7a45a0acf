"""What the city's policies open: ways to serve an area (取得服务区域的方式), and the form of its repairs (办理形式). Asked once
a request, and only by pages that need it.
"""

from django.http import Http404
from django.utils import timezone

from upkeep.policy.project_rule import project_rule
from upkeep.policy.service_rule import service_rule
from upkeep.web.access import ActorRequest

MOVE_IN, ASSOCIATION = "MOVE_IN", "ASSOCIATION"
#: Forms of repairs: projects of several steps, or withdrawal orders (维修支取任务单).
PROJECT, ORDER = "PROJECT", "ORDER"


def open_ways(request: ActorRequest) -> frozenset[str]:
    """The ways and the form open in the actor's city today; none where he has no city."""
    known: frozenset[str] | None = getattr(request, "_open_ways", None)
    if known is None:
        city_id, on = request.actor.jurisdiction_id, timezone.localdate()
        known = frozenset()
        if city_id:
            ways = service_rule(jurisdiction_id=city_id, on=on).ways
            known = frozenset((*ways, project_rule(jurisdiction_id=city_id, on=on).form))
        request._open_ways = known  # type: ignore[attr-defined]
    return known


def require_way(request: ActorRequest, way: str) -> None:
    """Raises: Http404 where the city does not open the way."""
    if way not in open_ways(request):
        raise Http404
