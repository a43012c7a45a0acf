"""Areas, their building table, a house. Everyone sees only what `estate.queries.visible_to` gives him."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.casework.queries import visible_to as visible_cases
from upkeep.deposits.unit_accounts import standings
from upkeep.estate import actions as estate
from upkeep.estate import queries
from upkeep.estate.area_sheet import AreaRegister
from upkeep.estate.history import changes_of_buildings
from upkeep.estate.house_search import find_houses
from upkeep.estate.house_sheet import HouseTable
from upkeep.estate.models import Area, House
from upkeep.estate.unit_accounts import accounts_of_buildings
from upkeep.kernel.errors import Refusal
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.models import Organisation, OrganisationKind
from upkeep.parties.queries import city_id_of, districts_of, organisations
from upkeep.parties.roles import OFFICE, ORGANISATION, Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.sheets import workbook
from upkeep.web.estate.drafts import area_drafts
from upkeep.web.estate.table import building_grid, building_links, open_building
from upkeep.web.owners.area import area_context

READERS = (*OFFICE, *ORGANISATION)
#: Who sees the accounts of units that sold houses of the area (售房单位分账).
UNIT_READERS = (*OFFICE, Role.PROPERTY_COMPANY)
#: Who names and ends those who serve an area.
SERVICE_KEEPERS = (Role.WINDOW_CLERK, Role.FIRST_REVIEWER, Role.APPROVER)
PER_PAGE = 20
#: Of an area's history, on its page.
MOST_CHANGES = 50
MOST_EXPORTED = 20_000


class AreaFilterForm(forms.Form):
    """What the list of areas is narrowed to."""

    q = forms.CharField(
        label="小区名称", required=False, widget=forms.TextInput(attrs={"placeholder": "名称、地址或拼音首字母"})
    )
    district = forms.ChoiceField(label="所属区县", required=False)

    def __init__(self, city_id: int, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["district"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部"), *((str(one.pk), one.name) for one in districts_of(city_id))]


def _found(request: ActorRequest) -> tuple[AreaFilterForm, "QuerySet[Area]"]:
    form = AreaFilterForm(request.actor.jurisdiction_id, request.GET)
    form.is_valid()
    district = form.cleaned_data.get("district")
    text = form.cleaned_data.get("q", "")
    return form, queries.area_list(actor=request.actor, text=text, jurisdiction_id=int(district) if district else None)


@access(*READERS)
@require_safe
def area_list(request: ActorRequest) -> HttpResponse:
    """小区与楼盘表: the areas one sees."""
    form, areas = _found(request)
    page = Paginator(areas, PER_PAGE).get_page(request.GET.get("page"))
    drafts = area_drafts(request.actor, text=form.cleaned_data.get("q", ""))
    return render(request, "estate/areas.html", {"form": form, "page": page, "drafts": drafts})


@access(*READERS)
@require_safe
def export_areas(request: ActorRequest) -> HttpResponse:
    """The same list as a workbook."""
    _, areas = _found(request)
    return workbook(AreaRegister().export(AreaRegister.rows(areas[:MOST_EXPORTED])), "物业区域")


def _area_or_404(request: ActorRequest, area_id: int) -> Area:
    area = queries.get_area(area_id, actor=request.actor)
    if area is None:
        raise Http404
    return area


def _committees(request: ActorRequest, area: Area) -> list[Organisation]:
    """The committees that whoever may bind one can choose from; nobody else is offered any."""
    if not request.actor.has(*SERVICE_KEEPERS):
        return []
    city_id = city_id_of(area.jurisdiction_id)
    return list(organisations(jurisdiction_id=city_id, kind=OrganisationKind.OWNERS_COMMITTEE))


def _services(request: ActorRequest, area: Area) -> dict[str, object]:
    """服务关系: who served the area and since when; the cases by which it began open for those who see them."""
    services = queries.services_of(area.pk)
    area.serving = [one for one in services if one.until is None]  # read already, so not asked for again
    case_ids = [one.case_id for one in services if one.case_id]
    seen = visible_cases(request.actor).filter(pk__in=case_ids).values_list("pk", flat=True) if case_ids else ()
    return {"services": services, "open_cases": set(seen), "may_end": request.actor.has(*SERVICE_KEEPERS)}


def _building_changes(request: ActorRequest, area: Area) -> dict[str, Any]:
    """变更记录 of the area's buildings, and which of their cases the reader may open."""
    found = list(changes_of_buildings(area.pk)[:MOST_CHANGES])
    cases = visible_cases(request.actor).filter(pk__in={one.case_id for one in found})
    return {"changes": found, "open_changes": set(cases.values_list("pk", flat=True)) if found else set()}


