"""绑定, 过户, 证件更正 and 物业区域变更 begun from the page of a house or an area: the form already knows which."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from upkeep.casework import engine
from upkeep.casework.procedure import Procedure, register
from upkeep.estate import owner_cases, queries
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Area, House, Ownership
from upkeep.estate.owner_id_corrections import begun_for
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import Role
from upkeep.procedures.estate.area_change import begun_values
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.reach import page_url

BINDERS = (Role.DEVELOPER, Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE, Role.WINDOW_CLERK)
TRANSFERRERS = (Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE, Role.WINDOW_CLERK)
CHANGERS = (Role.DEVELOPER, Role.WINDOW_CLERK)


def house_or_404(request: ActorRequest, house_id: int) -> House:
    """A live house of an area that the actor sees. Raises: Http404."""
    seen = House.objects.filter(area__in=queries.visible_to(request.actor), state=HouseState.ACTIVE)
    house = seen.select_related("area", "building").filter(pk=house_id).first()
    if house is None:
        raise Http404
    return house


def _begin(request: ActorRequest, procedure: Procedure, data: dict[str, Any], back: tuple[str, int]) -> HttpResponse:
    try:
        case = engine.start(procedure, by=request.actor, at=timezone.now(), data=data)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(*back)
    return redirect(page_url(case, 1))


@access(*BINDERS)
@require_POST
def bind(request: ActorRequest, house_id: int) -> HttpResponse:
    """绑定业主 of one house."""
    house = house_or_404(request, house_id)
    return _begin(request, register["owner_binding"], owner_cases.begun_for(house), ("estate:house", house.pk))


@access(*TRANSFERRERS)
@require_POST
def transfer(request: ActorRequest, house_id: int) -> HttpResponse:
    """过户 of one house."""
    house = house_or_404(request, house_id)
    return _begin(request, register["owner_transfer"], owner_cases.begun_for(house), ("estate:house", house.pk))


@access(Role.WINDOW_CLERK)
@require_POST
def deposit(request: ActorRequest, house_id: int) -> HttpResponse:
    """购房人交款 at the window: the first deposit of one house."""
    house = house_or_404(request, house_id)
    return _begin(request, register["owner_deposit"], owner_cases.begun_for(house), ("estate:house", house.pk))


@access(*BINDERS)
@require_POST
def correct_paper(request: ActorRequest, ownership_id: int) -> HttpResponse:
    """更正证件 of a present owner of a house that the actor sees."""
    seen = Ownership.objects.filter(house__area__in=queries.visible_to(request.actor), until__isnull=True)
    owned = seen.select_related("owner", "house").filter(pk=ownership_id, house__state=HouseState.ACTIVE).first()
    if owned is None:
        raise Http404
    return _begin(request, register["owner_id_correction"], begun_for(owned), ("estate:house", owned.house_id))


@access(*BINDERS)
@require_POST
def bind_area(request: ActorRequest, area_id: int) -> HttpResponse:
    """批量绑定: the owners of many houses of an area by workbook."""
    area = _area_or_404(request, area_id)
    return _begin(request, register["owner_binding"], {"area": str(area.pk)}, ("estate:area", area.pk))


@access(*CHANGERS)
@require_POST
def change_area(request: ActorRequest, area_id: int) -> HttpResponse:
    """物业区域变更 of this area; a developer changes only what it developed."""
    area = _area_or_404(request, area_id)
    mine = request.actor.organisation_id
    if mine and area.developer_id != mine:
        raise Http404
    data = begun_values(area) | {"begun_for": "area"}
    return _begin(request, register["area_change"], data, ("estate:area", area.pk))


def _area_or_404(request: ActorRequest, area_id: int) -> Area:
    area = queries.get_area(area_id, actor=request.actor)
    if area is None:
        raise Http404
    return area
