"""What a second person says to a proposed change."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from upkeep.kernel.errors import Refusal
from upkeep.policy import changes
from upkeep.policy.queries import changes_visible_to
from upkeep.web.access import ActorRequest, access
from upkeep.web.policies.reach import DECIDERS
from upkeep.web.policies.showing import place_of


@access(*DECIDERS)
@require_POST
def decide(request: ActorRequest, change_id: int) -> HttpResponse:
    """确认生效, 不予通过, or, by the proposer, 撤销申请."""
    found = changes_visible_to(request.actor).filter(pk=change_id).first()
    if found is None:
        raise Http404
    at, title = timezone.now(), place_of(found).title
    try:
        match request.POST.get("step"):
            case "confirm":
                changes.confirm(found.pk, by=request.actor, at=at)
                messages.success(request, f"“{title}”的变更已确认")
            case "refuse":
                changes.refuse(found.pk, reason=request.POST.get("reason", ""), by=request.actor, at=at)
                messages.success(request, f"“{title}”的变更未予通过")
            case "drop":
                changes.drop(found.pk, by=request.actor, at=at)
                messages.success(request, f"“{title}”的变更申请已撤销")
            case _:
                messages.error(request, "请选择“确认生效”或“不予通过”")
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("policies:change", found.pk)
