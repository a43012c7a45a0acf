"""The papers of an emergency, uploaded with its basic data."""

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.kernel.errors import Refusal
from upkeep.repairs import papers
from upkeep.repairs.queries import STARTERS
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.draft import draft_or_404
from upkeep.web.projects.reach import READERS, project_or_404


@access(*STARTERS)
@require_POST
def attach(request: ActorRequest, number: str) -> HttpResponse:
    """上传附件: one or several pictures."""
    project = draft_or_404(request, number)
    uploads = [one for one in request.FILES.getlist("papers") if isinstance(one, UploadedFile)]
    if not uploads:
        messages.error(request, "请先选择要上传的照片或扫描件")
    for one in uploads:
        try:
            papers.attach_paper(
                project.pk, name=one.name or "附件", content=one.read(), by=request.actor, at=timezone.now()
            )
        except Refusal as refusal:
            messages.error(request, f"{one.name}：{refusal}")
    return redirect("projects:edit", project.number)


@access(*STARTERS)
@require_POST
def detach(request: ActorRequest, number: str, paper_id: int) -> HttpResponse:
    """Take one off again."""
    project = draft_or_404(request, number)
    try:
        papers.detach_paper(project.pk, paper_id=paper_id, by=request.actor)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("projects:edit", project.number)


@access(*READERS)
@require_safe
def show(request: ActorRequest, number: str, paper_id: int) -> HttpResponse:
    """The picture, for whoever sees the project."""
    project = project_or_404(request, number)
    paper = project.papers.filter(pk=paper_id).first()
    if paper is None:
        raise Http404
    response = HttpResponse(papers.content_of_paper(paper), content_type="image/jpeg")
    response["Content-Disposition"] = 'inline; filename="paper.jpg"'
    return response
