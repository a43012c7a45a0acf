"""入驻申请 and 物业区域关联 from the applicant's side: find areas of the city, see how they stand, begin the case."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.casework import engine
from upkeep.casework.pages import AREAS
from upkeep.casework.procedure import register
from upkeep.casework.queries import CaseFilter, case_list
from upkeep.estate.models import Area
from upkeep.estate.queries import areas_in_city, areas_to_ask_for
from upkeep.estate.service_requests import Standing, standings
from upkeep.kernel.errors import Refusal
from upkeep.parties.queries import city_of, districts_of, get_organisation
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.reach import page_url
from upkeep.web.service.ways import ASSOCIATION, MOVE_IN, require_way

PER_PAGE, MOST_MINE = 20, 10
_MOST_DIGITS = 18


class DeveloperFilterForm(forms.Form):
    """开发企业单位名称 and 所属区县, by which the areas to be joined are found."""

    developer = forms.CharField(label="开发企业单位名称", required=False, max_length=100)
    district = forms.ChoiceField(label="所属区县", required=False)

    def __init__(self, city_id: int, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["district"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "请选择"), *((str(one.pk), one.name) for one in districts_of(city_id))]


@access(Role.PROPERTY_COMPANY)
@require_safe
def move_in(request: ActorRequest) -> HttpResponse:
    """申请入驻: areas of the city by name, each with how it stands; below, what was asked before and what came of it."""
    require_way(request, MOVE_IN)
    text = request.GET.get("q", "").strip()[:60]
    found = areas_in_city(city_id=_city_id(request), text=text) if text else Area.objects.none()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    mine = case_list(actor=request.actor, wanted=CaseFilter(procedure="move_in"))[:MOST_MINE]
    return render(
        request, "service/move_in.html", {"q": text, "page": page, "rows": _standings(request, page), "mine": mine}
    )


@access(Role.PROPERTY_COMPANY)
@require_POST
def begin_move_in(request: ActorRequest) -> HttpResponse:
    """Begin the application for one area; its reason is asked next."""
    require_way(request, MOVE_IN)
    return _begin(request, "move_in", _sent(request)[:1])


@access(Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE)
@require_safe
def association(request: ActorRequest) -> HttpResponse:
    """物业区域关联: the areas of a developer in a district, to be ticked."""
    require_way(request, ASSOCIATION)
    form = DeveloperFilterForm(_city_id(request), request.GET)
    form.is_valid()
    developer, district = form.cleaned_data.get("developer", "").strip(), form.cleaned_data.get("district", "")
    asked = bool(developer and district)
    found = areas_to_ask_for(district_id=int(district), developer=developer) if asked else Area.objects.none()
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    mine = case_list(actor=request.actor, wanted=CaseFilter(procedure="area_association"))[:MOST_MINE]
    context = {
        "form": form,
        "asked": asked,
        "half": bool(developer) is not bool(district),
        "page": page,
        "rows": _standings(request, page),
        "mine": mine,
        "today": timezone.localdate(),
    }
    return render(request, "service/association.html", context)


@access(Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE)
@require_POST
def begin_association(request: ActorRequest) -> HttpResponse:
    """提交物业区域关联: begin the application for the ticked areas; the papers are asked next."""
    require_way(request, ASSOCIATION)
    return _begin(request, "area_association", _sent(request))


def _begin(request: ActorRequest, code: str, area_ids: list[int]) -> HttpResponse:
    procedure = register[code]
    areas = list(areas_in_city(city_id=_city_id(request)).filter(pk__in=area_ids))
    against = [one for one in _standings(request, areas) if one.against]
    if not areas or against:
        for one in against:
            messages.error(request, f"“{one.area.name}”：{one.against}，不能重复申请")
        if not areas:
            messages.error(request, "请先在列表中选择小区")
        return redirect(procedure.begins_at)
    try:
        data = {AREAS: sorted(area.pk for area in areas)}
        case = engine.start(procedure, by=request.actor, at=timezone.now(), data=data)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(procedure.begins_at)
    return redirect(page_url(case, 1))


def _standings(request: ActorRequest, areas: Any) -> list[Standing]:
    organisation_id = request.actor.organisation_id or 0
    kind = get_organisation(organisation_id).kind
    return standings(list(areas), organisation_id=organisation_id, kind=kind)


def _sent(request: ActorRequest) -> list[int]:
    sent = request.POST.getlist("area")[:100]
    return [int(one) for one in sent if one.isascii() and one.isdigit() and len(one) <= _MOST_DIGITS]


def _city_id(request: ActorRequest) -> int:
    city = city_of(jurisdiction_id=request.actor.jurisdiction_id)
    return city.pk if city else 0
