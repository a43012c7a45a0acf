"""项目附件: papers of an emergency, uploaded with the basic data, which travel on to the application.

Source: manual 004 §1.3.2 第一步二 (填写项目基本信息，上传附件).
"""

import datetime as dt
import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from upkeep.casework import files
from upkeep.kernel.errors import Refusal
from upkeep.kernel.secrecy import seal, unseal
from upkeep.kernel.stored_files import delete_after_commit
from upkeep.parties.actor import Actor
from upkeep.repairs.history import locked
from upkeep.repairs.models import ProjectPaper, RepairProject
from upkeep.repairs.stages import ProjectMove

MOST_PAPERS = 30


@transaction.atomic
def attach_paper(project_id: int, *, name: str, content: bytes, by: Actor, at: dt.datetime) -> ProjectPaper:
    """Add a picture to a draft, re-encoded and sealed; the same picture twice is kept once.

    Raises: NotYours, NotNow, BadImage, Refusal when there are too many.
    """
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    kept = files.re_encode(content)
    digest = hashlib.sha256(kept).hexdigest()
    there = ProjectPaper.objects.filter(project=project)
    if existing := there.filter(sha256=digest).first():
        return existing
    if there.count() >= MOST_PAPERS:
        raise Refusal(f"附件最多 {MOST_PAPERS} 张")
    assert by.user_id is not None
    path = default_storage.save(f"projects/{project.pk}/{digest[:32]}", ContentFile(seal(kept)))
    return ProjectPaper.objects.create(
        project=project,
        name=name[-120:],
        path=path,
        size=len(kept),
        sha256=digest,
        uploaded_by_id=by.user_id,
        uploaded_at=at,
    )


@transaction.atomic
def detach_paper(project_id: int, *, paper_id: int, by: Actor) -> None:
    """Take a picture off a draft. Raises: NotYours, NotNow."""
    project = locked(project_id, moves=(ProjectMove.EDIT,), by=by)
    found = ProjectPaper.objects.filter(project=project, pk=paper_id)
    paths = list(found.values_list("path", flat=True))
    found.delete()
    delete_after_commit(paths)


def content_of_paper(paper: ProjectPaper) -> bytes:
    """The picture. The caller has checked that the actor sees the project."""
    with default_storage.open(paper.path) as stored:
        return unseal(stored.read())


def carry_to_case(project: RepairProject, *, case_id: int, paper: str, by: Actor, at: dt.datetime) -> int:
    """Put the project's papers into a case under one of its papers (要件). Answers with how many.

    Raises: what `casework.files.attach` raises.
    """
    papers = list(project.papers.order_by("uploaded_at", "pk"))
    for one in papers:
        files.attach(case_id, paper=paper, name=one.name, content=content_of_paper(one), by=by, at=at)
    return len(papers)
