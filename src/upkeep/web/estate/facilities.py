"""设施设备查询: an area's facilities by place and type; new rows, several moved at once, repairs and history of each.

Source: manual 004 §1.4.1.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from upkeep.estate import facilities as estate
from upkeep.estate.kinds import FacilityKind, FacilityState
from upkeep.estate.models import Area, Facility
from upkeep.kernel.errors import Refusal
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import OFFICE
from upkeep.repairs.queries import repairs_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.building_table import chosen_ids

READERS = (*OFFICE, *estate.KEEPERS)
PER_PAGE = 50


class FacilityForm(forms.Form):
    """What is said of a facility: a new row of the list, or one corrected."""

    kind = forms.ChoiceField(label="类型", choices=[("", "请选择"), *FacilityKind.choices])
    name = forms.CharField(label="名称", max_length=60)
    maker = forms.CharField(label="生产厂家", max_length=100, required=False)
    model_number = forms.CharField(label="规格型号", max_length=60, required=False)
    installed_on = DayField(label="安装日期", required=False)
    life_years = forms.IntegerField(label="使用年限（年）", min_value=1, max_value=estate.LONGEST_LIFE, required=False)

    def clean_installed_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["installed_on"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError("安装日期不能晚于今天")
        return day

    def data_given(self) -> estate.Data:
        """The cleaned form."""
        return estate.Data(**{**self.cleaned_data, "kind": FacilityKind(self.cleaned_data["kind"])})


@dataclass(frozen=True)
class Asked:
    """What the address narrows the list to."""

    area: Area
    place: estate.Place | None
    kind: str
    state: str

    def address(self, **more: str) -> str:
        """The list as it was asked for."""
        given = {
            "area": str(self.area.pk),
            "place": self.place.key if self.place else "",
            "kind": self.kind,
            "state": self.state if self.state != FacilityState.IN_USE else "",
            **more,
        }
        kept = {name: value for name, value in given.items() if value}
        return f"{reverse('estate:facilities')}?{urlencode(kept)}"


def _asked(request: ActorRequest) -> Asked | None:
    """None when the actor has no area at all. Raises: Http404 for an area he may not see."""
    areas = estate.areas_with_facilities_for(request.actor)
    wanted = request.GET.get("area", "")
    if wanted:
        area = areas.filter(pk=int(wanted)).first() if wanted.isascii() and wanted.isdecimal() else None
        if area is None:
            raise Http404
    else:
        area = areas.first()
    if area is None:
        return None
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    return Asked(
        area=area,
        place=estate.read_place(request.GET.get("place", "")),
        kind=kind if kind in FacilityKind.values else "",
        state=state if state in (*FacilityState.values, "ALL") else FacilityState.IN_USE.value,
    )


def _area_kept(request: ActorRequest, area_id: int) -> Area:
    """The area, for those who keep its list; for the others who see it that is not allowed, for strangers not there."""
    area = estate.areas_with_facilities_for(request.actor).filter(pk=area_id).first()
    if area is None or not estate.may_keep(request.actor, area_id=area_id):
        raise Http404
    return area


@access(*READERS)
@require_safe
def facility_list(request: ActorRequest) -> HttpResponse:
    """The facilities of an area; with `new` a row to be filled in stands on top."""
    asked = _asked(request)
    if asked is None:
        return render(request, "estate/no_facilities.html")
    row = FacilityForm(initial={"kind": asked.kind}) if "new" in request.GET else None
    return _show_list(request, asked, row)


def _show_list(request: ActorRequest, asked: Asked, row: FacilityForm | None) -> HttpResponse:
    state = "" if asked.state == "ALL" else asked.state
    found = estate.facility_list(
        actor=request.actor, area_id=asked.area.pk, place=asked.place, kind=asked.kind, state=state
    )
    today, tree = timezone.localdate(), estate.place_tree(asked.area.pk)
    here = next((one.name for one in tree if asked.place and one.place.is_same_as(asked.place)), "")
    context = {
        "asked": asked,
        "areas": estate.areas_with_facilities_for(request.actor),
        "tree": tree,
        "here": here,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "today": today,
        "kinds": FacilityKind.choices,
        "states": [*FacilityState.choices, ("ALL", "全部")],
        "may_keep": estate.may_keep(request.actor, area_id=asked.area.pk),
        "row": row,
        "new_url": f"{asked.address(new='1')}#new-row",
        "late": estate.past_their_life(actor=request.actor, on=today).count(),
    }
    return render(request, "estate/facilities.html", context)


@access(*estate.KEEPERS)
@require_POST
def add_facility(request: ActorRequest, area_id: int) -> HttpResponse:
    """Keep the new row at the place that is open in the tree; 小区公共 when none is."""
    area = _area_kept(request, area_id)
    asked = Asked(area, estate.read_place(request.POST.get("place", "")), "", FacilityState.IN_USE.value)
    form = FacilityForm(request.POST)
    if form.is_valid():
        try:
            entered = estate.add(
                area_id=area.pk,
                place=asked.place or estate.Place(),
                data=form.data_given(),
                by_id=request.actor.user_id,
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"已在{entered.place}添加“{entered.name}”")
            return redirect(asked.address())
    form.use_required_attribute = False
    return _show_list(request, asked, form)


@access(*estate.KEEPERS)
@require_POST
def move_facilities(request: ActorRequest, area_id: int) -> HttpResponse:
    """移动到: the ticked facilities, all or none."""
    area = _area_kept(request, area_id)
    place, to = (estate.read_place(request.POST.get(name, "")) for name in ("place", "to"))
    asked = Asked(area, place, "", FacilityState.IN_USE.value)
    if to is None:
        messages.error(request, "请选择要移动到的安装位置")
        return redirect(asked.address())
    try:
        moved = estate.move(
            area_id=area.pk,
            facility_ids=chosen_ids(request.POST, name="facilities"),
            to=to,
            by_id=request.actor.user_id,
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已移动 {moved} 项设施设备" if moved else "所选设施设备已在该位置，未作移动")
    return redirect(asked.address())


def _facility_or_404(request: ActorRequest, facility_id: int) -> Facility:
    found = estate.facilities_for(request.actor).filter(pk=facility_id).first()
    if found is None:
        raise Http404
    return found


@access(*READERS)
@require_safe
def show_facility(request: ActorRequest, facility_id: int) -> HttpResponse:
    """A facility: its data, to be corrected by those who keep the list; 维修记录; what happened to its entry."""
    facility = _facility_or_404(request, facility_id)
    data = estate.data_of(facility)
    form = FacilityForm(initial={name: getattr(data, name) for name in FacilityForm.base_fields})
    may_change = facility.is_in_use and estate.may_keep(request.actor, area_id=facility.area_id)
    return _show_facility(request, facility, form if may_change else None)


@access(*estate.KEEPERS)
@require_POST
def correct_facility(request: ActorRequest, facility_id: int) -> HttpResponse:
    """Keep what is said of a facility."""
    facility = _facility_or_404(request, facility_id)
    form = FacilityForm(request.POST)
    if form.is_valid() and _corrected(request, facility, form):
        return redirect("estate:facility", facility.pk)
    return _show_facility(request, facility, form)


def _show_facility(request: ActorRequest, facility: Facility, form: FacilityForm | None) -> HttpResponse:
    if form is not None:
        form.use_required_attribute = False
    context: dict[str, Any] = {
        "facility": facility,
        "form": form,
        "is_late": facility.is_past_its_life(on=timezone.localdate()),
        "repairs": repairs_of(facility.pk, actor=request.actor),
        "events": facility.events.select_related("by"),
    }
    return render(request, "estate/facility.html", context)


def _corrected(request: ActorRequest, facility: Facility, form: FacilityForm) -> bool:
    seen = request.POST.get("version", "")
    try:
        estate.correct(
            facility_id=facility.pk,
            data=form.data_given(),
            seen_version=int(seen) if seen.isascii() and seen.isdecimal() else -1,
            by_id=request.actor.user_id,
            at=timezone.now(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, "设施设备信息已保存")
    return True


@access(*estate.KEEPERS)
@require_POST
def retire_facility(request: ActorRequest, facility_id: int) -> HttpResponse:
    """停用: with the reason, for good."""
    facility = _facility_or_404(request, facility_id)
    try:
        estate.retire(
            facility_id=facility.pk,
            reason=request.POST.get("reason", ""),
            by_id=request.actor.user_id,
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"“{facility.name}”已停用，维修记录和变动记录保留")
    return redirect("estate:facility", facility.pk)


@access(*READERS)
@require_safe
def late_facilities(request: ActorRequest) -> HttpResponse:
    """超过使用年限: in use longer than they were made for, the oldest first, in all areas one reads."""
    today = timezone.localdate()
    found = estate.past_their_life(actor=request.actor, on=today)
    context = {"page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")), "today": today}
    return render(request, "estate/late_facilities.html", context)
