"""核对楼栋: what is said of whole buildings in a case's house table, changed once for all houses of each.

Source: manual 001 §2.2 step 4 (4): what is wrong with a building is changed and saved here.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from upkeep.casework import engine, parts
from upkeep.casework.models import Case
from upkeep.casework.pages import SheetPage
from upkeep.casework.procedure import register
from upkeep.estate.house_sheet import OF_BUILDING, HouseTable
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import EVERYONE
from upkeep.sheets.checking import in_box, read_typed
from upkeep.sheets.sheet import Sheet
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.reach import draft_or_404, page_url
from upkeep.web.cases.row_table import Box, new_line
from upkeep.web.cases.rows import place_of, seen_version

_COLUMNS = tuple(column for column in HouseTable.columns if column.key in OF_BUILDING)


@dataclass(frozen=True)
class Line:
    """One building: its name so far, how many houses, and a box for each thing said of it."""

    was: str
    houses: int
    boxes: list[Box]


class _Buildings(Sheet):
    """The columns about buildings alone."""

    title = "楼栋"
    columns = _COLUMNS


@access(*EVERYONE)
@require_http_methods(["GET", "POST"])
def buildings(request: ActorRequest, number: str, part: str) -> HttpResponse:
    """The buildings of the table; saving changes every house of each."""
    case = draft_or_404(request, number)
    page = place_of(case, part)
    if parts.sheet_of(case, part) is not HouseTable:
        raise Http404
    if request.method == "POST":
        return _save(request, case, page)
    return _show(request, case, page)


def _name_of(row: dict[str, Any]) -> str:
    return str(row["building"] or "")


def _save(request: ActorRequest, case: Case, page: SheetPage) -> HttpResponse:
    at = timezone.now()
    try:
        case = engine.editable(case.pk, by=request.actor)
        if case.version != seen_version(request):
            raise engine.NotNow("这张表刚刚被修改过，请刷新后再改")
        rows = [row for _, row in parts.rows_of(case, page.part)]
        names = list(Counter(map(_name_of, rows)))
        typed = {name: _typed(request, place) for place, name in enumerate(names)}
        read = {name: read_typed(_Buildings, boxes, at=day_of(at)) for name, boxes in typed.items()}
        wrong = {name: _missing(values) | faults for name, (values, faults) in read.items() if typed[name]}
        if any(wrong.values()):
            return _show(request, case, page, typed=typed, wrong=wrong)
        changed = [row | read[_name_of(row)][0] for row in rows]
        if changed != rows:
            faults = parts.replace_rows(case.pk, page.part, changed, by=request.actor, at=at, keep_faulty=True)
            messages.success(request, "楼栋信息已保存" + (f"，房屋信息还有 {len(faults):,} 处错误" if faults else ""))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(request.get_full_path())


def _typed(request: ActorRequest, place: int) -> dict[str, str]:
    names = {column.key: f"r{place}-{column.key}" for column in _COLUMNS}
    return {key: request.POST[name] for key, name in names.items() if name in request.POST}


def _missing(values: dict[str, Any]) -> dict[str, str]:
    required = [column for column in _COLUMNS if column.required and column.key in values]
    return {column.key: f"{column.title}必填" for column in required if values[column.key] is None}


def _show(
    request: ActorRequest,
    case: Case,
    page: SheetPage,
    *,
    typed: dict[str, dict[str, str]] | None = None,
    wrong: dict[str, dict[str, str]] | None = None,
) -> HttpResponse:
    rows = [row for _, row in parts.rows_of(case, page.part)]
    counts = Counter(map(_name_of, rows))
    first: dict[str, dict[str, Any]] = {}
    for row in rows:
        first.setdefault(_name_of(row), row)
    lines = [
        _line(place, name, counts[name], first[name], (typed or {}).get(name, {}), (wrong or {}).get(name, {}))
        for place, name in enumerate(counts)
    ]
    procedure = register[case.procedure]
    context = {
        "case": case,
        "procedure": procedure,
        "lines": lines,
        "problems": bool(wrong and any(wrong.values())),
        "rows_url": reverse("cases:rows", args=[case.number, page.part]),
        "back_url": page_url(case, procedure.pages_of(case).index(page) + 1),
    }
    return render(request, "cases/row_buildings.html", context)


def _line(
    place: int, name: str, houses: int, row: dict[str, Any], typed: dict[str, str], wrong: dict[str, str]
) -> Line:
    stands = {column.key: in_box(column, row[column.key]) for column in _COLUMNS}
    found = new_line(_Buildings, typed=stands | typed, wrong=wrong)
    boxes = [
        Box(**{**vars(box), "name": f"r{place}-{column.key}"})
        for box, column in zip(found.boxes, _COLUMNS, strict=True)
    ]
    return Line(name, houses, boxes)
