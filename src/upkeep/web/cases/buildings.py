"""Buildings of a draft entered by hand, one building with its houses generated, and one house (manual 000, 开发商 §2.1)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from upkeep.casework import parts
from upkeep.casework.models import Case
from upkeep.casework.pages import SheetPage
from upkeep.casework.procedure import register
from upkeep.estate import drafting
from upkeep.estate.draft_sheets import BUILDINGS, BY_HAND, HOUSES, BuildingTable
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import EVERYONE
from upkeep.sheets.checking import in_box, read_typed
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases import row_table
from upkeep.web.cases.draft_forms import faults_by_column
from upkeep.web.cases.reach import draft_or_404, page_url


def place_of(case: Case, part: str) -> SheetPage:
    """The page whose houses are entered by hand. Raises: Http404 where the procedure or the city has no such way."""
    procedure = register[case.procedure]
    found = [page for page in procedure.pages_of(case) if isinstance(page, SheetPage) and page.part == part == HOUSES]
    if not found or BUILDINGS not in procedure.sheets or BY_HAND not in procedure.sources_of(case, found[0]):
        raise Http404
    return found[0]


def building_url(case: Case, name: str) -> str:
    """The address of one building of the draft."""
    return f"{reverse('cases:building', args=[case.number, HOUSES])}?{urlencode({'name': name})}"


def frame(case: Case, page: SheetPage) -> dict[str, Any]:
    """What every page of the draft shows."""
    procedure = register[case.procedure]
    step_url = page_url(case, procedure.pages_of(case).index(page) + 1)
    return {
        "case": case,
        "procedure": procedure,
        "area_name": case.data.get("name") or case.subject.partition(" · ")[0],
        "part": page.part,
        "step_url": step_url,
        "crumbs": [("我的业务", reverse("cases:list")), (procedure.title, step_url)],
        "step_title": page.title,
        "buildings_url": reverse("cases:buildings", args=[case.number, page.part]),
    }


@access(*EVERYONE)
@require_http_methods(["GET", "POST"])
def buildings(request: ActorRequest, number: str, part: str) -> HttpResponse:
    """The buildings of the draft; sent, one more of them. `action` take: one that the register has already."""
    case = draft_or_404(request, number)
    page = place_of(case, part)
    typed: Mapping[str, str] = _like_last(case)
    wrong: Mapping[str, str] = {}
    if request.method == "POST" and request.POST.get("action") == "take":
        return _take(request, case)
    if request.method == "POST":
        name, typed, wrong = keep_building(request, case, was="")
        if name:
            messages.success(request, f"楼栋“{name}”已保存，请生成户室")
            return redirect(building_url(case, name))
    found = drafting.buildings_of(case)
    context = {
        **frame(case, page),
        "buildings": [(one, building_url(case, one.name)) for one in found],
        "houses": sum(one.houses for one in found),
        "area_dm2": sum(one.area_dm2 for one in found),
        "owners": sum(one.owners for one in found),
        "registered": [
            name for name in drafting.registered_buildings(case) if name not in {one.name for one in found}
        ],
        "line": row_table.new_line(BuildingTable, typed=typed, wrong=wrong),
        "open": bool(wrong) or not found,
    }
    return render(request, "cases/buildings.html", context)


def _take(request: ActorRequest, case: Case) -> HttpResponse:
    """Go on with a building that the register has."""
    name = request.POST.get("name", "")
    try:
        drafting.take_building(case.pk, name, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(request.path)
    return redirect(building_url(case, name))


def keep_building(request: ActorRequest, case: Case, *, was: str) -> tuple[str, Mapping[str, str], Mapping[str, str]]:
    """Save what was typed of a building. Answers with its name, or an empty one and what is wrong."""
    at = timezone.now()
    typed = row_table.typed_new(request.POST, BuildingTable)
    values, wrong = read_typed(BuildingTable, typed, at=day_of(at))
    if not wrong:
        try:
            drafting.save_building(case.pk, was=was, values=values, by=request.actor, at=at)
        except parts.RowsFaulty as refused:
            wrong = faults_by_column(BuildingTable, refused.faults)
        except Refusal as refusal:
            wrong = {"building": str(refusal)}
        else:
            return str(values["building"]), typed, {}
    return "", typed, wrong


def _like_last(case: Case) -> dict[str, str]:
    """A new building begins with the data of the last one but its name and area: estates repeat themselves."""
    described = [row for _, row in parts.rows_of(case, BUILDINGS)]
    if not described:
        return {}
    columns = [column for column in BuildingTable.columns if column.key not in ("building", "floor_area_dm2")]
    return {column.key: in_box(column, described[-1].get(column.key)) for column in columns}
