"""公示管理: 立项公示, 验收公示 and 撤销公示: what each asks for, the preview, the publishing; their prints."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.printing.actions import content_of, keep
from upkeep.printing.queries import prints_of
from upkeep.publishing.models import NoticeKind, PublicNotice
from upkeep.publishing.queries import notices_on
from upkeep.repairs import announcing
from upkeep.repairs.documents import notice_document, subject_of
from upkeep.repairs.history import moves_of
from upkeep.repairs.models import RepairProject
from upkeep.repairs.notices import TITLES, body_of, title_of
from upkeep.repairs.queries import STARTERS
from upkeep.repairs.stages import ProjectKind, ProjectMove
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.notice_lists import notice_body
from upkeep.web.projects.reach import READERS, own_project_or_404, project_or_404, project_url, put_on_form

KINDS = {
    "project": NoticeKind.PROJECT,
    "acceptance": NoticeKind.ACCEPTANCE,
    "cancellation": NoticeKind.CANCELLATION,
}
MOVES = {
    NoticeKind.PROJECT: ProjectMove.PUBLISH,
    NoticeKind.ACCEPTANCE: ProjectMove.PUBLISH_ACCEPTANCE,
    NoticeKind.CANCELLATION: ProjectMove.PUBLISH_CANCELLATION,
}


class NoticeForm(forms.Form):
    """公示截止日."""

    open_until = DayField(label="公示截止日")


class WorksForm(NoticeForm):
    """验收公示 of a general repair: when it was carried out (004 §1.3.1 第八步)."""

    works_from = DayField(label="施工开始日期")
    works_to = DayField(label="施工结束日期")


class ContentForm(NoticeForm):
    """验收公示 of an emergency or a simple project: what was accepted (004 §1.3.2 第七步, §1.3.3 第五步)."""

    content = forms.CharField(
        label="验收内容",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请填写验收内容"},
    )


class CancellationForm(NoticeForm):
    """撤销公示: period and reason (004 §1.3.5)."""

    reason = forms.CharField(
        label="撤销原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="在公示中公开，请不要写他人姓名、电话",
        error_messages={"required": "请填写撤销原因"},
    )


def _kind_or_404(kind: str) -> NoticeKind:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


def _form_of(project: RepairProject, kind: NoticeKind) -> type[NoticeForm]:
    if kind is NoticeKind.CANCELLATION:
        return CancellationForm
    if kind is NoticeKind.ACCEPTANCE:
        return WorksForm if project.kind_now is ProjectKind.GENERAL else ContentForm
    return NoticeForm


def _proposed(project: RepairProject, kind: NoticeKind) -> dict[str, Any]:
    today = timezone.localdate()
    days = announcing.least_days_of(project, kind, on=today)
    return {
        "open_until": today + dt.timedelta(days=days),
        "works_from": project.works_from or "",
        "works_to": project.works_to or "",
        "content": _content_proposed(project) if kind is NoticeKind.ACCEPTANCE else "",
        "reason": "",
    }


def _content_proposed(project: RepairProject) -> str:
    """What was said at the acceptance, else what was to be done."""
    works = project.facilities.order_by("pk").values_list("content", flat=True)
    return project.accepted_content or "；".join(works)[:500]


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def publish(request: ActorRequest, number: str, kind: str) -> HttpResponse:
    """发布公示: what the notice needs, 发布预览, 发布."""
    project, wanted = own_project_or_404(request, number), _kind_or_404(kind)
    if (project.stage_now, MOVES[wanted]) not in moves_of(project) or not project.house_count:
        raise Http404
    form_class = _form_of(project, wanted)
    if request.method == "GET":
        # A first look proposes; what still has to be written is asked for by the preview.
        is_asked = "open_until" in request.GET
        form = form_class(request.GET if is_asked else _proposed(project, wanted))
        if not is_asked and not form.is_valid():
            form = form_class(initial=_proposed(project, wanted))
        return _preview(request, project, wanted, form)
    form = form_class(request.POST)
    if not form.is_valid():
        return _preview(request, project, wanted, form)
    try:
        notice = _publish(request, project, wanted, form.cleaned_data)
    except HasProblems as problems:
        put_on_form(form, problems)
        return _preview(request, project, wanted, form)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(project_url(project))
    messages.success(request, f"{wanted.label}已发布（{notice.number}），{_what_to_print(project, wanted)}")
    return redirect(project_url(project))


def _publish(request: ActorRequest, project: RepairProject, kind: NoticeKind, values: dict[str, Any]) -> PublicNotice:
    act: Any = {
        NoticeKind.PROJECT: announcing.publish_project,
        NoticeKind.ACCEPTANCE: announcing.publish_acceptance,
        NoticeKind.CANCELLATION: announcing.publish_cancellation,
    }[kind]
    seen = request.POST.get("version", "")
    notice: PublicNotice = act(
        project.pk,
        **values,
        by=request.actor,
        at=timezone.now(),
        seen_version=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else None,
    )
    return notice


def _what_to_print(project: RepairProject, kind: NoticeKind) -> str:
    if kind is NoticeKind.PROJECT and project.kind_now is ProjectKind.EMERGENCY:
        return "已在公众服务网站公开，需要时可打印公告和清册"
    if kind is NoticeKind.CANCELLATION:
        return "请打印撤销公示，盖章后张贴在小区；期满后办理撤销"
    return "请打印公告和清册，盖章后张贴在小区"


def _preview(request: ActorRequest, project: RepairProject, kind: NoticeKind, form: NoticeForm) -> HttpResponse:
    form.use_required_attribute = False
    right = form.is_bound and form.is_valid()
    values = form.cleaned_data if right else {}
    if right:
        try:
            _check(project, kind, values)
        except HasProblems as problems:
            put_on_form(form, problems)
            right = False
    context: dict[str, Any] = {"project": project, "kind": kind, "form": form, "right": right}
    if right:
        body = body_of(project, kind, content=values.get("content", ""), reason=values.get("reason", ""))
        context |= {
            "title": title_of(project, kind),
            "heading": TITLES[kind],
            "body": notice_body(body, page=request.GET.get("page"), text=request.GET.get("q", "")),
            "kept_fields": [(name, form[name].value()) for name in form.fields],
            "open_until": values["open_until"],
            "today": timezone.localdate(),
        }
    return render(request, "projects/publish.html", context)


def _check(project: RepairProject, kind: NoticeKind, values: dict[str, Any]) -> None:
    """What the publishing itself will ask; the works' days are put on the project for the preview, not saved."""
    at = timezone.now()
    announcing.check_open_until(project, values["open_until"], at=at, kind=kind)
    if "works_from" in values:
        announcing.set_works(project, works_from=values["works_from"], works_to=values["works_to"], at=at)


@access(*READERS)
@require_POST
def print_notice(request: ActorRequest, number: str, kind: str) -> HttpResponse:
    """立项公告 with 预算清册, 验收公告 with 决算清册, or 撤销公示: printed, kept, shown."""
    project, wanted = project_or_404(request, number), _kind_or_404(kind)
    notice = notices_on(project.source).get(wanted)
    if notice is None:
        raise Http404
    document = notice_document(project, notice, city=request.city.slug)
    kept = keep(document, by_id=request.actor.user_id, at=timezone.now())
    return redirect("projects:print", project.number, kept.pk)


@access(*READERS)
@require_safe
def show_print(request: ActorRequest, number: str, print_id: int) -> HttpResponse:
    """A kept print of the project. The signature sheet names owners in full, so only the project's starter opens it."""
    project = project_or_404(request, number)
    kept = prints_of(subject=subject_of(project)).filter(pk=print_id).first()
    if kept is None or (kept.form == "signature_sheet" and project.organisation_id != request.actor.organisation_id):
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{kept.number}")
