"""The office ends a service, with its reason."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from upkeep.estate.queries import get_area
from upkeep.estate.service_requests import tell_ended
from upkeep.estate.serving import end_service
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest, access


@access(Role.WINDOW_CLERK, Role.FIRST_REVIEWER, Role.APPROVER)
@require_POST
def end(request: ActorRequest, area_id: int, service_id: int) -> HttpResponse:
    """From today on the organisation serves the area no more; it is told."""
    area = get_area(area_id, actor=request.actor)
    if area is None or not area.services.filter(pk=service_id).exists():
        raise Http404
    now = timezone.now()
    try:
        service = end_service(
            service_id=service_id,
            until=timezone.localdate(now),
            reason=request.POST.get("reason", ""),
            at=now,
            by_id=request.actor.user_id,
        )
        tell_ended(service, at=now)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{service.organisation.name}对“{area.name}”的服务关系已终止")
    return redirect("estate:area", area.pk)
