"""会计报表: the statements and their detail, as page, workbook and PDF; every figure leads to what it is made of."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.banking.custody_books import custodies_of
from upkeep.closing import prints
from upkeep.closing.closing_cases import last_closed
from upkeep.closing.statements import TITLES, Figure, Sheet, SheetRow, StatementKind, parts_of, sheet_of, total_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.queries import city_id_of
from upkeep.printing.actions import content_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.cases.sheets import workbook
from upkeep.web.closing.reach import READERS, Asked, asked_of, ledger_url

#: So many areas stand on a page of the detail.
PER_PAGE = 50


@dataclass(frozen=True)
class Cell:
    """A figure on the page: its column's head for the telephone, its fen, and where its composition is shown."""

    head: str
    fen: int
    url: str = ""


def _kind(name: str) -> StatementKind:
    if name not in list(StatementKind):
        raise Http404
    return StatementKind(name)


@access(*READERS)
@require_safe
def statement(request: ActorRequest, kind: str) -> HttpResponse:
    """One statement of a period, whether or not the period is closed; the page says which."""
    asked, wanted = asked_of(request), _kind(kind)
    sheet = sheet_of(wanted, scope=asked.scope, period=asked.period)
    is_detail = wanted is StatementKind.DETAIL
    page = Paginator(sheet.rows[:-1], PER_PAGE).get_page(request.GET.get("page")) if is_detail else None
    rows = [*page, sheet.rows[-1]] if page is not None else list(sheet.rows)
    last = last_closed(city_id_of(asked.place.pk))
    context = {
        "asked": asked,
        "form": asked.form,
        "sheet": sheet,
        "kind": wanted.value,
        "page": page,
        "rows": [(row, _cells(row, sheet, asked)) for row in rows],
        "wide": sum(len(columns) for _, columns in sheet.groups),
        "tabs": [
            (TITLES[one][1], f"{reverse('closing:statement', args=[one])}?{asked.query()}", None)
            for one in StatementKind
        ],
        "tab": TITLES[wanted][1],
        "is_closed": last is not None and asked.period.last <= last.through,
        "last": last,
    }
    return render(request, "closing/statement.html", context)


def _cells(row: SheetRow, sheet: Sheet, asked: Asked) -> list[Cell]:
    heads = [
        f"{group} {head}" if len(sheet.groups) > 1 else head for group, columns in sheet.groups for head in columns
    ]
    cells = []
    for place, fen in enumerate(row.cells):
        figure = row.figures[place] if place < len(row.figures) else None
        url = ""
        if figure is not None and fen:
            address = reverse("closing:figure", args=[sheet.kind])
            url = f"{address}?{asked.query(row=row.number, cell=place)}"
        cells.append(Cell(heads[place], fen, url))
    return cells


@access(*READERS)
@require_safe
def figure(request: ActorRequest, kind: str) -> HttpResponse:
    """What a figure is made of: one line per custody account and account, each leading to the ledger."""
    asked, wanted = asked_of(request), _kind(kind)
    sheet = sheet_of(wanted, scope=asked.scope, period=asked.period)
    row, place, found = _figure(request, sheet)
    parts = parts_of(found, scope=asked.scope)
    names = {one.pk: one for one in custodies_of(city_id_of(asked.place.pk))}
    heads = [(group, head) for group, columns in sheet.groups for head in columns]
    context = {
        "asked": asked,
        "sheet": sheet,
        "row": row,
        "heads": heads[place],
        "figure": found,
        "total_fen": total_of(parts),
        "parts": [
            (
                part,
                names.get(part.custody_id),
                ledger_url(
                    code=part.account.code,
                    first=found.first,
                    last=found.last,
                    custody_id=part.custody_id,
                    area_id=asked.scope.area_id,
                ),
            )
            for part in parts
        ],
        "back": f"{reverse('closing:statement', args=[wanted])}?{asked.query()}",
    }
    return render(request, "closing/figure.html", context)


def _figure(request: ActorRequest, sheet: Sheet) -> tuple[SheetRow, int, Figure]:
    number, place = request.GET.get("row", ""), request.GET.get("cell", "")
    if not (number.isascii() and number.isdigit() and place.isascii() and place.isdigit() and len(place) < 4):
        raise Http404
    row = next((one for one in sheet.rows if str(one.number) == number), None)
    if row is None or int(place) >= len(row.figures):
        raise Http404
    found = row.figures[int(place)]
    if found is None:
        raise Http404
    return row, int(place), found


@access(*READERS)
@require_safe
def statement_book(request: ActorRequest) -> HttpResponse:
    """All statements of the period in one workbook."""
    asked = asked_of(request)
    sheets = [sheet_of(kind, scope=asked.scope, period=asked.period) for kind in StatementKind]
    return workbook(prints.workbook_of(sheets, scope=asked.scope), f"会计报表-{asked.where}-{asked.period.label}")


@access(*READERS)
@require_POST
def print_statement(request: ActorRequest, kind: str) -> HttpResponse:
    """The statement as PDF, kept under a number of its own."""
    asked, wanted = asked_of(request), _kind(kind)
    sheet = sheet_of(wanted, scope=asked.scope, period=asked.period)
    last = last_closed(city_id_of(asked.place.pk))
    is_closed = last is not None and asked.period.last <= last.through
    try:
        kept = prints.keep_statement(
            sheet,
            scope=asked.scope,
            by_id=request.actor.user_id,
            by_name=request.actor.name,
            at=timezone.now(),
            note="" if is_closed else f"{asked.period.label}尚未结账，数据可能变动。",
        )
    except Refusal as refused:
        messages.error(request, str(refused))
        return redirect(f"{reverse('closing:statement', args=[wanted])}?{asked.query()}")
    return pdf(content_of(kept), f"{sheet.title}-{asked.where}-{sheet.when}")
