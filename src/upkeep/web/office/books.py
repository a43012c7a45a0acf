"""A house's sub-account: found by its room, shown with every movement. The books decide nothing here."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from upkeep.books import statements, sub_accounts
from upkeep.estate.house_search import find_houses
from upkeep.estate.models import House
from upkeep.estate.queries import owner_names, visible_to
from upkeep.parties.roles import OFFICE
from upkeep.web.access import ActorRequest, access


@access(*OFFICE)
@require_safe
def find_sub_account(request: ActorRequest) -> HttpResponse:
    """分户账: find a house by address or room, then open its statement."""
    text = request.GET.get("q", "").strip()
    houses = list(find_houses(actor=request.actor, text=text)[:50]) if text else []
    balances = sub_accounts.balances([house.pk for house in houses])
    rows = [(house, balances[house.pk]) for house in houses]
    return render(request, "office/sub_accounts.html", {"q": text, "rows": rows})


@access(*OFFICE)
@require_safe
def sub_account(request: ActorRequest, house_id: int) -> HttpResponse:
    """One house's statement: every movement with the balance after it."""
    house = (
        House.objects.select_related("building", "area")
        .filter(pk=house_id, area__in=visible_to(request.actor))
        .first()
    )
    if house is None:
        raise Http404
    context = {
        "house": house,
        "owner": owner_names([house.pk]).get(house.pk, "未登记"),
        "statement": statements.house_statement(house.pk),
    }
    return render(request, "office/sub_account.html", context)
