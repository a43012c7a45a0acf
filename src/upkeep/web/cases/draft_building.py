"""One building of a draft: its data, its units, its houses generated with a preview, and several houses set at once."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from upkeep.casework import parts
from upkeep.casework.models import Case
from upkeep.casework.pages import SheetPage
from upkeep.estate import drafting
from upkeep.estate.draft_sheets import HOUSES, OWNERS, BuildingTable
from upkeep.estate.drafting import DraftBuilding, Generated
from upkeep.estate.grid import BuildingGrid, Cell, GridState, lay_out
from upkeep.estate.house_sheet import NATURES, USES, HouseTable, house_key
from upkeep.estate.numbering import NoSuchPlan, unit_name
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.masking import mask_name
from upkeep.parties.roles import EVERYONE
from upkeep.sheets.checking import in_box, read_typed
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases import row_table
from upkeep.web.cases.buildings import building_url, frame, keep_building, place_of
from upkeep.web.cases.draft_forms import GenerationForm, columns_shown, signature
from upkeep.web.cases.draft_house import new_house
from upkeep.web.cases.reach import draft_or_404
from upkeep.web.cases.rows import seen_version

_GENERATED_BY = tuple(GenerationForm.base_fields)
_SET_AT_ONCE = ("use", "nature", "area_dm2")


@access(*EVERYONE)
@require_http_methods(["GET", "POST"])
def building(request: ActorRequest, number: str, part: str) -> HttpResponse:
    """The building named in the address. `action` says which of its forms was sent."""
    case = draft_or_404(request, number)
    page = place_of(case, part)
    found = drafting.building_of(case, request.GET.get("name", ""))
    if found is None:
        raise Http404
    if request.method == "GET":
        return _show(request, case, page, found)
    action = request.POST.get("action", "")
    if action in _FORMS:
        return _FORMS[action](request, case, page, found)
    if action not in _DEEDS:
        raise Http404
    leads_to = building_url(case, found.name)
    try:
        messages.success(request, _DEEDS[action](request, case, found))
        if action == "delete":
            leads_to = reverse("cases:buildings", args=[case.number, part])
    except parts.RowsFaulty as refused:
        for problem in refused.problems[:10]:
            messages.error(request, problem.text)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(leads_to)


# what answers with a message


def _delete(request: ActorRequest, case: Case, found: DraftBuilding) -> str:
    houses = drafting.delete_building(case.pk, found.name, by=request.actor, at=timezone.now())
    return f"已删除{found.name}和其中的 {houses:,} 户"


def _add_unit(request: ActorRequest, case: Case, found: DraftBuilding) -> str:
    unit = request.POST.get("unit", "").strip()
    drafting.add_unit(case.pk, found.name, unit, by=request.actor, at=timezone.now())
    return f"已添加{unit_name(unit)}，请为它生成户室"


def _delete_unit(request: ActorRequest, case: Case, found: DraftBuilding) -> str:
    unit = request.POST.get("unit", "")
    houses = drafting.delete_unit(case.pk, found.name, unit, by=request.actor, at=timezone.now())
    return f"已删除{unit_name(unit)}和其中的 {houses:,} 户"


def _delete_houses(request: ActorRequest, case: Case, found: DraftBuilding) -> str:
    numbers = row_table.numbers_sent(request.POST, "house")
    if not numbers:
        raise Refusal("请先勾选房屋")
    houses = drafting.delete_houses(
        case.pk, numbers, by=request.actor, at=timezone.now(), seen_version=seen_version(request)
    )
    return f"已删除 {houses:,} 户"


def _set(request: ActorRequest, case: Case, found: DraftBuilding) -> str:
    """多户一起设置用途、性质、面积; what is left empty stays."""
    at = timezone.now()
    typed = {key: text for key in _SET_AT_ONCE if (text := request.POST.get(key, "").strip())}
    values, wrong = read_typed(HouseTable, typed, at=day_of(at))
    if wrong:
        raise Refusal("；".join(wrong.values()))
    numbers = row_table.numbers_sent(request.POST, "house")
    houses = drafting.set_houses(case.pk, numbers, values, by=request.actor, at=at, seen_version=seen_version(request))
    return f"已设置 {houses:,} 户"


_DEEDS: Mapping[str, Callable[[ActorRequest, Case, DraftBuilding], str]] = {
    "delete": _delete,
    "add_unit": _add_unit,
    "delete_unit": _delete_unit,
    "delete_houses": _delete_houses,
    "set": _set,
}


# what shows its form again


def _describe(request: ActorRequest, case: Case, page: SheetPage, found: DraftBuilding) -> HttpResponse:
    name, typed, wrong = keep_building(request, case, was=found.name)
    if wrong:
        return _show(request, case, page, found, described=(typed, wrong))
    messages.success(request, f"楼栋“{name}”已保存")
    return redirect(building_url(case, name))


def _generate(request: ActorRequest, case: Case, page: SheetPage, found: DraftBuilding) -> HttpResponse:
    """Preview; the second time, with the same values, save."""
    form = GenerationForm(found, request.POST)
    if not form.is_valid():
        return _show(request, case, page, found, form=form)
    typed = signature(request.POST, _GENERATED_BY)
    try:
        wanted = form.wanted()
        if request.POST.get("action") == "generate" and request.POST.get("previewed") == typed:
            houses = drafting.generate(case.pk, found.name, wanted, by=request.actor, at=timezone.now())
            messages.success(request, f"已生成 {houses:,} 户")
            return redirect(building_url(case, found.name))
        preview = drafting.houses_to_be(case, found, wanted)
    except NoSuchPlan as wrong:
        form.add_error(None, str(wrong))
        return _show(request, case, page, found, form=form)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(building_url(case, found.name))
    return _show(request, case, page, found, form=form, preview=preview, previewed=typed)


def _add_house(request: ActorRequest, case: Case, page: SheetPage, found: DraftBuilding) -> HttpResponse:
    typed, wrong = new_house(request, case, found)
    if wrong:
        return _show(request, case, page, found, house=(typed, wrong))
    messages.success(request, f"已添加 {unit_name(typed['unit'])} {typed['room']}")
    return redirect(building_url(case, found.name))


_FORMS: Mapping[str, Callable[[ActorRequest, Case, SheetPage, DraftBuilding], HttpResponse]] = {
    "describe": _describe,
    "preview": _generate,
    "generate": _generate,
    "add_house": _add_house,
}

Typed = tuple[Mapping[str, str], Mapping[str, str]]


def _show(
    request: ActorRequest,
    case: Case,
    page: SheetPage,
    found: DraftBuilding,
    *,
    described: Typed | None = None,
    house: Typed | None = None,
    form: GenerationForm | None = None,
    preview: Generated | None = None,
    previewed: str = "",
) -> HttpResponse:
    building_typed, building_wrong = described or (
        {column.key: in_box(column, found.data.get(column.key)) for column in BuildingTable.columns},
        {},
    )
    house_typed, house_wrong = house or (_house_initial(found), {})
    context = {
        **frame(case, page),
        "building": found,
        "units": [(unit, unit_name(unit)) for unit in found.units if unit],
        "facts": [
            (column.title, in_box(column, found.data.get(column.key)))
            for column in BuildingTable.columns
            if column.key != "building"
        ],
        "grid": _standing(case, found),
        "uses": USES,
        "natures": NATURES,
        "describing": row_table.new_line(BuildingTable, typed=building_typed, wrong=building_wrong),
        "adding": row_table.new_line(HouseTable, typed=house_typed, wrong=house_wrong, only=columns_shown(HouseTable)),
        "form": form if form is not None else GenerationForm(found),
        "preview": _grid_of(found.name, enumerate(preview.rows), {}) if preview else None,
        "present": preview.present if preview else 0,
        "previewed": previewed,
    }
    return render(request, "cases/draft_building.html", context)


def _house_initial(found: DraftBuilding) -> dict[str, str]:
    unit = found.units[0] if found.units else ""
    return {"unit": unit, "use": USES[0], "nature": NATURES[0]}


def _standing(case: Case, found: DraftBuilding) -> BuildingGrid:
    owners: dict[tuple[str, str, str], str] = {}
    for _, row in parts.rows_of(case, OWNERS):
        name = mask_name(row["owner_name"])
        owners[house_key(row)] = f"{owners[house_key(row)]}、{name}" if house_key(row) in owners else name
    rows = ((number, row) for number, row in parts.rows_of(case, HOUSES) if row["building"] == found.name)
    return _grid_of(found.name, rows, owners)


def _grid_of(building: str, rows: Any, owners: Mapping[tuple[str, str, str], str]) -> BuildingGrid:
    cells = [
        Cell(
            house_id=number,
            label=row["room"] or "",
            unit=unit_name(row["unit"] or ""),
            floor=row["floor"] or 0,
            area_dm2=row["area_dm2"] or 0,
            state=GridState.UNPAID,
            owner_masked=owners.get(house_key(row), ""),
            use=" ".join(filter(None, (row["use"], row["nature"] if row["nature"] != NATURES[0] else ""))),
        )
        for number, row in rows
    ]
    return lay_out(building=building, cells=cells)
