"""The first page after logging in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from upkeep.parties.roles import BANK
from upkeep.web.access import ActorRequest, access
from upkeep.web.menu import shortcuts
from upkeep.web.shell import words_for


@access(*BANK)
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """Greets, and shows 快捷入口: the pages this user may open."""
    return render(request, "bank/home.html", {"shortcuts": shortcuts(request.actor, words=words_for(request))})
