"""交存情况 (D6): how the areas one sees stand, each leading to its building table."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.deposits.queries import area_deposits
from upkeep.estate.queries import area_list
from upkeep.parties.roles import OFFICE, ORGANISATION
from upkeep.web.access import ActorRequest, access

PER_PAGE = 20


@access(*OFFICE, *ORGANISATION)
@require_safe
def areas(request: ActorRequest) -> HttpResponse:
    """Due, paid and in arrears by area, with the sums of the page."""
    text = request.GET.get("q", "").strip()
    page = Paginator(area_list(actor=request.actor, text=text), PER_PAGE).get_page(request.GET.get("page"))
    rows = area_deposits(list(page), on=timezone.localdate())
    sums = {
        name: sum(getattr(row, name) for row in rows)
        for name in (
            "house_count",
            "none",
            "waiting",
            "paid",
            "arrears",
            "due_fen",
            "paid_fen",
            "missing_fen",
            "unfit",
        )
    }
    return render(request, "deposits/state.html", {"q": text, "page": page, "rows": rows, "sums": sums})
