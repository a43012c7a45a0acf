"""接口获取: looking for a project in the housing registry, ticking its buildings, fetching their houses in the background."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from upkeep.casework.models import Case
from upkeep.casework.pages import SheetPage
from upkeep.casework.parts import row_count
from upkeep.casework.procedure import register
from upkeep.estate import registry
from upkeep.estate.house_sources import FETCHED, FROM_REGISTRY
from upkeep.jobs import actions as jobs
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import EVERYONE
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.reach import draft_or_404, page_url

FETCH = "registry_fetch"
_MOST_CHOSEN, _MOST_ID = 1_000, 40


@access(*EVERYONE)
@require_http_methods(["GET", "POST"])
def search(request: ActorRequest, number: str, part: str) -> HttpResponse:
    """The search with what it found; with `project` the buildings of that one. A POST fetches what is ticked."""
    case = draft_or_404(request, number)
    page = _page(case, part)
    if request.method == "POST":
        return _fetch(request, case, page)
    name, address = (request.GET.get(key, "").strip()[: registry.MOST_TYPED] for key in ("name", "address"))
    project_id = request.GET.get("project", "")[:_MOST_ID]
    context: dict[str, Any] = {
        "case": case,
        "procedure": register[case.procedure],
        "name": name if "name" in request.GET else _proposed(case),
        "address": address,
        "searched": bool(name or address),
        "kept": row_count(case, part),
        "unread": (case.data.get(FETCHED) or {}).get("unread", ()),
        "back_url": _place(case, page),
        "search_url": reverse("cases:registry", args=[case.number, part]),
    }
    try:
        if project_id:
            project, context["buildings"] = registry.buildings_of(project_id)
            context |= {"project": project, "project_facts": _facts(project)}
        elif name or address:
            context["found"] = registry.find_projects(name=name, address=address)
    except Refusal as failed:
        context["failed"] = str(failed)
    return render(request, "cases/registry.html", context)


def _facts(project: registry.Project) -> list[tuple[str, str]]:
    return [("地址", project.address), ("开发建设单位", project.developer or "—"), ("户数", f"{project.houses:,} 户")]


def _page(case: Case, part: str) -> SheetPage:
    """The page whose table may be fetched. Raises: Http404 where the case has none or the city allows it not."""
    procedure = register[case.procedure]
    for page in procedure.pages_of(case):
        if isinstance(page, SheetPage) and page.part == part and FROM_REGISTRY in procedure.sources_of(case, page):
            return page
    raise Http404


def _place(case: Case, page: SheetPage) -> str:
    return page_url(case, register[case.procedure].pages_of(case).index(page) + 1)


def _proposed(case: Case) -> str:
    """Whoever collects an area has typed its name already."""
    return str(case.data.get("name") or "")[: registry.MOST_TYPED]


def _fetch(request: ActorRequest, case: Case, page: SheetPage) -> HttpResponse:
    here = reverse("cases:registry", args=[case.number, page.part])
    project_id = request.POST.get("project", "")[:_MOST_ID]
    chosen = [one for one in request.POST.getlist("building")[:_MOST_CHOSEN] if len(one) <= _MOST_ID]
    if not project_id or not chosen:
        messages.error(request, "请至少勾选一栋楼")
        return redirect(f"{here}?project={project_id}" if project_id.isalnum() else here)
    job = jobs.defer(
        kind=FETCH,
        title=f"接口获取房屋信息 {case.number}",
        arguments={
            "case_id": case.pk,
            "part": page.part,
            "project_id": project_id,
            "building_ids": list(dict.fromkeys(chosen)),
            "keep": request.POST.get("keep") == "1",
            "user_id": request.actor.user_id,
            "back": here,
            "rows": reverse("cases:rows", args=[case.number, page.part]),
        },
        by_id=request.actor.user_id or None,
        at=timezone.now(),
        lock=f"case:{case.pk}",
    )
    return redirect("jobs:show", job.pk)
