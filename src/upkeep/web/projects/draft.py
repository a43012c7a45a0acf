"""What the pages of a draft have in common: which project, the row of its pages, what it still lacks."""

from typing import Any

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils import timezone

from upkeep.repairs.models import ProjectFacility, RepairProject
from upkeep.repairs.readiness import Lack, Part, lacks
from upkeep.repairs.stages import ProjectKind, Stage
from upkeep.repairs.works import works_of
from upkeep.web.access import ActorRequest
from upkeep.web.projects.reach import own_project_or_404

Tab = tuple[str, str, int | None]
#: Where each part of a draft is mended.
_PAGES = {
    Part.BASICS: "projects:edit",
    Part.WORKS: "projects:works",
    Part.HOUSES: "projects:amounts",
    Part.SHARES: "projects:shares",
    Part.PLAN: "projects:plan",
}


def draft_or_404(request: ActorRequest, number: str) -> RepairProject:
    """One's own project while it is not published. Raises: Http404."""
    project = own_project_or_404(request, number)
    if project.stage_now is not Stage.NEW or project.kind_now is ProjectKind.ORDER:
        raise Http404
    return project


def draft_tabs(project: RepairProject) -> list[Tab]:
    """The pages of a draft in the order in which they are filled in."""
    number = [project.number]
    return [
        ("基本信息", reverse("projects:edit", args=number), None),
        ("设施设备", reverse("projects:works", args=number), project.facilities.count()),
        ("房屋分摊", reverse("projects:amounts", args=number), None),
        ("合并分摊清册", reverse("projects:shares", args=number), project.house_count),
        ("拨付计划", reverse("projects:plan", args=number), project.phases.count()),
        ("核对与公示", reverse("projects:show", args=number), None),
    ]


def draft_context(project: RepairProject, *, now: str) -> dict[str, Any]:
    """For the templates of a draft's pages."""
    return {"project": project, "tabs": draft_tabs(project), "tab": now}


def lacks_with_urls(project: RepairProject, *, thoroughly: bool = True) -> list[tuple[Lack, str]]:
    """What keeps a draft from being published, and the page on which each is mended."""
    found = lacks(project, on=timezone.localdate(), thoroughly=thoroughly)
    return [(one, reverse(_PAGES[one.part], args=[project.number])) for one in found]


def work_asked(project: RepairProject, sent: QueryDict) -> tuple[list[ProjectFacility], ProjectFacility | None]:
    """The works of a project, and the one that the address or the form names: the first where it names none.

    Raises: Http404 when it names none of the project's.
    """
    works, asked = works_of(project), sent.get("work", "")
    if not asked:
        return works, works[0] if works else None
    found = [work for work in works if str(work.pk) == asked]
    if not found:
        raise Http404
    return works, found[0]
