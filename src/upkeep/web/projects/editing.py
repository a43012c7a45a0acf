"""Beginning a project: which kind, for which area; its basic data, kept as a draft even when a part of it is wrong."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.estate.models import Area
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField, PhoneField
from upkeep.policy.project_rule import project_rule
from upkeep.repairs import copying, drafting, queries
from upkeep.repairs.drafting import Basics
from upkeep.repairs.models import DraftPage, EmergencyCause, RepairProject
from upkeep.repairs.queries import STARTERS
from upkeep.repairs.stages import ProjectKind
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.draft import draft_context, draft_or_404
from upkeep.web.projects.reach import own_project_or_404, project_url, put_on_form

FIELDS = ("title", "reason", "contact_name", "contact_phone", "starts_on", "ends_on", "due_on")
#: What each kind is for, told where one chooses.
KINDS: tuple[tuple[ProjectKind, str], ...] = (
    (ProjectKind.GENERAL, "施工合同约定分期付款的维修：公示、业主表决、立项后按拨付计划分期拨付"),
    (ProjectKind.EMERGENCY, "危及房屋安全、须立即抢修的：上传证明，不经业主表决即可立项"),
    (ProjectKind.SIMPLE, "一次付清的小型维修：先验收、验收公示，立项与拨付一并申请"),
)
TITLES = {
    ProjectKind.GENERAL: "新建一般维修项目",
    ProjectKind.EMERGENCY: "新建紧急维修项目",
    ProjectKind.SIMPLE: "新建简单拨付项目",
}
DAYS_OF_WORK = 30


class BasicsForm(forms.Form):
    """项目基本信息."""

    title = forms.CharField(label="项目名称", max_length=100, help_text="如：3幢2单元电梯曳引机更换")
    emergency_cause = forms.ChoiceField(label="紧急原因", choices=[("", "请选择"), *EmergencyCause.choices])
    reason = forms.CharField(
        label="维修原因", max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="公示时向全体业主说明"
    )
    starts_on = DayField(label="计划开工日")
    ends_on = DayField(label="计划完工日")
    due_on = DayField(label="办结期限", required=False)
    contact_name = forms.CharField(label="联系人", max_length=50)
    contact_phone = PhoneField(label="联系电话")

    def __init__(self, kind: ProjectKind, *args: Any, due_days: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.fields["due_on"].help_text = f"不填的按本市规定为计划完工后 {due_days} 天"
        if kind is not ProjectKind.EMERGENCY:
            del self.fields["emergency_cause"]

    def basics(self) -> Basics:
        """What the cleaned form says."""
        data = self.cleaned_data
        cause = data.get("emergency_cause", "")
        return Basics(emergency_cause=cause, **{name: data[name] for name in FIELDS})

    def basics_so_far(self, *, name: str, phone: str, today: dt.date) -> Basics:
        """What is right of a form that is not, with something usual for the rest."""
        data = self.cleaned_data
        starts, ends = data.get("starts_on") or today, data.get("ends_on")
        return Basics(
            title=data.get("title") or "（未命名的维修项目）",
            reason=data.get("reason", ""),
            contact_name=data.get("contact_name") or name,
            contact_phone=data.get("contact_phone") or phone,
            starts_on=starts,
            ends_on=ends if ends and ends >= starts else starts + dt.timedelta(days=DAYS_OF_WORK),
            emergency_cause=data.get("emergency_cause", ""),
        )


def kind_asked(text: str) -> ProjectKind:
    """The kind that an address or a form names; a general one where none is named. Raises: Http404."""
    if not text:
        return ProjectKind.GENERAL
    if text not in {kind.value for kind, _ in KINDS}:
        raise Http404
    return ProjectKind(text)


@access(*STARTERS)
@require_safe
def choose_area(request: ActorRequest) -> HttpResponse:
    """新建维修项目: of which kind, for which area; with a kind and one area only the form comes at once."""
    areas = list(queries.areas_to_start_in(request.actor))
    kind = kind_asked(request.GET.get("kind", ""))
    if len(areas) == 1 and request.GET.get("kind"):
        return redirect(f"{reverse('projects:create', args=[areas[0].pk])}?kind={kind}")
    context = {"areas": areas, "kinds": KINDS, "kind": kind if request.GET.get("kind") else None}
    return render(request, "projects/choose_area.html", context)


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def create(request: ActorRequest, area_id: int) -> HttpResponse:
    """项目基本信息 of a new project."""
    area = queries.areas_to_start_in(request.actor).filter(pk=area_id).first()
    if area is None:
        raise Http404
    kind = kind_asked(request.POST.get("kind", "") or request.GET.get("kind", ""))
    days = project_rule(jurisdiction_id=area.jurisdiction_id, on=timezone.localdate()).due_days
    if request.method == "POST":
        return _begin(request, BasicsForm(kind, request.POST, due_days=days), area, kind)
    today = timezone.localdate()
    initial = {
        "contact_name": request.actor.name,
        "contact_phone": request.actor.phone,
        "starts_on": today,
        "ends_on": today + dt.timedelta(days=DAYS_OF_WORK),
    }
    form = BasicsForm(kind, initial=initial, due_days=days)
    context = {"form": form, "area": area, "kind": kind, "title": TITLES[kind]}
    return render(request, "projects/basics.html", context)


def _begin(request: ActorRequest, form: BasicsForm, area: Area, kind: ProjectKind) -> HttpResponse:
    at, actor = timezone.now(), request.actor
    is_right = form.is_valid()
    so_far = form.basics_so_far(name=actor.name, phone=actor.phone, today=timezone.localdate())
    try:
        project = drafting.create_project(
            area_id=area.pk, basics=form.basics() if is_right else so_far, by=actor, at=at, kind=kind
        )
    except HasProblems as problems:
        put_on_form(form, problems)
        is_right = False
        project = drafting.create_project(area_id=area.pk, basics=so_far, by=actor, at=at, kind=kind)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:list")
    if not is_right:
        _keep_typed(request, project, form)
        return redirect("projects:edit", project.number)
    messages.success(request, f"项目 {project.number} 已保存为草稿，请继续选择设施设备")
    return _next(request, project)


def _next(request: ActorRequest, project: RepairProject) -> HttpResponse:
    stays = request.POST.get("action") == "draft" or project.kind_now is ProjectKind.EMERGENCY
    return redirect("projects:edit" if stays else "projects:works", project.number)


def _keep_typed(request: ActorRequest, project: RepairProject, form: BasicsForm) -> None:
    typed = {name: request.POST.get(name, "") for name in form.fields}
    drafting.keep_typed(
        project.pk,
        page=DraftPage.BASICS,
        typed=typed,
        faults=max(len(form.errors), 1),
        by=request.actor,
        at=timezone.now(),
    )
    messages.warning(request, "填写的内容已存为草稿，其中标红的几处请改正后再保存")


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, number: str) -> HttpResponse:
    """项目基本信息 of one not yet published."""
    project = draft_or_404(request, number)
    days = project_rule(jurisdiction_id=project.jurisdiction_id, on=timezone.localdate()).due_days
    kind = project.kind_now
    if request.method == "POST":
        return _save(request, BasicsForm(kind, request.POST, due_days=days), project)
    typed = drafting.typed_on(project, DraftPage.BASICS)
    if typed is not None:
        form = BasicsForm(kind, typed.typed, due_days=days)
        _find_faults(form, project)
    else:
        initial = {name: getattr(project, name) for name in (*FIELDS, "emergency_cause")}
        form = BasicsForm(kind, initial=initial, due_days=days)
    return _show(request, project, form)


def _find_faults(form: BasicsForm, project: RepairProject) -> None:
    if form.is_valid():
        for problem in drafting.faults_of(project, form.basics()):
            form.add_error(problem.field if problem.field in form.fields else None, problem.text)


def _save(request: ActorRequest, form: BasicsForm, project: RepairProject) -> HttpResponse:
    if form.is_valid():
        try:
            drafting.edit_project(project.pk, basics=form.basics(), by=request.actor, at=timezone.now())
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(project_url(project))
        else:
            messages.success(request, "基本信息已保存")
            stays = request.POST.get("action") == "draft"
            return redirect("projects:edit" if stays else "projects:works", project.number)
    _keep_typed(request, project, form)
    return _show(request, project, form)


def _show(request: ActorRequest, project: RepairProject, form: BasicsForm) -> HttpResponse:
    context = draft_context(project, now="基本信息") | {
        "form": form,
        "area": project.area,
        "kind": project.kind_now,
        "title": "修改维修项目",
        "papers": project.papers.order_by("uploaded_at", "pk"),
        "takes_papers": project.kind_now is ProjectKind.EMERGENCY,
    }
    return render(request, "projects/basics.html", context)


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def drop(request: ActorRequest, number: str) -> HttpResponse:
    """删除草稿: asked once more, then given up."""
    project = draft_or_404(request, number)
    if request.method == "GET":
        return render(request, "projects/drop.html", {"project": project})
    try:
        drafting.drop_draft(project.pk, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(project_url(project))
    messages.success(request, f"草稿 {project.number} 已删除")
    return redirect("projects:list")


@access(*STARTERS)
@require_POST
def copy(request: ActorRequest, number: str) -> HttpResponse:
    """复制: a new draft after this project."""
    source = own_project_or_404(request, number)
    try:
        project = copying.copy_project(source.pk, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(project_url(source))
    messages.success(request, f"已按 {source.number} 复制为新项目 {project.number}，请核对各项内容")
    return redirect("projects:edit", project.number)
