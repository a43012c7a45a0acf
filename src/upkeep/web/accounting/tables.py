"""CSV files written out as they are read: UTF-8 with its mark, so that every spreadsheet program opens them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from upkeep.sheets.writing import safe_text


def csv_file(rows: Iterable[Sequence[str]], header: Sequence[str], name: str) -> StreamingHttpResponse:
    """The rows under their header; no cell is taken for a formula."""

    def lines() -> Iterator[str]:
        yield "\ufeff" + _line(header)
        for row in rows:
            yield _line([safe_text(cell) for cell in row])

    return _named(lines(), f"{name}.csv", "text/csv; charset=utf-8")


def text_file(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    """Lines of plain text."""
    return _named((f"{line}\n" for line in lines), name, "text/plain; charset=utf-8")


def _named(content: Iterator[str], name: str, content_type: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Cache-Control"] = "private, no-store"
    return response


def _line(row: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(row)
    return buffer.getvalue()
