"""进入我的小区 (P2): an area by its name, and what everybody may know of it. Nobody is named, no house is."""

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.books.sub_accounts import balances
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Area, House
from upkeep.estate.public_queries import facts_of
from upkeep.estate.queries import areas_in_city, with_serving
from upkeep.parties.roles import EVERYONE
from upkeep.policy.public_query_rule import public_query_rule
from upkeep.publishing.queries import public_notices
from upkeep.web.access import ActorRequest, access
from upkeep.web.public.notices import city_or_404
from upkeep.web.site.frame import frame

PER_PAGE = 20
#: With fewer houses a sum says too much of each.
FEWEST_HOUSES = 10


class AreaForm(forms.Form):
    """Which area."""

    q = forms.CharField(label="小区名称", required=False, max_length=50, help_text="可输入名称的一部分或拼音首字母")


@access(*EVERYONE)
@require_safe
def communities(request: ActorRequest, city: str) -> HttpResponse:
    """The areas whose name holds the words, or begins with the pinyin initials."""
    found = city_or_404(request, city)
    text = request.GET.get("q", "").strip()[:50]
    areas = areas_in_city(city_id=found.pk, text=text)
    page = Paginator(areas, PER_PAGE).get_page(request.GET.get("page"))
    context = frame(found, here="进入我的小区") | {"form": AreaForm(request.GET), "page": page}
    return render(request, "site/communities.html", context)


@access(*EVERYONE)
@require_safe
def community(request: ActorRequest, city: str, number: str) -> HttpResponse:
    """小区概况: who built it, who serves it, its notices, and its money in one sum where the city opens it."""
    found, on = city_or_404(request, city), timezone.localdate()
    area = with_serving(areas_in_city(city_id=found.pk).filter(number=number)).select_related("developer").first()
    if area is None:
        raise Http404
    facts = facts_of(area)
    rule = public_query_rule(jurisdiction_id=found.pk, on=on)
    context = frame(found, here="进入我的小区") | {
        "area": area,
        "facts": facts,
        "notices": public_notices(city_id=found.pk, on=on).filter(area=area)[:20],
        "today": on,
        "total_fen": _total_fen(area) if rule.area_totals and facts.houses >= FEWEST_HOUSES else None,
    }
    return render(request, "site/community.html", context)


def _total_fen(area: Area) -> int:
    """The balances of all live houses together, in fen."""
    ids = list(House.objects.filter(area=area, state=HouseState.ACTIVE).values_list("pk", flat=True))
    return sum(one.balance_fen for one in balances(ids).values())
