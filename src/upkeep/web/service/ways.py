"""Which ways to serve an area (取得服务区域的方式) the city opens: asked once a request, and only by pages that need it."""

from django.http import Http404
from django.utils import timezone

from upkeep.policy.service_rule import service_rule
from upkeep.web.access import ActorRequest

MOVE_IN, ASSOCIATION = "MOVE_IN", "ASSOCIATION"


def open_ways(request: ActorRequest) -> frozenset[str]:
    """The ways open in the actor's city today; none where he has no city."""
    known: frozenset[str] | None = getattr(request, "_open_ways", None)
    if known is None:
        city_id = request.actor.jurisdiction_id
        rule = service_rule(jurisdiction_id=city_id, on=timezone.localdate()) if city_id else None
        known = frozenset(rule.ways if rule else ())
        request._open_ways = known  # type: ignore[attr-defined]
    return known


def require_way(request: ActorRequest, way: str) -> None:
    """Raises: Http404 where the city does not open the way."""
    if way not in open_ways(request):
        raise Http404
