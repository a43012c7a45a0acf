"""我的小区: the fund of the area, its public notices, its votes; and the owner's own business under way."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from upkeep.books.area_finances import area_finances
from upkeep.casework.procedure import register
from upkeep.casework.queries import visible_to
from upkeep.parties.roles import Role
from upkeep.publishing.models import Objection, PublicNotice
from upkeep.publishing.objections import objections_by
from upkeep.publishing.queries import public_notices
from upkeep.repairs.area_views import area_votes, paid_repairs
from upkeep.repairs.objecting import house_to_object_with
from upkeep.web.access import ActorRequest, access
from upkeep.web.owner.reach import area_or_404

#: From which day on an area's whole history is added up; no fund is older.
_BEGINNING = dt.date(1998, 1, 1)
_MOST_NOTICES = 50


@access(Role.OWNER)
@never_cache
@require_safe
def show(request: ActorRequest, area_id: int) -> HttpResponse:
    """What there is to see of the area: its balance, and the ways to the rest."""
    area, mine = area_or_404(request, area_id)
    today = timezone.localdate()
    notices = public_notices(city_id=request.city.pk, on=today, is_open=True).filter(area=area)
    votes = area_votes(area.pk, house_ids=[one.house.pk for one in mine])
    context = {
        "area": area,
        "finances": area_finances(area.pk, first=today.replace(month=1, day=1), last=today),
        "open_notices": notices.count(),
        "open_votes": sum(1 for one in votes if one.vote.is_open),
    }
    return render(request, "owner/area.html", context)


@access(Role.OWNER)
@never_cache
@require_safe
def finances(request: ActorRequest, area_id: int) -> HttpResponse:
    """交存、使用、增值收益、结存 of the year and since the beginning, and what repairs were paid (165号令 第三十条)."""
    area, mine = area_or_404(request, area_id)
    today = timezone.localdate()
    context = {
        "area": area,
        "today": today,
        "year": area_finances(area.pk, first=today.replace(month=1, day=1), last=today),
        "ever": area_finances(area.pk, first=_BEGINNING, last=today),
        "repairs": paid_repairs(area.pk, house_ids=[one.house.pk for one in mine]),
    }
    return render(request, "owner/finances.html", context)


@access(Role.OWNER)
@never_cache
@require_safe
def notices(request: ActorRequest, area_id: int) -> HttpResponse:
    """The public notices of the area, those one may still object to first."""
    area, _ = area_or_404(request, area_id)
    today, user_id = timezone.localdate(), request.actor.user_id
    found = public_notices(city_id=request.city.pk, on=today).filter(area=area)[:_MOST_NOTICES]
    rows = sorted(found, key=lambda one: one.open_until < today)
    mine = objections_by(user_id=user_id, notices=rows)
    shown = [
        NoticeCard(
            notice=one,
            said=mine.get(one.pk),
            may_object=one.open_until >= today and house_to_object_with(one, user_id=user_id) is not None,
        )
        for one in rows
    ]
    return render(request, "owner/notices.html", {"area": area, "notices": shown, "today": today})


@dataclass(frozen=True, kw_only=True)
class NoticeCard:
    """A notice, what the reader has objected to it, whether he may."""

    notice: PublicNotice
    said: Objection | None
    may_object: bool


@access(Role.OWNER)
@never_cache
@require_safe
def cases(request: ActorRequest) -> HttpResponse:
    """我的业务: what the owner has handed in or begun, the newest first."""
    mine = visible_to(request.actor).order_by("-created_at", "pk")[:50]
    return render(request, "owner/cases.html", {"cases": [(one, register[one.procedure]) for one in mine]})
