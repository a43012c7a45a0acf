"""Uploading, showing and taking off the papers of a case."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from upkeep.casework import files
from upkeep.casework.models import Case
from upkeep.casework.pages import PapersPage
from upkeep.casework.procedure import register
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import EVERYONE
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.reach import case_or_404, draft_or_404, page_url


@access(*EVERYONE)
@require_POST
def upload(request: ActorRequest, number: str) -> HttpResponse:
    """Take every file of the page: the name of its input is the paper's code."""
    case = draft_or_404(request, number)
    taken = 0
    for paper, uploaded in request.FILES.items():
        assert isinstance(uploaded, UploadedFile)
        if (uploaded.size or 0) > files.MOST_UPLOADED:
            messages.error(request, f"{uploaded.name}：图片超过 15 MB，请压缩后再上传")
            continue
        try:
            files.attach(
                case.pk,
                paper=paper,
                name=uploaded.name or "",
                content=uploaded.read(),
                by=request.actor,
                at=timezone.now(),
            )
            taken += 1
        except Refusal as refusal:
            messages.error(request, f"{uploaded.name}：{refusal}")
    if not request.FILES:
        messages.error(request, "请先选择要上传的图片")
    if taken:
        messages.success(request, f"已上传 {taken} 张")
    return redirect(_papers_url(case))


@access(*EVERYONE)
@require_POST
def remove(request: ActorRequest, number: str, file_id: int) -> HttpResponse:
    """Take one paper off."""
    case = draft_or_404(request, number)
    try:
        files.detach(case.pk, file_id, by=request.actor)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(_papers_url(case))


@access(*EVERYONE)
@require_GET
def show(request: ActorRequest, number: str, file_id: int) -> HttpResponse:
    """The picture itself, never cached by anyone between, never interpreted as anything else."""
    case = case_or_404(request, number)
    file = case.files.filter(pk=file_id).first()
    if file is None:
        raise Http404
    response = HttpResponse(files.content_of(file), content_type=file.content_type)
    response["Content-Disposition"] = f'inline; filename="{file.paper}.jpg"'
    response["Cache-Control"] = "private, max-age=600"
    return response


def _papers_url(case: Case) -> str:
    pages = register[case.procedure].pages_of(case)
    return page_url(case, next(n for n, page in enumerate(pages, start=1) if isinstance(page, PapersPage)))
