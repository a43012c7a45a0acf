"""Statements as a workbook: titles, heads over several columns, figures as numbers, sums in bold; made to be printed across."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from upkeep.sheets.writing import safe_text

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
_LINE = {"border": 1, "border_color": "#8A97A8"}
_MONEY = "#,##0.00;-#,##0.00;0.00"


@dataclass(frozen=True, kw_only=True)
class BookRow:
    """A row: line number, label and amounts in fen; a heading has none."""

    number: int
    label: str
    cells: tuple[int, ...] = ()
    is_sum: bool = False
    indent: bool = False


@dataclass(frozen=True, kw_only=True)
class BookPage:
    """One statement on a page of its own. `groups`: a title over some columns, with the columns."""

    name: str
    title: str
    code: str
    left_note: str
    right_note: str
    first_head: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    rows: tuple[BookRow, ...]

    @property
    def width(self) -> int:
        return 2 + sum(len(columns) for _, columns in self.groups)


def statement_book(pages: Sequence[BookPage]) -> bytes:
    """The workbook. Amounts are written as yuan with two decimals, which a double holds exactly enough to show."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _OPTIONS) as book:
        for page in pages:
            _write(book, book.add_worksheet(page.name[:31]), page)
    return content.getvalue()


def _write(book: Workbook, sheet: Worksheet, page: BookPage) -> None:
    last = page.width - 1
    sheet.merge_range(0, 0, 0, last, page.title, book.add_format({"bold": True, "font_size": 16, "align": "center"}))
    sheet.write_string(1, 0, safe_text(page.left_note))
    sheet.merge_range(1, max(last - 2, 1), 1, last, page.code, book.add_format({"align": "right"}))
    sheet.merge_range(2, max(last - 2, 1), 2, last, page.right_note, book.add_format({"align": "right"}))
    _write_heads(book, sheet, page)
    formats = {
        (is_sum, kind): _format(book, is_sum=is_sum, kind=kind)
        for is_sum in (True, False)
        for kind in ("label", "indent", "number", "money")
    }
    for place, row in enumerate(page.rows, start=5):
        label = formats[row.is_sum, "indent" if row.indent else "label"]
        sheet.write_string(place, 0, safe_text(row.label), label)
        sheet.write_number(place, 1, row.number, formats[row.is_sum, "number"])
        for column, fen in enumerate(row.cells or (None,) * (page.width - 2), start=2):
            if fen is None:
                sheet.write_blank(place, column, None, formats[row.is_sum, "money"])
            else:
                sheet.write_number(place, column, fen / 100, formats[row.is_sum, "money"])
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 6)
    sheet.set_column(2, last, 18)
    sheet.freeze_panes(5, 1)
    sheet.repeat_rows(3, 4)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()


def _write_heads(book: Workbook, sheet: Worksheet, page: BookPage) -> None:
    head = book.add_format(
        {**_LINE, "bold": True, "bg_color": "#E8EEF5", "align": "center", "valign": "vcenter", "text_wrap": True}
    )
    sheet.merge_range(3, 0, 4, 0, page.first_head, head)
    sheet.merge_range(3, 1, 4, 1, "行次", head)
    column = 2
    for title, columns in page.groups:
        if len(columns) > 1:
            sheet.merge_range(3, column, 3, column + len(columns) - 1, title, head)
        else:
            sheet.write_string(3, column, title, head)
        for place, name in enumerate(columns):
            sheet.write_string(4, column + place, name, head)
        column += len(columns)


def _format(book: Workbook, *, is_sum: bool, kind: str) -> Format:
    shape = {**_LINE, "bold": is_sum, **({"bg_color": "#F5F7FA"} if is_sum else {})}
    if kind == "money":
        shape |= {"num_format": _MONEY}
    elif kind == "number":
        shape |= {"align": "center"}
    elif kind == "indent":
        shape |= {"indent": 1}
    return book.add_format(shape)
