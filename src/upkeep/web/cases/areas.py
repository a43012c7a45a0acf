"""Choosing areas by name, as a page of filling in a case. Works without JavaScript: finding keeps what is ticked."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.pages import AREAS
from upkeep.estate.queries import areas_in_city
from upkeep.parties.queries import city_of
from upkeep.web.access import ActorRequest
from upkeep.web.cases.reach import page_url

MOST_FOUND, MOST_CHOSEN = 30, 100
_MOST_DIGITS = 18


def choice_context(request: ActorRequest, case: Case) -> dict[str, Any]:
    """What the page needs: the areas ticked so far, and those that go by the name looked for."""
    text = request.GET.get("q", "").strip()[:50]
    offered = areas_in_city(city_id=_city_id(case))
    chosen = list(offered.filter(pk__in=case.data.get(AREAS, [])))
    found = areas_in_city(city_id=_city_id(case), text=text).exclude(pk__in=[area.pk for area in chosen])
    return {"q": text, "chosen": chosen, "found": found[:MOST_FOUND] if text else [], "most": MOST_FOUND}


def keep_choice(request: ActorRequest, case: Case, number: int) -> HttpResponse | None:
    """Keep what is ticked. Answers with where a search leads; None when the page was left."""
    sent = [
        int(one)
        for one in request.POST.getlist("area")
        if one.isascii() and one.isdigit() and len(one) <= _MOST_DIGITS
    ]
    known = areas_in_city(city_id=_city_id(case)).filter(pk__in=sent[:MOST_CHOSEN]).values_list("pk", flat=True)
    engine.save_draft(case.pk, {AREAS: sorted(known)}, by=request.actor, at=timezone.now())
    if request.POST.get("action") == "search":
        return redirect(f"{page_url(case, number)}?{urlencode({'q': request.POST.get('q', '')[:50]})}")
    return None


def _city_id(case: Case) -> int:
    city = city_of(jurisdiction_id=case.jurisdiction_id)
    return city.pk if city else 0
