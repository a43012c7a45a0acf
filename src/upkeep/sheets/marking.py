"""Mark what is wrong in the user's own workbook, so that he mends it where he filled it in."""

import io
import zipfile
from collections.abc import Sequence

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from upkeep.sheets.archive import checked_workbook
from upkeep.sheets.columns import Fault
from upkeep.sheets.writing import safe_text

_AUTHOR = "填报检查"
_LIST = "错误清单"
_RED = PatternFill("solid", fgColor="FFFFC7CE")
_NONE = PatternFill(fill_type=None)
#: Workbooks with more comments than this open slowly; the list of faults names all.
_MOST_COMMENTS = 3_000


def mark(content: bytes, faults: Sequence[Fault]) -> bytes:
    """The workbook with each faulty cell coloured and commented, and a sheet 错误清单. Marks of an earlier round go.

    Takes seconds for a large sheet: call it in a job. Raises: Refusal when the file is no acceptable workbook.
    """
    checked_workbook(content)
    workbook = load_workbook(io.BytesIO(content))
    page = workbook.worksheets[0]
    if _has_comments(content):
        _clear(page)
    texts: dict[str, list[str]] = {}
    for fault in faults:
        texts.setdefault(fault.cell, []).append(fault.text)
    for cell, sentences in list(texts.items())[:_MOST_COMMENTS]:
        page[cell].fill = _RED
        page[cell].comment = Comment("；".join(sentences), _AUTHOR, height=80, width=260)
    _list_faults(workbook, faults)
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


def _list_faults(workbook: Workbook, faults: Sequence[Fault]) -> None:
    if _LIST in workbook.sheetnames:
        del workbook[_LIST]
    if not faults:
        return
    page = workbook.create_sheet(_LIST)
    page.append(("单元格", "列", "问题"))
    for fault in faults:
        page.append((fault.cell, safe_text(fault.column), safe_text(fault.text)))
        page.cell(page.max_row, 1).hyperlink = f"#'{workbook.worksheets[0].title}'!{fault.cell}"
    for letter, width in (("A", 10), ("B", 18), ("C", 80)):
        page.column_dimensions[letter].width = width
    page.freeze_panes = "A2"
