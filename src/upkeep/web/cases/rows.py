"""The rows of a table of a case, seen and changed in place: a page of boxes, saved together, faults at their cells."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from upkeep.casework import parts
from upkeep.casework.models import Case
from upkeep.casework.pages import SheetPage
from upkeep.casework.procedure import register
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import EVERYONE
from upkeep.sheets.checking import read_typed
from upkeep.sheets.sheet import Sheet
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases import row_table
from upkeep.web.cases.reach import draft_or_404, page_url

PER_PAGE = 50


@access(*EVERYONE)
@require_http_methods(["GET", "POST"])
def rows(request: ActorRequest, number: str, part: str) -> HttpResponse:
    """The table. `action`: save (what was changed on this page), delete (ticked rows), add (one row)."""
    case = draft_or_404(request, number)
    page = place_of(case, part)
    if request.method == "GET":
        return _show(request, case, page)
    act = {"save": _save, "delete": _delete, "add": _add}.get(request.POST.get("action", ""), _save)
    if page.fixed and act is not _save:
        raise Http404
    return act(request, case, page)


def place_of(case: Case, part: str) -> SheetPage:
    """The page whose rows may be changed in place. Raises: Http404 where the case has none."""
    for page in register[case.procedure].pages_of(case):
        if isinstance(page, SheetPage) and page.part == part and page.in_place:
            return page
    raise Http404


def seen_version(request: ActorRequest) -> int:
    """The version of the case that was on the screen; a wrong one is none of ours and refused as outdated."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= 9 else -1


def _save(request: ActorRequest, case: Case, page: SheetPage) -> HttpResponse:
    sheet, at = parts.sheet_of(case, page.part), timezone.now()
    kept = dict(parts.rows_of(case, page.part))
    typed = row_table.typed_rows(request.POST, sheet, row_table.numbers_sent(request.POST, "row"))
    values, wrong = row_table.changed(sheet, kept, typed, at=day_of(at))
    if not wrong:
        try:
            parts.change_rows(case.pk, page.part, values, by=request.actor, at=at, seen_version=seen_version(request))
        except parts.RowsFaulty as refused:
            wrong = row_table.by_cell(sheet, refused.faults)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(_back(request))
        else:
            messages.success(request, f"已保存 {len(values):,} 行" if values else "没有改动")
            return redirect(_back(request))
    _tell_elsewhere(request, wrong, shown=set(typed))
    return _show(request, case, page, typed=typed, wrong=wrong)


def _tell_elsewhere(request: ActorRequest, wrong: row_table.Wrong, *, shown: set[int]) -> None:
    """A change may put a row in the wrong that is not on this page."""
    for (number, _), text in sorted(wrong.items()):
        if number not in shown:
            messages.error(request, f"第 {number} 行：{text}")


def _delete(request: ActorRequest, case: Case, page: SheetPage) -> HttpResponse:
    numbers = row_table.numbers_sent(request.POST, "tick")
    try:
        gone = parts.delete_rows(
            case.pk, page.part, numbers, by=request.actor, at=timezone.now(), seen_version=seen_version(request)
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        if gone:
            messages.success(request, f"已删除 {gone:,} 行")
        else:
            messages.error(request, "请先勾选要删除的行")
    return redirect(_back(request))


def _add(request: ActorRequest, case: Case, page: SheetPage) -> HttpResponse:
    sheet, at = parts.sheet_of(case, page.part), timezone.now()
    typed = row_table.typed_new(request.POST, sheet)
    values, wrong = read_typed(sheet, typed, at=day_of(at))
    if not wrong:
        try:
            number = parts.add_row(case.pk, page.part, values, by=request.actor, at=at)
        except parts.RowsFaulty as refused:
            keys = [column.key for column in sheet.columns]
            wrong = {keys[fault.place]: fault.text for fault in refused.faults}
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(_back(request))
        else:
            messages.success(request, f"已添加第 {number} 行")
            return redirect(_back(request))
    return _show(request, case, page, new=(typed, wrong))


def _back(request: ActorRequest) -> str:
    return request.get_full_path()


def _show(
    request: ActorRequest,
    case: Case,
    page: SheetPage,
    *,
    typed: row_table.Typed | None = None,
    wrong: row_table.Wrong | None = None,
    new: tuple[dict[str, str], dict[str, str]] | None = None,
) -> HttpResponse:
    sheet = parts.sheet_of(case, page.part)
    kept = list(parts.rows_of(case, page.part))
    faults = row_table.by_cell(sheet, parts.faults_in(case, page.part))
    group, only_wrong = request.GET.get("group", "")[:200], request.GET.get("wrong") == "1"
    groups = row_table.groups_of(kept, page.grouped_by)
    faulty = {number for number, _ in faults}
    chosen = [
        (number, row)
        for number, row in kept
        if (not group or str(row.get(page.grouped_by) or "") == group) and (not only_wrong or number in faulty)
    ]
    sheets_page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    typed_or_none, all_wrong = typed or {}, {**faults, **(wrong or {})}
    lines = [
        row_table.line_of(sheet, number, row, typed=typed_or_none.get(number, {}), wrong=all_wrong)
        for number, row in sheets_page
    ]
    back_url = page_url(case, register[case.procedure].pages_of(case).index(page) + 1)
    new_typed, new_wrong = new or (_like_last(sheet, chosen), {})
    context: dict[str, Any] = {
        "case": case,
        "procedure": register[case.procedure],
        "page": sheets_page,
        "part": page.part,
        "sheet": sheet,
        "sheet_page": page,
        "lines": lines,
        "problems": len([line for line in lines if line.wrong]) if wrong else 0,
        "new": None if page.fixed else row_table.new_line(sheet, typed=new_typed, wrong=new_wrong),
        "new_is_open": new is not None,
        "groups": groups,
        "group": group,
        "group_title": next((one.title for one in sheet.columns if one.key == page.grouped_by), ""),
        "faulty": len(faulty),
        "only_wrong": only_wrong,
        "back_url": back_url,
        "crumbs": [("我的业务", reverse("cases:list")), (register[case.procedure].title, back_url)],
        "rows_url": reverse("cases:rows", args=[case.number, page.part]),
    }
    return render(request, "cases/rows.html", context)


def _like_last(sheet: type[Sheet], rows: list[tuple[int, dict[str, Any]]]) -> dict[str, str]:
    """A new row begins with the choices of the last one, which people would only type again."""
    if not rows:
        return {}
    last = rows[-1][1]
    return {column.key: str(last.get(column.key) or "") for column in sheet.columns if hasattr(column.kind, "choices")}
