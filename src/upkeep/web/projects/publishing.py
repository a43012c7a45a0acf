"""立项公示 and 验收公示: the closing day, the preview, the publishing; their prints."""

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
from upkeep.policy.notice_rule import notice_rule
from upkeep.printing.actions import content_of, keep
from upkeep.printing.queries import prints_of
from upkeep.publishing.models import NoticeKind
from upkeep.publishing.queries import notices_on
from upkeep.repairs import announcing
from upkeep.repairs.documents import notice_document, subject_of
from upkeep.repairs.models import RepairProject
from upkeep.repairs.notices import TITLES, body_of, title_of
from upkeep.repairs.queries import STARTERS
from upkeep.repairs.stages import Stage
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.projects.reach import READERS, own_project_or_404, project_or_404, project_url, put_on_form

KINDS = {"project": NoticeKind.PROJECT, "acceptance": NoticeKind.ACCEPTANCE}
BEFORE = {NoticeKind.PROJECT: Stage.NEW, NoticeKind.ACCEPTANCE: Stage.ACCEPTED}


class NoticeForm(forms.Form):
    """公示截止日."""

    open_until = DayField(label="公示截止日")


def _kind_or_404(kind: str) -> NoticeKind:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def publish(request: ActorRequest, number: str, kind: str) -> HttpResponse:
    """选择公示截止日, 发布预览, 发布."""
    project, wanted = own_project_or_404(request, number), _kind_or_404(kind)
    if project.stage_now is not BEFORE[wanted] or not project.house_count:
        raise Http404
    least = notice_rule(jurisdiction_id=project.jurisdiction_id, on=timezone.localdate()).least_days
    default = {"open_until": timezone.localdate() + dt.timedelta(days=least)}
    if request.method == "GET":
        return _preview(request, project, wanted, NoticeForm(request.GET if request.GET else default))
    form = NoticeForm(request.POST)
    if not form.is_valid():
        return _preview(request, project, wanted, form)
    publish_it = announcing.publish_project if wanted is NoticeKind.PROJECT else announcing.publish_acceptance
    seen = request.POST.get("version", "")
    try:
        notice = publish_it(
            project.pk,
            open_until=form.cleaned_data["open_until"],
            by=request.actor,
            at=timezone.now(),
            seen_version=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else None,
        )
    except HasProblems as problems:
        put_on_form(form, problems)
        return _preview(request, project, wanted, form)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(project_url(project))
    messages.success(request, f"{wanted.label}已发布（{notice.number}），请打印公告和清册，盖章后张贴在小区")
    return redirect(project_url(project))


def _preview(request: ActorRequest, project: RepairProject, kind: NoticeKind, form: NoticeForm) -> HttpResponse:
    form.use_required_attribute = False
    right = form.is_valid()
    if right:
        try:
            announcing.check_open_until(project, form.cleaned_data["open_until"], at=timezone.now())
        except HasProblems as problems:
            put_on_form(form, problems)
            right = False
    context: dict[str, Any] = {
        "project": project,
        "kind": kind,
        "form": form,
        "right": right,
        "title": title_of(project, kind),
        "heading": TITLES[kind],
        "body": body_of(project, kind),
        "open_until": form.cleaned_data.get("open_until"),
        "today": timezone.localdate(),
    }
    return render(request, "projects/publish.html", context)


@access(*READERS)
@require_POST
def print_notice(request: ActorRequest, number: str, kind: str) -> HttpResponse:
    """立项公告 with 预算清册, or 验收公告 with 决算清册: printed, kept, shown."""
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
