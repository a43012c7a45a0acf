"""A house: its page, panel by panel."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from upkeep.estate import queries
from upkeep.estate.models import House
from upkeep.parties.roles import OFFICE, ORGANISATION
from upkeep.web.access import ActorRequest, access
from upkeep.web.estate.panels import panels_of
from upkeep.web.owners.house import owner_acts

READERS = (*OFFICE, *ORGANISATION)


@access(*READERS)
@require_safe
def show_house(request: ActorRequest, house_id: int) -> HttpResponse:
    """One house: what the register says of it, its owners masked, its money, its histories."""
    house = (
        House.objects.select_related("building", "area")
        .filter(pk=house_id, area__in=queries.visible_to(request.actor))
        .first()
    )
    if house is None:
        raise Http404
    context = {
        "house": house,
        "panels": panels_of(house, request.actor),
        **owner_acts(house, request.actor),
        "area_url": f"{reverse('estate:area', args=[house.area_id])}?building={house.building_id}",
    }
    return render(request, "estate/house.html", context)
