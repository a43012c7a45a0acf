"""Workbooks of a case: template or what is known out, the filled one in (as background work), faults marked back."""

import base64

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from upkeep.casework import engine, parts
from upkeep.casework.models import Case
from upkeep.casework.pages import WORKBOOK, SheetPage
from upkeep.casework.procedure import register
from upkeep.jobs import actions as jobs
from upkeep.jobs.models import Job
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import EVERYONE
from upkeep.sheets.sheet import Sheet
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.forms import as_typed, page_form
from upkeep.web.cases.reach import case_or_404, draft_or_404, page_url

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_UPLOADED = 20 * 1024 * 1024
IMPORT = "case_import"


def workbook(content: bytes, name: str) -> HttpResponse:
    """A workbook to be saved under a Chinese name."""
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.xlsx") or ""
    return response


@access(*EVERYONE)
@require_GET
def template(request: ActorRequest, number: str, part: str) -> HttpResponse:
    """The empty workbook, or the one with what is known (业主信息表 with the chosen houses)."""
    case = draft_or_404(request, number)
    sheet = _sheet(case, part)()
    rows = list(register[case.procedure].sheet_rows(case, part))
    return workbook(sheet.template(rows=rows), f"{sheet.title}-{case.subject or '模板'}")


@access(*EVERYONE)
@require_GET
def export(request: ActorRequest, number: str, part: str) -> HttpResponse:
    """What was imported, to be corrected and imported again."""
    case = case_or_404(request, number)
    sheet = _sheet(case, part)()
    rows = [row for _, row in parts.rows_of(case, part)]
    return workbook(sheet.export(rows), f"{sheet.title}-{case.number}")


@access(*EVERYONE)
@require_POST
def upload(request: ActorRequest, number: str, part: str) -> HttpResponse:
    """Take a workbook and read it in the background; the answer is the progress page."""
    case = draft_or_404(request, number)
    page = _page_with_workbook(case, part)
    procedure = register[case.procedure]
    back = page_url(case, procedure.pages_of(case).index(page) + 1)
    form = page_form(procedure, case, page, request.POST, on=timezone.localdate())
    uploaded = request.FILES.get("workbook")
    try:
        engine.save_draft(case.pk, as_typed(form), by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    if not form.is_valid():
        for texts in form.errors.values():
            messages.error(request, "；".join(str(text) for text in texts))
        return redirect(back)
    if not isinstance(uploaded, UploadedFile):
        messages.error(request, "请先选择填写好的 Excel 文件（.xlsx）")
        return redirect(back)
    if (uploaded.size or 0) > MOST_UPLOADED:
        messages.error(request, "文件超过 20 MB，请拆分后导入")
        return redirect(back)
    job = jobs.defer(
        kind=IMPORT,
        title=f"导入{_sheet(case, part).title} {case.number}",
        arguments={
            "case_id": case.pk,
            "part": part,
            "content": base64.b64encode(uploaded.read()).decode(),
            "user_id": request.actor.user_id,
            "back": back,
            "faults_url": back,
        },
        by_id=request.actor.user_id or None,
        at=timezone.now(),
        lock=f"case:{case.pk}",
    )
    return redirect("jobs:show", job.pk)


@access(*EVERYONE)
@require_GET
def faults(request: ActorRequest, number: str, part: str, job_id: int) -> HttpResponse:
    """Every fault of a workbook that was not taken, cell by cell."""
    case = draft_or_404(request, number)
    job = _job(request, case, job_id)
    context = {
        "case": case,
        "procedure": register[case.procedure],
        "part": part,
        "job": job,
        "result": job.result or {},
        "back_url": (job.result or {}).get("back", ""),
    }
    return render(request, "cases/faults.html", context)


@access(*EVERYONE)
@require_GET
def marked(request: ActorRequest, number: str, part: str, job_id: int) -> HttpResponse:
    """The user's own workbook with the faulty cells marked."""
    case = draft_or_404(request, number)
    job = _job(request, case, job_id)
    content = (job.result or {}).get("marked")
    if not content:
        raise Http404
    return workbook(base64.b64decode(content), f"{_sheet(case, part).title}-错误标注-{case.number}")


def _sheet(case: Case, part: str) -> type[Sheet]:
    """The sheet of a part that a page asks for; what a case keeps beside its pages is not handed out."""
    pages = register[case.procedure].pages_of(case)
    if not any(isinstance(page, SheetPage) and page.part == part for page in pages):
        raise Http404
    return parts.sheet_of(case, part)


def _page_with_workbook(case: Case, part: str) -> SheetPage:
    """The page that takes a workbook for the part. Raises: Http404 where none does, or the city has closed that way."""
    procedure = register[case.procedure]
    for page in procedure.pages_of(case):
        if isinstance(page, SheetPage) and page.part == part and WORKBOOK in procedure.sources_of(case, page):
            return page
    raise Http404


def _job(request: ActorRequest, case: Case, job_id: int) -> Job:
    job = Job.objects.filter(pk=job_id, kind=IMPORT, asked_by_id=request.actor.user_id).first()
    if job is None or (job.result or {}).get("case_id") != case.pk:
        raise Http404
    return job
