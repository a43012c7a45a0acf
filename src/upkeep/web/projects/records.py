"""维修记录 (R15): what has been repaired, by area, building, house, facility and contractor."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from upkeep.estate import facilities
from upkeep.estate.kinds import FacilityKind
from upkeep.estate.models import Building, House
from upkeep.kernel.forms import DayField
from upkeep.parties.actor import Actor
from upkeep.repairs.records import Asked, records, shares_of_house
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.reach import READERS

PER_PAGE = 50


class RecordFilterForm(forms.Form):
    """What the records are narrowed to. Buildings are offered once an area is chosen."""

    q = forms.CharField(label="项目 / 设施设备", required=False, max_length=60)
    contractor = forms.CharField(label="施工单位", required=False, max_length=60)
    area = forms.ChoiceField(label="物业区域", required=False)
    building = forms.ChoiceField(label="楼栋", required=False)
    kind = forms.ChoiceField(label="设施设备类型", required=False, choices=[("", "全部"), *FacilityKind.choices])
    since = DayField(label="开工日起", required=False)
    until = DayField(label="开工日止", required=False)
    house = forms.CharField(required=False, widget=forms.HiddenInput)
    facility = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = facilities.areas_with_facilities_for(actor)
        self._offer("area", [(str(one.pk), one.name) for one in areas])
        area = _number(self.data.get("area", ""))
        mine = Building.objects.filter(area_id=area, area__in=areas.order_by()) if area else Building.objects.none()
        self._offer("building", [(str(one.pk), one.name) for one in mine])
        if not area:
            del self.fields["building"]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部"), *choices]

    def asked(self) -> Asked:
        """What the address asks for; a wrong choice narrows nothing."""
        self.is_valid()
        data = self.cleaned_data
        return Asked(
            area_id=_number(data.get("area", "")),
            building_id=_number(data.get("building", "")),
            house_id=_number(data.get("house", "")),
            facility_id=_number(data.get("facility", "")),
            kind=data.get("kind", ""),
            contractor=data.get("contractor", ""),
            text=data.get("q", ""),
            since=data.get("since"),
            until=data.get("until"),
        )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 19 else None


@access(*READERS)
@require_safe
def record_list(request: ActorRequest) -> HttpResponse:
    """The records one sees, the newest first; of one house with what it bore of each."""
    form = RecordFilterForm(request.actor, request.GET)
    asked = form.asked()
    house = _house_or_404(request, asked.house_id) if asked.house_id is not None else None
    page = Paginator(records(asked, actor=request.actor), PER_PAGE).get_page(request.GET.get("page"))
    borne = shares_of_house(house.pk, [work.pk for work in page]) if house else {}
    context = {"form": form, "page": page, "rows": [(work, borne.get(work.pk)) for work in page], "house": house}
    return render(request, "projects/records.html", context)


def _house_or_404(request: ActorRequest, house_id: int) -> House:
    areas = facilities.areas_with_facilities_for(request.actor).order_by()
    house = House.objects.filter(pk=house_id, area__in=areas).select_related("building", "area").first()
    if house is None:
        raise Http404
    return house
