"""Write workbooks: the template that people fill in, and exports. No program takes their text for a formula."""

import datetime as dt
import io
from collections.abc import Iterable, Mapping
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from upkeep.kernel.areas import square_metres
from upkeep.kernel.money import yuan
from upkeep.sheets.columns import Column, Declared
from upkeep.sheets.kinds import Choice, FloorArea, Money

#: Spreadsheet programs run what begins with these as a formula, once a sheet has been through CSV.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
_HEADER = {"bold": True, "bg_color": "#E8EEF5", "border": 1, "border_color": "#B8C4D4", "align": "center"}
_GUIDE_HEADERS = ("列名", "是否必填", "填写要求", "示例")


def safe_text(text: str) -> str:
    """The text, with an apostrophe before what could be taken for a formula; `kinds.plain_text` takes it off again."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def template(sheet: Declared, *, rows: Iterable[Mapping[str, Any]] = ()) -> bytes:
    """The workbook to be filled in: drop-down lists, frozen header, a second sheet 填写说明 with the rules
    of every column. `rows` are filled in beforehand; read-only columns are locked then."""
    return _write(sheet, rows, is_template=True)


def export(sheet: Declared, rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The rows as a workbook that can be read back by the same sheet."""
    return _write(sheet, rows, is_template=False)


def _write(sheet: Declared, rows: Iterable[Mapping[str, Any]], *, is_template: bool) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _OPTIONS) as workbook:
        page = workbook.add_worksheet(sheet.title)
        locks = is_template and any(column.read_only for column in sheet.columns)
        formats = [_column_format(workbook, column, locked=locks and column.read_only) for column in sheet.columns]
        _write_header(workbook, page, sheet, formats)
        _write_rows(page, sheet, rows, formats, with_blanks=locks)
        if is_template:
            _offer_choices(page, sheet)
            _write_guide(workbook, sheet)
        if locks:
            page.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
    return content.getvalue()


def _column_format(workbook: Workbook, column: Column, *, locked: bool) -> Format:
    """Everything that is not a number is text to the spreadsheet program, so that it keeps 001 and 1-2 as typed."""
    number_format = "#,##0.00" if isinstance(column.kind, Money | FloorArea) else "@"
    shade = {"bg_color": "#F2F2F2"} if locked else {}
    return workbook.add_format({"num_format": number_format, "locked": locked, **shade})


def _write_header(workbook: Workbook, page: Worksheet, sheet: Declared, formats: list[Format]) -> None:
    header = workbook.add_format(_HEADER)
    required = workbook.add_format({**_HEADER, "font_color": "#C00000"})
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width, formats[place])
        page.write_string(
            0, place, column.title + ("*" if column.required else ""), required if column.required else header
        )
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)


def _write_rows(
    page: Worksheet, sheet: Declared, rows: Iterable[Mapping[str, Any]], formats: list[Format], *, with_blanks: bool
) -> None:
    """Blank cells carry their unlocked format where the page is protected: not every program asks the column."""
    writers = [
        (place, column.key, isinstance(column.kind, Money | FloorArea), formats[place])
        for place, column in enumerate(sheet.columns)
    ]
    number = 0
    for number, row in enumerate(rows, start=1):
        for place, key, is_hundredths, cell_format in writers:
            value = row.get(key)
            if value is None or value == "":
                if with_blanks:
                    page.write_blank(number, place, None, cell_format)
            elif is_hundredths:
                page.write_number(number, place, value / 100, cell_format)  # two decimals are exact enough to show
            elif isinstance(value, int):
                page.write_number(number, place, value, cell_format)
            else:
                text = value.isoformat() if isinstance(value, dt.date) else str(value)
                page.write_string(number, place, safe_text(text), cell_format)
    if number:
        page.autofilter(0, 0, number, len(sheet.columns) - 1)


def _offer_choices(page: Worksheet, sheet: Declared) -> None:
    for place, column in enumerate(sheet.columns):
        if isinstance(column.kind, Choice) and not column.read_only:
            page.data_validation(
                1,
                place,
                sheet.max_rows,
                place,
                {
                    "validate": "list",
                    "source": list(column.kind.choices),
                    "error_title": column.title,
                    "error_message": "请从下拉列表中选择",
                },
            )


def _write_guide(workbook: Workbook, sheet: Declared) -> None:
    page = workbook.add_worksheet("填写说明")
    header, wrapped = workbook.add_format(_HEADER), workbook.add_format({"text_wrap": True, "valign": "top"})
    for place, width in enumerate((18, 10, 64, 32)):
        page.set_column(place, place, width, wrapped)
    general = (
        "标 * 的列必填。请勿改动表头，不要合并单元格。",
        f"一次最多 {sheet.max_rows:,} 行，超过请分批上传。",
        *sheet.guide,
    )
    line = 0
    for line, sentence in enumerate(general, start=1):
        page.merge_range(line - 1, 0, line - 1, 3, f"{line}. {sentence}", wrapped)
    for place, title in enumerate(_GUIDE_HEADERS):
        page.write_string(line + 1, place, title, header)
    for number, column in enumerate(sheet.columns, start=line + 2):
        rule = "由系统填好，请勿改动" if column.read_only else column.kind.hint()
        texts = (
            column.title,
            "必填" if column.required else "选填",
            "；".join(filter(None, (rule, column.note))),
            column.example,
        )
        for place, text in enumerate(texts):
            page.write_string(number, place, text, wrapped)


def shown(column: Column, value: Any) -> str:
    """A value as a preview page shows it."""
    if value is None:
        return ""
    if isinstance(column.kind, Money):
        return yuan(value)
    return square_metres(value) if isinstance(column.kind, FloorArea) else str(value)
