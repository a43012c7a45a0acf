"""管辖区管理 and 管理部: the tree of jurisdictions and the offices in it, kept by the system administrator."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties import lists, places
from upkeep.parties.models import Jurisdiction, Office
from upkeep.parties.roles import ADMINISTRATORS, Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.reach import put_on_form


class PlaceForm(forms.Form):
    """Names and the data of the office that visitors are told."""

    name = forms.CharField(label="名称", max_length=60, help_text="例如 江阳区")
    office_name = forms.CharField(label="管理机构", max_length=100, help_text="例如 江阳区管理部，印在通知和回执上")
    office_address = forms.CharField(label="窗口地址", max_length=200, required=False)
    office_phone = forms.CharField(label="咨询电话", max_length=40, required=False)


class NewPlaceForm(PlaceForm):
    """The same with what never changes afterwards."""

    code = forms.CharField(label="区划代码", max_length=6, help_text="GB/T 2260 的 6 位代码，设立后不能修改")
    slug = forms.CharField(
        label="网址名", max_length=30, help_text="小写字母、数字或连字符，例如 jiangyang，设立后不能修改"
    )
    field_order = ["code", "slug", "name", "office_name", "office_address", "office_phone"]


class OfficeForm(forms.Form):
    """A 管理部 as visitors find it."""

    name = forms.CharField(label="名称", max_length=100)
    address = forms.CharField(label="地址", max_length=200, required=False)
    phone = forms.CharField(label="电话", max_length=40, required=False)
    hours = forms.CharField(
        label="办公时间", max_length=100, required=False, help_text="例如 周一至周五 9:00—12:00，13:30—17:00"
    )
    is_window = forms.BooleanField(label="对外受理窗口", required=False, initial=True)


class ReasonForm(forms.Form):
    """Why; it is kept in the record."""

    reason = forms.CharField(label="原因", max_length=200)


@access(*ADMINISTRATORS)
@require_safe
def jurisdictions(request: ActorRequest) -> HttpResponse:
    """管辖区管理: the tree, each with its office data."""
    branches = lists.tree(request.actor)
    rows = [(one, places.child_level(one.place)) for one in branches]
    return render(request, "administration/jurisdictions.html", {"rows": rows, "may_change": _may_change(request)})


@access(Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "POST"])
def add_jurisdiction(request: ActorRequest, parent_id: int) -> HttpResponse:
    """A city under a province, or a district under a city."""
    parent = _place_or_404(request, parent_id)
    level = places.child_level(parent)
    if level is None or parent.retired_at is not None:
        raise Http404
    form = NewPlaceForm(request.POST or None)
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        try:
            found = places.found_jurisdiction(
                parent=parent, level=level, by=request.actor, at=timezone.now(), **form.cleaned_data
            )
        except HasProblems as problems:
            put_on_form(form, problems)
        else:
            messages.success(request, f"已在{parent.name}下设立{found.name}，并设立“{found.office_name}”")
            return redirect("administration:jurisdiction", found.pk)
    context = {
        "form": form,
        "title": f"新设{level.label}",
        "note": f"上级：{parent.name}（{parent.code}）",
        "back": reverse("administration:jurisdictions"),
    }
    return render(request, "administration/form.html", context)


@access(*ADMINISTRATORS)
@require_safe
def show_jurisdiction(request: ActorRequest, place_id: int) -> HttpResponse:
    """One jurisdiction: its data, its offices, and how it is retired."""
    place = _place_or_404(request, place_id)
    context = {
        "place": place,
        "offices": lists.offices_under(request.actor).filter(jurisdiction=place),
        "child": places.child_level(place),
        "may_change": _may_change(request) and place.retired_at is None,
        "may_retire": place.pk != request.actor.jurisdiction_id,
    }
    return render(request, "administration/jurisdiction.html", context)


@access(Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "POST"])
def edit_jurisdiction(request: ActorRequest, place_id: int) -> HttpResponse:
    """Changes names and office data."""
    place = _place_or_404(request, place_id)
    form = PlaceForm(request.POST or None, initial={name: getattr(place, name) for name in places.JURISDICTION_FIELDS})
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        places.change_jurisdiction(place, form.cleaned_data, by=request.actor, at=timezone.now())
        messages.success(request, f"{form.cleaned_data['name']}的资料已保存")
        return redirect("administration:jurisdiction", place.pk)
    back = reverse("administration:jurisdiction", args=[place.pk])
    context = {"form": form, "title": f"修改{place.name}", "note": f"区划代码 {place.code}", "back": back}
    return render(request, "administration/form.html", context)


@access(Role.SYSTEM_ADMIN)
@require_POST
def retire_jurisdiction(request: ActorRequest, place_id: int) -> HttpResponse:
    """Takes a jurisdiction out of use, with a reason."""
    place = _place_or_404(request, place_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写停用原因")
        return redirect("administration:jurisdiction", place.pk)
    try:
        places.retire_jurisdiction(place, reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{place.name}已停用；已有的业务和资料仍可查询")
    return redirect("administration:jurisdiction", place.pk)


@access(Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "POST"])
def add_office(request: ActorRequest, place_id: int) -> HttpResponse:
    """A further 管理部 of a jurisdiction."""
    place = _place_or_404(request, place_id)
    form = OfficeForm(request.POST or None)
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        is_window = data.pop("is_window")
        try:
            office = places.add_office(
                jurisdiction=place, values=data, is_window=is_window, by=request.actor, at=timezone.now()
            )
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("administration:jurisdiction", place.pk)
        else:
            messages.success(request, f"已设立{office.name}")
            return redirect("administration:jurisdiction", place.pk)
    back = reverse("administration:jurisdiction", args=[place.pk])
    context = {"form": form, "title": "新设管理部", "note": place.name, "back": back}
    return render(request, "administration/form.html", context)


@access(*ADMINISTRATORS)
@require_safe
def show_office(request: ActorRequest, office_id: int) -> HttpResponse:
    """One 管理部 with its staff, and how it is closed."""
    office = _office_or_404(request, office_id)
    context = {
        "office": office,
        "staff": lists.staff_under(request.actor).filter(office=office).order_by("username"),
        "may_change": _may_change(request) and office.retired_at is None,
    }
    return render(request, "administration/office.html", context)


@access(Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "POST"])
def edit_office(request: ActorRequest, office_id: int) -> HttpResponse:
    """Changes what is known of a 管理部."""
    office = _office_or_404(request, office_id)
    known = {name: getattr(office, name) for name in places.OFFICE_FIELDS} | {"is_window": office.is_window}
    form = OfficeForm(request.POST or None, initial=known)
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        is_window = data.pop("is_window")
        try:
            places.change_office(office, data, is_window=is_window, by=request.actor, at=timezone.now())
        except HasProblems as problems:
            put_on_form(form, problems)
        else:
            messages.success(request, f"{data['name']}的资料已保存")
            return redirect("administration:office", office.pk)
    context = {
        "form": form,
        "title": f"修改{office.name}",
        "note": office.jurisdiction.name,
        "back": reverse("administration:office", args=[office.pk]),
    }
    return render(request, "administration/form.html", context)


@access(Role.SYSTEM_ADMIN)
@require_POST
def retire_office(request: ActorRequest, office_id: int) -> HttpResponse:
    """Closes a 管理部 in which nobody works any more."""
    office = _office_or_404(request, office_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写停用原因")
        return redirect("administration:office", office.pk)
    try:
        places.retire_office(office, reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{office.name}已停用")
    return redirect("administration:office", office.pk)


def _may_change(request: ActorRequest) -> bool:
    return request.actor.has(Role.SYSTEM_ADMIN)


def _place_or_404(request: ActorRequest, place_id: int) -> Jurisdiction:
    place = lists.places_under(request.actor).filter(pk=place_id).first()
    if place is None:
        raise Http404
    return place


def _office_or_404(request: ActorRequest, office_id: int) -> Office:
    office = lists.offices_under(request.actor).filter(pk=office_id).first()
    if office is None:
        raise Http404
    return office
