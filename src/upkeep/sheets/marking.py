"""Mark what is wrong in the user's own workbook, so that he mends it where he filled it in."""

import io
import zipfile
from collections.abc import Mapping, Sequence

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from upkeep.sheets import patching
from upkeep.sheets.archive import checked_workbook
from upkeep.sheets.columns import Fault
from upkeep.sheets.writing import safe_text

_AUTHOR = "填报检查"
_LIST = "错误清单"
_LINE = ("单元格", "列", "问题")
_WIDTHS = (10, 18, 80)
#: Not the red of any spreadsheet program's own palette, so that the marks of an earlier round are known by it.
_COLOUR = "FFFFC8CE"
_RED = PatternFill("solid", fgColor=_COLOUR)
_NONE = PatternFill(fill_type=None)
#: Workbooks with more comments than this open slowly; the list of faults names all.
_MOST_COMMENTS = 3_000


def mark(content: bytes, faults: Sequence[Fault]) -> bytes:
    """The workbook with each faulty cell coloured and commented, and a sheet 错误清单. Marks of an earlier round go.

    A plain workbook is edited in place, which takes a second or two for 50,000 rows; an unusual one is written anew by
    a library, which takes ten times as long: call it in a job. Raises: Refusal when the file is no acceptable workbook.
    """
    checked_workbook(content)
    texts: dict[str, list[str]] = {}
    for fault in faults:
        texts.setdefault(fault.cell, []).append(fault.text)
    notes = {cell: "；".join(sentences) for cell, sentences in texts.items()}
    lines = [_LINE, *((fault.cell, safe_text(fault.column), safe_text(fault.text)) for fault in faults)]
    try:
        parts = patching.parts_of(content)
        patching.mark_cells(parts, notes, colour=_COLOUR, author=_AUTHOR, most_comments=_MOST_COMMENTS)
        patching.put_list(parts, _LIST, lines if faults else [], widths=_WIDTHS)
    except (patching.Unusual, KeyError, ValueError):
        return _written_anew(content, notes, lines if faults else [])
    return patching.packed(parts)


def _written_anew(content: bytes, notes: Mapping[str, str], lines: Sequence[Sequence[str]]) -> bytes:
    workbook = load_workbook(io.BytesIO(content))
    page = workbook.worksheets[0]
    if _has_comments(content):
        _clear(page)
    for cell, text in list(notes.items())[:_MOST_COMMENTS]:
        page[cell].fill = _RED
        page[cell].comment = Comment(text, _AUTHOR, height=80, width=260)
    _list_faults(workbook, lines)
    workbook.active = 0
    marked = io.BytesIO()
    workbook.save(marked)
    return marked.getvalue()


def _has_comments(content: bytes) -> bool:
    """Going through every cell of a large sheet costs a second, so look at the archive first."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any("comments" in name for name in archive.namelist())


def _clear(page: Worksheet) -> None:
    for row in page.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == _AUTHOR:
                cell.comment, cell.fill = None, _NONE


def _list_faults(workbook: Workbook, lines: Sequence[Sequence[str]]) -> None:
    if _LIST in workbook.sheetnames:
        del workbook[_LIST]
    if not lines:
        return
    page = workbook.create_sheet(_LIST)
    for line in lines:
        page.append(line)
    for letter, width in zip("ABC", _WIDTHS, strict=True):
        page.column_dimensions[letter].width = width
    page.freeze_panes = "A2"
