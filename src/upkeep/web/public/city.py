"""The first page of a city for everyone: what can be done without an account, what is made public, where to log in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.identity.registering import kinds_by_way
from upkeep.parties.roles import EVERYONE
from upkeep.publishing.queries import public_notices
from upkeep.web.access import ActorRequest, access
from upkeep.web.public.notices import city_or_404


@access(*EVERYONE)
@require_safe
def home(request: ActorRequest, city: str) -> HttpResponse:
    """公众服务: registration, notices, login."""
    found = city_or_404(request, city)
    notices = public_notices(city_id=found.pk, on=timezone.localdate(), is_open=True)[:6]
    asks_enrolment = bool(kinds_by_way(jurisdiction_id=found.pk, on=timezone.localdate(), is_unverified_first=True))
    context = {"city": found, "notices": notices, "asks_enrolment": asks_enrolment}
    return render(request, "public/city.html", context)
