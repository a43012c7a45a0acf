"""Who pays for each house, as a page of filling in: a list of houses, each opened by ＋, a double click or Enter.

Source: manual 001 §2.3.2 step 6. What is right is kept house by house; what is wrong stays in its boxes and is told there.
Works without JavaScript.
"""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from upkeep.casework import parts
from upkeep.casework.models import Case
from upkeep.casework.pages import SheetPage
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.sheets.checking import as_json, faults_of, from_json
from upkeep.sheets.columns import Row
from upkeep.web.access import ActorRequest
from upkeep.web.cases import row_table

PER_PAGE = 50


def keep_rows(request: ActorRequest, case: Case, page: SheetPage) -> HttpResponse | None:
    """Keep every house of the page that is right. Raises: HasProblems with how many are not."""
    kept = dict(parts.rows_of(case, page.part))
    values, wrong = _sent(request, case, page, kept)
    faulty = {number for number, _ in wrong}
    right = {number: changed for number, changed in values.items() if number not in faulty}
    if right:
        parts.change_rows(case.pk, page.part, right, by=request.actor, at=timezone.now())
    if faulty:
        saved = f"，另外 {len(right):,} 户已保存" if right else ""
        raise HasProblems([Problem("", f"有 {len(faulty):,} 户填写有误，请按红字改正{saved}")])
    if request.POST.get("action") != "save":
        return None
    messages.success(request, f"已保存 {len(right):,} 户" if right else "没有改动")
    return redirect(request.get_full_path())


def missing(case: Case, page: SheetPage) -> str:
    """A sentence while houses are still to be filled in."""
    left = len({fault.row for fault in parts.faults_in(case, page.part)})
    return f"还有 {left:,} 户没有填写业主，填写后才能打印通知单" if left else ""


def page_context(request: ActorRequest, case: Case, page: SheetPage) -> dict[str, Any]:
    """The houses of one page of the list, those with mistakes opened."""
    sheet = parts.sheet_of(case, page.part)
    kept = dict(parts.rows_of(case, page.part))
    sent = request.method == "POST"
    wrong = _sent(request, case, page, kept)[1] if sent else {}
    typed = _typed(request, case, page) if sent else {}
    open_ones = {fault.row for fault in parts.faults_in(case, page.part)}
    group, only_open = request.GET.get("group", "")[:200], request.GET.get("open") == "1"
    chosen = [
        (number, row)
        for number, row in kept.items()
        if (not group or str(row.get(page.grouped_by) or "") == group) and (not only_open or number in open_ones)
    ]
    shown = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    lines = []
    for number, row in shown:
        line = row_table.line_of(sheet, number, row, typed=typed.get(number, {}), wrong=wrong)
        facts, boxes = line.boxes[:6], [replace(box, required=True) for box in line.boxes[6:]]
        lines.append({"line": line, "facts": facts, "boxes": boxes, "row": row, "to_fill": number in open_ones})
    return {
        "sheet": sheet,
        "lines": lines,
        "shown": shown,
        "rows": len(kept),
        "to_fill": len(open_ones),
        "groups": row_table.groups_of(kept.items(), page.grouped_by),
        "group": group,
        "only_open": only_open,
    }


def _typed(request: ActorRequest, case: Case, page: SheetPage) -> dict[int, dict[str, str]]:
    sheet = parts.sheet_of(case, page.part)
    return row_table.typed_rows(request.POST, sheet, row_table.numbers_sent(request.POST, "row"))


def _sent(
    request: ActorRequest, case: Case, page: SheetPage, kept: dict[int, dict[str, Any]]
) -> tuple[dict[int, dict[str, Any]], dict[tuple[int, str], str]]:
    """The values of the houses that were changed on this page, by row, and what is wrong with them, by cell."""
    sheet = parts.sheet_of(case, page.part)
    values, wrong = row_table.changed(sheet, kept, _typed(request, case, page), at=day_of(timezone.now()))
    rows = [Row(number, from_json(sheet, kept[number] | as_json(changed))) for number, changed in values.items()]
    return values, row_table.by_cell(sheet, faults_of(sheet(), rows)) | wrong
