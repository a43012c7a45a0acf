"""The work list of the office (Q4): what waits for one's roles, the most urgent first."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.casework.procedure import register
from upkeep.casework.queries import worklist
from upkeep.deposits.arrears import arrears_count
from upkeep.parties.roles import OFFICE
from upkeep.web.access import ActorRequest, access
from upkeep.web.menu import shortcuts
from upkeep.web.shell import words_for

PER_PAGE = 20


@access(*OFFICE)
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """工作台: the cases that wait for the user, with their deadlines, and 快捷入口."""
    waiting = worklist(actor=request.actor)
    on = timezone.localdate()
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(case, register[case.procedure]) for case in page],
        "overdue": waiting.filter(due_on__lt=on).count(),
        "due_today": waiting.filter(due_on=on).count(),
        "today": on,
        "in_arrears": arrears_count(request.actor),
        "shortcuts": shortcuts(request.actor, words=words_for(request)),
    }
    return render(request, "office/home.html", context)
