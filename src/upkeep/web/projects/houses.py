"""分摊范围: the houses that share a facility's cost, chosen on the building table (添加、删除)."""

from collections import Counter
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from upkeep.estate import queries as estate
from upkeep.estate.models import House
from upkeep.kernel.errors import Refusal
from upkeep.repairs import works
from upkeep.repairs.models import ProjectFacility, RepairProject
from upkeep.repairs.queries import STARTERS
from upkeep.web.access import ActorRequest, access
from upkeep.web.building_table import chosen_ids
from upkeep.web.estate.table import building_grid, building_links, open_building
from upkeep.web.projects.draft import draft_context, draft_or_404, work_asked


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def houses(request: ActorRequest, number: str) -> HttpResponse:
    """The building table of one facility's houses; saving divides its budget among them."""
    project = draft_or_404(request, number)
    there, work = work_asked(project, request.POST if request.method == "POST" else request.GET)
    if work is None:
        messages.info(request, "请先选择要维修的设施设备")
        return redirect("projects:works", project.number)
    if request.method == "POST":
        return _keep(request, project, work)
    counts = works.house_counts(project)
    context = draft_context(project, now="房屋分摊") | {
        "work": work,
        "others": [(one, counts[one.pk]) for one in there if one.pk != work.pk and counts.get(one.pk)],
    }
    return render(request, "projects/houses.html", context | _table(request, project, work))


def _table(request: ActorRequest, project: RepairProject, work: ProjectFacility) -> dict[str, Any]:
    buildings = estate.buildings_of(project.area_id)
    if not buildings:
        return {"grid": None}
    sharing = House.objects.filter(pk__in=work.shares.values("house_id"))
    chosen = list(sharing.values_list("pk", "area_dm2", "building_id"))
    asked = request.GET.get("building", "")
    if not asked and work.facility.building_id is not None:
        asked = str(work.facility.building_id)
    known = {str(one.building.pk) for one in buildings}
    building = open_building(buildings, asked if asked in known or request.GET.get("building") else "")
    base = f"{reverse('projects:houses', args=[project.number])}?{urlencode({'work': work.pk})}"
    counts = Counter(building_id for _, _, building_id in chosen)
    links = building_links(
        buildings, base=reverse("projects:houses", args=[project.number]), now=building, chosen=counts
    )
    return {
        "grid": building_grid(building),
        "buildings": [replace(link, url=f"{link.url}&work={work.pk}") for link in links],
        "chosen": [(pk, area_dm2) for pk, area_dm2, _ in chosen],
        "save_url": base,
        "view": "list" if request.GET.get("view") == "list" else "grid",
    }


def _keep(request: ActorRequest, project: RepairProject, work: ProjectFacility) -> HttpResponse:
    in_background = request.headers.get("HX-Request") == "true"
    same_as = request.POST.get("same_as", "") if request.POST.get("action") == "same" else ""
    try:
        house_ids = works.houses_of_work(project, same_as) if same_as else chosen_ids(request.POST)
        works.choose_houses(project.pk, house_ids=house_ids, work_id=work.pk, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        if in_background:
            return HttpResponse(str(refusal), status=422)
        messages.error(request, str(refusal))
        return redirect(f"{reverse('projects:houses', args=[project.number])}?{urlencode({'work': work.pk})}")
    if in_background:
        return HttpResponse(status=204)
    if request.POST.get("action") == "building":
        query = urlencode({"work": str(work.pk), "building": request.POST.get("go", "")})
        return redirect(f"{reverse('projects:houses', args=[project.number])}?{query}")
    return redirect(f"{reverse('projects:amounts', args=[project.number])}?{urlencode({'work': work.pk})}")
