"""One house of a draft: its data, and the owner bound before approval (manual 000, 开发商 §2.1 step 6)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from upkeep.casework import parts
from upkeep.casework.models import Case
from upkeep.casework.pages import SheetPage
from upkeep.estate import draft_binding, drafting
from upkeep.estate.draft_sheets import HOUSES
from upkeep.estate.drafting import DraftBuilding
from upkeep.estate.house_sheet import HouseTable
from upkeep.estate.numbering import unit_name
from upkeep.estate.owner_form import MOST_OWNERS, OwnerForm, read_owners, row_forms, sent_rows
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import EVERYONE
from upkeep.sheets.checking import in_box, read_typed
from upkeep.sheets.sheet import Sheet
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases import row_table
from upkeep.web.cases.buildings import building_url, frame, place_of
from upkeep.web.cases.draft_forms import columns_shown, faults_by_column
from upkeep.web.cases.owners import changed_rows, changes_rows
from upkeep.web.cases.reach import draft_or_404
from upkeep.web.cases.rows import seen_version

Typed = tuple[Mapping[str, str], Mapping[str, str]]


@access(*EVERYONE)
@require_http_methods(["GET", "POST"])
def house(request: ActorRequest, number: str, part: str, row: int) -> HttpResponse:
    """The house of that row. `action`: save, delete, bind, unbind, or one owner more or less."""
    case = draft_or_404(request, number)
    page = place_of(case, part)
    data = parts.row_of(case, HOUSES, row)
    if data is None:
        raise Http404
    if request.method == "GET":
        return _show(request, case, page, row, data)
    action = request.POST.get("action", "")
    if answers := {"save": _keep, "bind": _bind}.get(action):
        return answers(request, case, page, row, data)
    if changes_rows(action):
        return _other_rows(request, case, page, row, data)
    if action not in ("delete", "unbind"):
        raise Http404
    seen = seen_version(request)
    try:
        if action == "delete":
            drafting.delete_houses(case.pk, [row], by=request.actor, at=timezone.now(), seen_version=seen)
            messages.success(request, f"已删除 {_place(data)}")
        else:
            draft_binding.unbind(case.pk, row, by=request.actor, at=timezone.now(), seen_version=seen)
            messages.success(request, f"{_place(data)}已解除绑定")
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(building_url(case, data["building"]) if action == "delete" else request.path)


def _keep(request: ActorRequest, case: Case, page: SheetPage, row: int, data: Mapping[str, Any]) -> HttpResponse:
    at, seen = timezone.now(), seen_version(request)
    typed = _typed(request, HouseTable)
    values, wrong = read_typed(HouseTable, typed, at=day_of(at))
    if not wrong:
        try:
            drafting.save_house(case.pk, row, values, by=request.actor, at=at, seen_version=seen)
        except parts.RowsFaulty as refused:
            wrong = faults_by_column(HouseTable, refused.faults)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(request.path)
        else:
            messages.success(request, f"{_place(data)}已保存")
            return redirect(building_url(case, data["building"]))
    return _show(request, case, page, row, data, house=(typed, wrong))


def _bind(request: ActorRequest, case: Case, page: SheetPage, row: int, data: Mapping[str, Any]) -> HttpResponse:
    named = read_owners(sent_rows(request.POST.dict()))
    if named.problems:
        return _show(request, case, page, row, data, owners=named.forms, wrong=[one.text for one in named.problems])
    try:
        at, seen = timezone.now(), seen_version(request)
        draft_binding.bind(case.pk, row, named, by=request.actor, at=at, seen_version=seen)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(request.path)
    messages.success(request, f"{_place(data)}已绑定业主")
    return redirect(building_url(case, data["building"]))


def _other_rows(request: ActorRequest, case: Case, page: SheetPage, row: int, data: Mapping[str, Any]) -> HttpResponse:
    """One owner more or one less, as typed so far; nothing is kept yet."""
    rows = changed_rows(request.POST.dict(), request.POST.get("action", ""))
    return _show(request, case, page, row, data, owners=row_forms(rows, bound=False))


def new_house(request: ActorRequest, case: Case, building: DraftBuilding) -> Typed:
    """Add the house that was typed on its building's page. Answers with what was typed and what is wrong."""
    at = timezone.now()
    typed = _typed(request, HouseTable)
    values, wrong = read_typed(HouseTable, typed, at=day_of(at))
    if not wrong:
        common = {key: building.data.get(key) for key in ("building_kind", "elevator", "structure", "built_month")}
        unit, room = values["unit"] or "", values["room"] or ""
        address = values["address"] or drafting.address_of(drafting.street_of(case), building.name, unit, room)
        whole = {**values, **common, "building": building.name, "address": address}
        try:
            drafting.save_house(case.pk, None, whole, by=request.actor, at=at)
        except parts.RowsFaulty as refused:
            wrong = faults_by_column(HouseTable, refused.faults)
        except Refusal as refusal:
            wrong = {"room": str(refusal)}
    return typed, wrong


def _typed(request: ActorRequest, sheet: type[Sheet]) -> dict[str, str]:
    typed = row_table.typed_new(request.POST, sheet)
    return {key: typed[key] for key in columns_shown(sheet)}


def _place(data: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (data["building"], unit_name(data["unit"] or ""), data["room"])))


def _show(
    request: ActorRequest,
    case: Case,
    page: SheetPage,
    row: int,
    data: Mapping[str, Any],
    *,
    house: Typed | None = None,
    owners: Sequence[OwnerForm] | None = None,
    wrong: Sequence[str] = (),
) -> HttpResponse:
    bound = draft_binding.rows_to_type(case, data)
    forms = owners if owners is not None else row_forms(bound, bound=False)
    context = {
        **frame(case, page),
        "title": _place(data),
        "row": row,
        "building_name": data["building"],
        "building_url": building_url(case, data["building"]),
        "house_line": _line(HouseTable, house or (_boxes(HouseTable, data), {})),
        "owner_forms": forms,
        "owners_wrong": wrong,
        "may_add": len(forms) < MOST_OWNERS,
        "bound": bool(bound),
    }
    return render(request, "cases/draft_house.html", context)


def _boxes(sheet: type[Sheet], data: Mapping[str, Any]) -> dict[str, str]:
    return {column.key: in_box(column, data.get(column.key)) for column in sheet.columns}


def _line(sheet: type[Sheet], sent: Typed) -> row_table.Line:
    typed, wrong = sent
    return row_table.new_line(sheet, typed=typed, wrong=wrong, only=columns_shown(sheet))
