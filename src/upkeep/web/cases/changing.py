"""Filling in changes, as a page of a case: before and after line by line, several at once, singly, or by workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from upkeep.casework import changing
from upkeep.casework.changing import ChangeProcedure, Line
from upkeep.casework.models import Case
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.sheets.columns import Column
from upkeep.sheets.kinds import Choice, FloorArea, Whole
from upkeep.sheets.writing import shown
from upkeep.web.access import ActorRequest
from upkeep.web.cases.reach import page_url

LINES_PER_PAGE = 50
#: Names of the boxes: a value for the ticked lines, and a value of the opened one.
BATCH, SINGLE = "batch-", "line-"


@dataclass(frozen=True, kw_only=True)
class ShownCell:
    """A value of a line: as it is and, where that is to change, as it was."""

    title: str
    before: str
    after: str
    is_changed: bool
    is_number: bool


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    """A line ready for the table."""

    key: str
    id: int
    label: str
    notes: Sequence[str]
    cells: Sequence[ShownCell]
    is_changed: bool
    is_further: bool


def changing_context(
    request: ActorRequest, case: Case, procedure: ChangeProcedure, *, problems: Sequence[Problem] = ()
) -> dict[str, Any]:
    """What the page needs: the lines, the boxes for several at once, and the boxes of the line that is opened."""
    lines = procedure.lines(case)
    columns = procedure.sheet.editable()
    page = Paginator(lines, LINES_PER_PAGE).get_page(request.GET.get("page"))
    opened = next((line for line in lines if line.key == _opened_key(request)), None)
    batch = [column for column in columns if column.key in procedure.sheet.batch]
    return {
        "page_of_lines": page,
        "lines": [_shown_line(procedure, line, columns) for line in page],
        "columns": columns,
        "line_count": len(lines),
        "changed_count": sum(bool(line.changed) for line in lines),
        "several": procedure.sheet.several,
        "thing": procedure.thing.removeprefix("所选"),
        "batch_form": _boxes(case, procedure, batch, prefix=BATCH, typed=_typed(request, BATCH)),
        "opened": opened,
        "line_form": _line_form(request, case, procedure, opened, problems) if opened else None,
        "part": changing.AFTER,
    }


def _opened_key(request: ActorRequest) -> str:
    return request.POST.get("line") or request.GET.get("line", "")


def _shown_line(procedure: ChangeProcedure, line: Line, columns: Sequence[Column]) -> ShownLine:
    return ShownLine(
        key=line.key,
        id=line.id,
        label=line.label,
        notes=procedure.line_notes(line),
        cells=[
            ShownCell(
                title=column.title,
                before=shown(column, line.before.get(column.key)),
                after=shown(column, line.after[column.key]),
                is_changed=column.key in line.changed,
                is_number=isinstance(column.kind, FloorArea | Whole),
            )
            for column in columns
        ],
        is_changed=bool(line.changed),
        is_further=line.place > 0,
    )


def _boxes(
    case: Case,
    procedure: ChangeProcedure,
    columns: Sequence[Column],
    *,
    prefix: str,
    typed: Mapping[str, str],
    blank: str = "不修改",
) -> forms.Form:
    """A box per column: a list where there is one to choose from, else text."""
    form = forms.Form(initial={prefix + key: value for key, value in typed.items()})
    form.use_required_attribute = False
    for column in columns:
        words = column.kind.choices if isinstance(column.kind, Choice) else procedure.offered(case, column.key)
        offered = [(word, word) for word in words]
        help_text = column.note or (column.kind.hint() if not offered else "")
        field: forms.Field
        if offered:
            field = forms.ChoiceField(label=column.title, choices=[("", blank), *offered], required=False)
        else:
            field = forms.CharField(label=column.title, required=False, help_text=help_text)
        form.fields[prefix + column.key] = field
    return form


def _line_form(
    request: ActorRequest, case: Case, procedure: ChangeProcedure, line: Line, problems: Sequence[Problem]
) -> forms.Form:
    columns = procedure.sheet.editable()
    held = {column.key: shown(column, line.after[column.key]) for column in columns}
    form = _boxes(case, procedure, columns, prefix=SINGLE, typed={**held, **_typed(request, SINGLE)}, blank="请选择")
    if not problems:
        return form
    sent = {name: request.POST.get(name, "") for name in form.fields}
    bound = forms.Form(sent)
    bound.fields, bound.use_required_attribute = form.fields, False
    for problem in problems:
        if SINGLE + problem.field in bound.fields:
            bound.add_error(SINGLE + problem.field, problem.text)
    return bound


def _typed(request: ActorRequest, prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): str(text) for name, text in request.POST.items() if name.startswith(prefix)}


def keep_changes(
    request: ActorRequest, case: Case, procedure: ChangeProcedure, number: int
) -> HttpResponse | list[Problem]:
    """Do what was asked: batch, batch_all, line, add, drop, refresh, save or next. Answers with what is wrong, if any."""
    action, _, key = request.POST.get("action", "next").partition(":")
    here = page_url(case, number)
    try:
        if action in ("batch", "batch_all"):
            return _batch(request, case, here, everything=action == "batch_all")
        if action == "line":
            line = request.POST.get("line", "")
            changing.change_lines(case.pk, [line], _typed(request, SINGLE), by=request.actor, at=timezone.now())
            return redirect(_with_page(request, here))
        if action in ("add", "drop", "refresh"):
            return _rearrange(request, case, procedure, here, action=action, key=key)
    except HasProblems as found:
        return found.problems
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(here)
    if action == "next":
        if any(text.strip() for text in _typed(request, BATCH).values()):
            return [Problem("", "批量修改的内容已填写但尚未生效，请点“批量修改勾选的…”，或清空后再点下一步")]
        lines = procedure.lines(case)
        wrong = [one for one in procedure.line_problems(case, lines)]
        return wrong[:20] or redirect(page_url(case, number + 1))
    messages.success(request, f"草稿已保存，可稍后在“我的业务”中继续办理（{case.number}）")
    return redirect(_with_page(request, here))


def _batch(request: ActorRequest, case: Case, here: str, *, everything: bool) -> HttpResponse | list[Problem]:
    typed = {key: text for key, text in _typed(request, BATCH).items() if text.strip()}
    if not typed:
        return [Problem("", "请先填写要批量修改的内容")]
    keys = None if everything else request.POST.getlist("tick")
    if keys == []:
        return [Problem("", "请先在列表中勾选要批量修改的行")]
    count = changing.change_lines(case.pk, keys, typed, by=request.actor, at=timezone.now())
    messages.success(request, f"已批量修改 {count:,} 行")
    return redirect(_with_page(request, here))


def _rearrange(
    request: ActorRequest, case: Case, procedure: ChangeProcedure, here: str, *, action: str, key: str
) -> HttpResponse:
    by, at = request.actor, timezone.now()
    if action == "refresh":
        changing.refresh(case.pk, procedure.present(case), by=by, at=at)
        messages.success(request, "已按现在的登记信息更新，填写的变更内容保留不变，请重新核对")
    elif action == "add":
        changing.add_line(case.pk, int(key) if key.isascii() and key.isdigit() else 0, by=by, at=at)
    else:
        changing.drop_line(case.pk, key, by=by, at=at)
    return redirect(_with_page(request, here))


def _with_page(request: ActorRequest, here: str) -> str:
    page = request.GET.get("page", "")
    return f"{here}?{urlencode({'page': page})}" if page.isascii() and page.isdigit() else here
