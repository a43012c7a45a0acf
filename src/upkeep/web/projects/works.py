"""设施设备 of a draft: chosen several at once by place and type, added where missing, described one by one."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from upkeep.estate import facilities as estate
from upkeep.estate.kinds import FacilityKind, FacilityState
from upkeep.kernel.errors import Refusal
from upkeep.kernel.forms import MoneyField
from upkeep.kernel.money import yuan
from upkeep.repairs import drafting, works
from upkeep.repairs.models import AllocationWay, DraftPage, ProjectFacility, RepairProject
from upkeep.repairs.queries import STARTERS
from upkeep.repairs.warranty import Warranty, warranties, warranties_of
from upkeep.repairs.works import WorkData
from upkeep.web.access import ActorRequest, access
from upkeep.web.building_table import chosen_ids
from upkeep.web.estate.facilities import FacilityForm
from upkeep.web.projects.draft import draft_context, draft_or_404
from upkeep.web.projects.reach import project_url


class WorkForm(forms.Form):
    """One facility of the project. Nothing is required while it is a draft; what is missing is said before publishing."""

    content = forms.CharField(
        label="维修内容", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    contractor = forms.CharField(label="施工单位", max_length=100, required=False)
    budget = MoneyField(label="预算金额（元）", required=False)
    note = forms.CharField(label="备注", max_length=200, required=False)

    def data_given(self) -> WorkData:
        """The cleaned form, or what is right of it."""
        data = self.cleaned_data
        return WorkData(
            content=data.get("content", ""),
            contractor=data.get("contractor", ""),
            note=data.get("note", ""),
            budget_fen=data.get("budget") or 0,
        )


@dataclass(frozen=True)
class WorkRow:
    """A facility of the page."""

    work: ProjectFacility
    form: WorkForm
    houses: int
    warranty: Warranty | None

    @property
    def is_own(self) -> bool:
        return self.work.way == AllocationWay.OWN


def _form(work: ProjectFacility, typed: Any = None) -> WorkForm:
    initial = {
        "content": work.content,
        "contractor": work.contractor,
        "note": work.note,
        "budget": yuan(work.budget_fen) if work.budget_fen else "",
    }
    form = WorkForm(typed, initial=initial, prefix=f"w{work.pk}")
    form.use_required_attribute = False
    return form


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def work_list(request: ActorRequest, number: str) -> HttpResponse:
    """The works with 维修内容, 施工单位, 备注 and 预算; what is wrong stays typed."""
    project = draft_or_404(request, number)
    there = works.works_of(project)
    if request.method == "POST":
        return _save(request, project, there)
    kept = drafting.typed_on(project, DraftPage.WORKS)
    typed = None
    if kept is not None:
        typed = QueryDict(mutable=True)
        typed.update(kept.typed)
    known = [work for work in there if typed is None or f"w{work.pk}-content" in typed]
    forms_of = {work.pk: _form(work, typed if work in known else None) for work in there}
    return _show(request, project, there, forms_of)


def _show(
    request: ActorRequest, project: RepairProject, there: list[ProjectFacility], forms_of: dict[int, WorkForm]
) -> HttpResponse:
    counts = works.house_counts(project)
    under = warranties_of(project, on=timezone.localdate())
    rows = [WorkRow(work, forms_of[work.pk], counts.get(work.pk, 0), under.get(work.facility_id)) for work in there]
    return render(request, "projects/works.html", draft_context(project, now="设施设备") | {"rows": rows})


def _save(request: ActorRequest, project: RepairProject, there: list[ProjectFacility]) -> HttpResponse:
    forms_of = {work.pk: _form(work, request.POST) for work in there}
    faults = sum(len(form.errors) for form in forms_of.values() if not form.is_valid())
    at = timezone.now()
    try:
        data = {pk: _with_old_budget(form, there, pk) for pk, form in forms_of.items()}
        works.describe_works(project.pk, works=data, by=request.actor, at=at)
        if faults:
            typed = {name: str(value) for name, value in request.POST.items() if name.startswith("w")}
            drafting.keep_typed(project.pk, page=DraftPage.WORKS, typed=typed, faults=faults, by=request.actor, at=at)
        else:
            drafting.forget_typed(project, DraftPage.WORKS)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(project_url(project))
    if faults:
        messages.warning(request, "填写的内容已存为草稿，其中标红的几处请改正后再保存")
        return _show(request, project, there, forms_of)
    messages.success(request, "设施设备已保存")
    return redirect("projects:works" if request.POST.get("action") == "draft" else "projects:amounts", project.number)


def _with_old_budget(form: WorkForm, there: list[ProjectFacility], pk: int) -> WorkData:
    """A budget that cannot be read leaves the one there was; so does the box of own amounts, which cannot be typed in."""
    data = form.data_given()
    [old] = [work for work in there if work.pk == pk]
    if "budget" in form.errors or old.way == AllocationWay.OWN:
        return WorkData(content=data.content, contractor=data.contractor, note=data.note, budget_fen=old.budget_fen)
    return data


@access(*STARTERS)
@require_POST
def remove(request: ActorRequest, number: str, work_id: int) -> HttpResponse:
    """移除: a facility goes out with its shares."""
    project = draft_or_404(request, number)
    try:
        works.remove_work(project.pk, work_id=work_id, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已移除")
    return redirect("projects:works", project.number)


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def choose(request: ActorRequest, number: str) -> HttpResponse:
    """选择设施设备: by place and type, several at once; 添加 enters a missing one at the open place."""
    project = draft_or_404(request, number)
    if request.method == "POST" and request.POST.get("action") == "add":
        return _add(request, project)
    if request.method == "POST":
        try:
            added = works.add_works(
                project.pk,
                facility_ids=chosen_ids(request.POST, name="facilities"),
                by=request.actor,
                at=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(request.get_full_path())
        messages.success(request, f"已选择 {len(added)} 项设施设备，请填写维修内容、施工单位和预算")
        return redirect("projects:works", project.number)
    kind = request.GET.get("kind", "")
    row = FacilityForm(initial={"kind": kind}) if "new" in request.GET else None
    return _show_choice(request, project, row)


def _add(request: ActorRequest, project: RepairProject) -> HttpResponse:
    place = estate.read_place(request.POST.get("place", "")) or estate.Place()
    form = FacilityForm(request.POST)
    if form.is_valid():
        try:
            entered = estate.add(
                area_id=project.area_id,
                place=place,
                data=form.data_given(),
                by_id=request.actor.user_id,
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"已在{entered.place}添加“{entered.name}”，已勾选，请点“确定”")
            query = urlencode({"place": place.key, "ticked": str(entered.pk)})
            return redirect(f"{reverse('projects:choose_works', args=[project.number])}?{query}")
    return _show_choice(request, project, form)


def _show_choice(request: ActorRequest, project: RepairProject, row: FacilityForm | None) -> HttpResponse:
    if row is not None:
        row.use_required_attribute = False
    place = estate.read_place(request.POST.get("place", "") or request.GET.get("place", ""))
    kind = request.GET.get("kind", "")
    kind = kind if kind in FacilityKind.values else ""
    found = list(
        estate.facility_list(
            actor=request.actor, area_id=project.area_id, place=place, kind=kind, state=FacilityState.IN_USE
        )
    )
    tree, today = estate.place_tree(project.area_id), timezone.localdate()
    context = {
        "project": project,
        "place": place,
        "tree": tree,
        "here": next((one.name for one in tree if place and one.place.is_same_as(place)), ""),
        "kind": kind,
        "kinds": FacilityKind.choices,
        "facilities": found,
        "taken": set(project.facilities.values_list("facility_id", flat=True)),
        "ticked": request.GET.get("ticked", ""),
        "warranties": warranties(found, jurisdiction_id=project.jurisdiction_id, on=today),
        "row": row,
        "today": today,
    }
    return render(request, "projects/choose_works.html", context)
