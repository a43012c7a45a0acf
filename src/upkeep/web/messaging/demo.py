"""演示短信与邮件: the telephone and mailbox of everybody in the demo, so that a visitor gets his code. Only the demo has it."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from upkeep.messaging.models import Outbox
from upkeep.messaging.queries import sent_to
from upkeep.parties.roles import EVERYONE
from upkeep.web.access import ActorRequest, access

PER_PAGE = 20


@access(*EVERYONE)
@never_cache
@require_safe
def demo_outbox(request: ActorRequest) -> HttpResponse:
    """The newest first, of all cities; `?to=` is a whole number or address."""
    if not settings.DEMO:
        raise Http404
    rows = Outbox.objects.select_related("jurisdiction").order_by("-created_at", "-id")
    to = request.GET.get("to", "").strip()
    if to:
        rows = sent_to(rows, to)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "messaging/demo.html", {"page": page, "to": to})
