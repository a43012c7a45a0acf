"""Beginning a project: its basic data and facility, then the houses on the building table."""

import datetime as dt
from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from upkeep.estate import facilities
from upkeep.estate import queries as estate
from upkeep.estate.kinds import FacilityKind
from upkeep.estate.models import Area, House
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField, MoneyField, PhoneField
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.repairs import drafting, queries
from upkeep.repairs.drafting import Basics, Work
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import STARTERS
from upkeep.repairs.stages import Stage
from upkeep.web.access import ActorRequest, access
from upkeep.web.building_table import chosen_ids
from upkeep.web.estate.table import building_grid, building_links, open_building
from upkeep.web.projects.reach import own_project_or_404, project_url, put_on_form

NEW_FACILITY = "new"
WIZARD = ("基本信息", "分摊房屋", "核对分摊")


class BasicsForm(forms.Form):
    """项目基本信息 and the facility that is repaired; one that is not in the list yet is added here."""

    title = forms.CharField(label="项目名称", max_length=100)
    budget = MoneyField(label="预算金额（元）")
    starts_on = DayField(label="计划开工日")
    ends_on = DayField(label="计划完工日")
    contact_name = forms.CharField(label="联系人", max_length=50)
    contact_phone = PhoneField(label="联系电话")
    reason = forms.CharField(label="维修原因", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    facility = forms.ChoiceField(label="设施设备", help_text="列表中没有的，选“添加设施设备”并填写下面四项")
    facility_kind = forms.ChoiceField(
        label="新设施设备类型", required=False, choices=[("", "请选择"), *FacilityKind.choices]
    )
    facility_name = forms.CharField(label="新设施设备名称", max_length=60, required=False)
    facility_building = forms.ChoiceField(label="所在楼栋", required=False)
    facility_unit = forms.CharField(label="所在单元", max_length=20, required=False)
    contractor = forms.CharField(label="施工单位", max_length=100)
    content = forms.CharField(label="维修内容", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    note = forms.CharField(label="备注", max_length=200, required=False)

    def __init__(self, area: Area, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(str(one.pk), f"{one.name}（{one.place}）") for one in facilities.in_use(area.pk)]
        self._choose("facility", [("", "请选择"), *known, (NEW_FACILITY, "＋ 添加设施设备")])
        buildings = [(str(one.building.pk), one.building.name) for one in estate.buildings_of(area.pk)]
        self._choose("facility_building", [("", "小区公共"), *buildings])
        self.area_id = area.pk

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("facility") == NEW_FACILITY:
            for name, text in (("facility_kind", "请选择类型"), ("facility_name", "请填写名称")):
                if not data.get(name):
                    self.add_error(name, text)
        return data

    def basics(self, *, by: Actor, at: dt.datetime) -> Basics:
        """What the cleaned form says; a new facility is entered. Raises: NoSuchPlace."""
        data = self.cleaned_data
        if data["facility"] == NEW_FACILITY:
            building = data["facility_building"]
            facility_id = facilities.find_or_add(
                area_id=self.area_id,
                place=facilities.Place(int(building), data["facility_unit"]) if building else facilities.Place(),
                data=facilities.Data(kind=FacilityKind(data["facility_kind"]), name=data["facility_name"]),
                by_id=by.user_id,
                at=at,
            ).pk
        else:
            facility_id = int(data["facility"])
        work = Work(
            facility_id=facility_id,
            content=data["content"],
            contractor=data["contractor"],
            budget_fen=data["budget"],
            note=data["note"],
        )
        names = ("title", "reason", "contact_name", "contact_phone", "starts_on", "ends_on")
        return Basics(works=(work,), **{name: data[name] for name in names})


@access(*STARTERS)
@require_safe
def choose_area(request: ActorRequest) -> HttpResponse:
    """新建维修项目: what is needed, and for which area; with one area only the form comes at once."""
    areas = list(queries.areas_to_start_in(request.actor))
    if len(areas) == 1:
        return redirect("projects:create", areas[0].pk)
    return render(request, "projects/choose_area.html", {"areas": areas})


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def create(request: ActorRequest, area_id: int) -> HttpResponse:
    """项目基本信息 of a new project."""
    area = queries.areas_to_start_in(request.actor).filter(pk=area_id).first()
    if area is None:
        raise Http404
    if request.method == "POST":
        return _keep_basics(request, BasicsForm(area, request.POST), area, None)
    today = timezone.localdate()
    initial = {
        "contact_name": request.actor.name,
        "contact_phone": request.actor.phone,
        "starts_on": today,
        "ends_on": today + dt.timedelta(days=30),
    }
    return _show_basics(request, BasicsForm(area, initial=initial), area, None)


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, number: str) -> HttpResponse:
    """项目基本信息 of one not yet published."""
    project = own_project_or_404(request, number)
    if project.stage_now is not Stage.NEW:
        raise Http404
    if request.method == "POST":
        return _keep_basics(request, BasicsForm(project.area, request.POST), project.area, project)
    names = ("title", "reason", "contact_name", "contact_phone", "starts_on", "ends_on")
    initial: dict[str, Any] = {name: getattr(project, name) for name in names}
    work = project.facilities.order_by("pk").first()
    if work is not None:
        initial |= {"facility": str(work.facility_id), "content": work.content, "contractor": work.contractor}
        initial |= {"note": work.note, "budget": yuan(work.budget_fen)}
    return _show_basics(request, BasicsForm(project.area, initial=initial), project.area, project)


def _keep_basics(request: ActorRequest, form: BasicsForm, area: Area, project: RepairProject | None) -> HttpResponse:
    if not form.is_valid():
        return _show_basics(request, form, area, project)
    at = timezone.now()
    try:
        if project is None:
            kept = drafting.create_project(
                area_id=area.pk, basics=form.basics(by=request.actor, at=at), by=request.actor, at=at
            )
        else:
            kept = drafting.edit_project(
                project.pk, basics=form.basics(by=request.actor, at=at), by=request.actor, at=at
            )
    except HasProblems as problems:
        put_on_form(form, problems)
        return _show_basics(request, form, area, project)
    except facilities.NoSuchPlace as refusal:
        form.add_error("facility_unit", str(refusal))
        return _show_basics(request, form, area, project)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:list")
    messages.success(request, f"项目 {kept.number} 基本信息已保存")
    return redirect("projects:houses", kept.number)


def _show_basics(request: ActorRequest, form: BasicsForm, area: Area, project: RepairProject | None) -> HttpResponse:
    form.use_required_attribute = False
    context = {"form": form, "area": area, "project": project, "steps": WIZARD}
    return render(request, "projects/basics.html", context)


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def houses(request: ActorRequest, number: str) -> HttpResponse:
    """分摊房屋: chosen on the building table; saving divides the budget among them."""
    project = own_project_or_404(request, number)
    if project.stage_now is not Stage.NEW:
        raise Http404
    if request.method == "POST":
        return _keep_houses(request, project)
    chosen = House.objects.filter(repair_shares__project=project).values_list("pk", "area_dm2", "building_id")
    buildings = estate.buildings_of(project.area_id)
    base = reverse("projects:houses", args=[project.number])
    context: dict[str, Any] = {"project": project, "steps": WIZARD, "grid": None}
    if buildings:
        building = open_building(buildings, request.GET.get("building", ""))
        counts = Counter(building_id for _, _, building_id in chosen)
        context |= {
            "grid": building_grid(building),
            "buildings": building_links(buildings, base=base, now=building, chosen=counts),
            "chosen": [(pk, area_dm2) for pk, area_dm2, _ in chosen],
            "save_url": base,
            "view": "list" if request.GET.get("view") == "list" else "grid",
        }
    return render(request, "projects/houses.html", context)


def _keep_houses(request: ActorRequest, project: RepairProject) -> HttpResponse:
    in_background = request.headers.get("HX-Request") == "true"
    try:
        house_ids = chosen_ids(request.POST)
        drafting.choose_houses(project.pk, house_ids=house_ids, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        if in_background:
            return HttpResponse(str(refusal), status=422)
        messages.error(request, str(refusal))
        return redirect("projects:houses", project.number)
    if in_background:
        return HttpResponse(status=204)
    if request.POST.get("action") == "building":
        address = reverse("projects:houses", args=[project.number])
        return redirect(f"{address}?building={request.POST.get('go', '')}")
    return redirect(f"{project_url(project)}#houses")