@access(*READERS)
@require_safe
def show_area(request: ActorRequest, area_id: int) -> HttpResponse:
    """An area with its building table (E13)."""
    area = _area_or_404(request, area_id)
    buildings = queries.buildings_of(area.pk)
    context = {
        "area": area,
        "houses": sum(one.houses for one in buildings),
        "area_dm2": sum(one.area_dm2 for one in buildings),
        "house_url": reverse("estate:house", args=[0]),
        "view": "list" if request.GET.get("view") == "list" else "grid",
        "committees": _committees(request, area),
        "units": standings(accounts_of_buildings([one.building.pk for one in buildings]))
        if request.actor.has(*UNIT_READERS)
        else (),
        **_services(request, area),
        **_building_changes(request, area),
        **area_context(request, area),
    }
    if buildings:
        building = open_building(buildings, request.GET.get("building", ""))
        context["grid"] = building_grid(building)
        context["building"] = building
        context["buildings"] = building_links(buildings, base=reverse("estate:area", args=[area.pk]), now=building)
    return render(request, "estate/area.html", context)


@access(*SERVICE_KEEPERS)
@require_POST
def bind_committee(request: ActorRequest, area_id: int) -> HttpResponse:
    """The office names the owners' committee of an area."""
    area = _area_or_404(request, area_id)
    chosen = request.POST.get("committee", "")
    try:
        estate.bind_committee(
            area_id=area.pk,
            committee_id=int(chosen) if chosen.isdecimal() else 0,
            at=timezone.now(),
            by_id=request.actor.user_id,
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{area.name}的业主委员会已设置")
    return redirect("estate:area", area.pk)


@access(*READERS)
@require_safe
def export_houses(request: ActorRequest, area_id: int) -> HttpResponse:
    """The house table of an area, in the columns in which it was collected."""
    area = _area_or_404(request, area_id)
    rows = [_house_row(house) for house in queries.houses_of_area(area.pk)]
    return workbook(HouseTable().export(rows), f"楼盘表-{area.name}")


def _house_row(house: House) -> dict[str, object]:
    building = house.building
    return {
        "building": building.name,
        "building_kind": building.get_kind_display(),
        "elevator": "有" if building.has_lift else "无",
        "structure": building.get_structure_display() or None,
        "built_month": building.built_in or None,
        "unit": house.unit or None,
        "floor": house.floor,
        "room": house.room,
        "use": house.get_use_display(),
        "nature": house.get_nature_display(),
        "area_dm2": house.area_dm2,
        "inner_area_dm2": house.inner_area_dm2,
        "address": house.address,
        "note": house.note or None,
    }


@access(*READERS)
@require_safe
def search(request: ActorRequest) -> HttpResponse:
    """The box of the top bar: a case number leads to the case; other words find areas and houses."""
    text = request.GET.get("q", "").strip()
    case = visible_cases(request.actor).filter(number=tidy_number(text)).first() if text else None
    if case is not None:
        return redirect("cases:show", case.number)
    areas = list(queries.area_list(actor=request.actor, text=text)[:10]) if text else []
    houses = list(find_houses(actor=request.actor, text=text)[:30]) if text else []
    return render(request, "estate/search.html", {"q": text, "areas": areas, "houses": houses})
