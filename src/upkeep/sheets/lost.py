"""Cells whose content a reader does not get to see: merged away, a formula that failed or was never computed.

To the reader they are blank. Where a column may be blank they would be lost without a word, so each is a fault.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from upkeep.sheets.patching import Unusual, first_sheet, parts_of, place_of

Range = tuple[tuple[int, int], tuple[int, int]]
_FAILED = re.compile(rb"""<(?:\w+:)?c\b(?=[^>]*\bt\s*=\s*["']e["'])[^>]*\br\s*=\s*["']([A-Za-z]+[0-9]+)["'][^>]*>""")
_MAY_HAVE = re.compile(rb"""<(?:\w+:)?f\b|\bt\s*=\s*["']e["']""")
#: A formula whose result is an empty text says so (t="str"); one without any result has never been computed.
_UNCOMPUTED = re.compile(
    rb"""<(?:\w+:)?c\b(?![^>]*\bt\s*=\s*["']str["'])[^>]*\br\s*=\s*["']([A-Za-z]+[0-9]+)["'][^>]*>\s*"""
    rb"""<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)


def lost_cells(
    content: bytes, merged: Iterable[Range], grid: Sequence[Sequence[object]]
) -> Iterator[tuple[int, int, str]]:
    """Row number, column from 0 and sentence of each such cell of a workbook, whose first sheet reads as `grid`."""
    for (top, left), (bottom, right) in merged:
        if top < len(grid) and left < len(grid[top]) and grid[top][left] not in ("", None):
            for row in range(top, min(bottom, len(grid) - 1) + 1):
                for place in range(left, min(right, len(grid[top]) - 1) + 1):
                    if (row, place) != (top, left):
                        yield row + 1, place, "在合并单元格内，请取消合并，每一格都单独填写"
    with suppress(Unusual):
        sheet = first_sheet(parts_of(content))
        if not _MAY_HAVE.search(sheet):
            return
        for pattern, text in (
            (_FAILED, "是公式的错误值（如 #N/A、#REF!），请改为直接填写"),
            (_UNCOMPUTED, "是没有结果的公式，请改为直接填写"),
        ):
            for found in pattern.finditer(sheet):
                row, place = place_of(found[1].decode().upper())
                yield row, place - 1, text
