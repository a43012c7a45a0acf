"""The first page after logging in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from upkeep.parties.roles import ORGANISATION, Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.menu import shortcuts
from upkeep.web.service.ways import open_ways
from upkeep.web.shell import words_for


@access(*ORGANISATION, Role.UNVERIFIED)
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """Greets, and shows 快捷入口: the pages this user may open."""
    items = shortcuts(request.actor, words=words_for(request), ways=lambda: open_ways(request))
    return render(request, "organisation/home.html", {"shortcuts": items})
