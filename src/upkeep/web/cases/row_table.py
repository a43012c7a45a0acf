"""The rows of a case as a table of boxes: what stands in each, what was typed instead, and what is wrong with it."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from upkeep.sheets.checking import in_box, read_typed
from upkeep.sheets.columns import Column, Fault
from upkeep.sheets.kinds import Choice, FloorArea, Money, Whole
from upkeep.sheets.sheet import Sheet

NEW = "new"
#: A wrong row number in an address or a form is no number of ours.
_MOST_DIGITS = 9


@dataclass(frozen=True)
class Box:
    """One cell that can be changed, or only read."""

    name: str
    title: str
    text: str
    fault: str = ""
    options: tuple[str, ...] = ()
    read_only: bool = False
    required: bool = False
    numeric: bool = False
    width: int = 14


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    number: int
    boxes: Sequence[Box]
    wrong: bool


Typed = Mapping[int, Mapping[str, str]]
Wrong = Mapping[tuple[int, str], str]


def name_of(number: int | str, key: str) -> str:
    """What the box of a cell is called in the form."""
    return f"r{number}-{key}"


def line_of(
    sheet: type[Sheet], number: int, data: Mapping[str, Any], *, typed: Mapping[str, str], wrong: Wrong
) -> Line:
    """A row with what was typed into it, if anything, and its faults."""
    boxes = [
        _box(column, name_of(number, column.key), typed.get(column.key), data, wrong.get((number, column.key), ""))
        for column in sheet.columns
    ]
    return Line(number, boxes, any(box.fault for box in boxes))


def new_line(sheet: type[Sheet], *, typed: Mapping[str, str], wrong: Mapping[str, str]) -> Line:
    """The empty row in which one more is typed."""
    boxes = [
        _box(column, name_of(NEW, column.key), typed.get(column.key), {}, wrong.get(column.key, ""))
        for column in sheet.columns
        if not column.read_only
    ]
    return Line(0, boxes, bool(wrong))


def _box(column: Column, name: str, typed: str | None, data: Mapping[str, Any], fault: str) -> Box:
    text = in_box(column, data.get(column.key)) if typed is None else typed
    options = column.kind.choices if isinstance(column.kind, Choice) else ()
    if options and text and text not in options:
        options = (text, *options)  # what a fetched row says, so that it is seen and can be changed
    return Box(
        name=name,
        title=column.title,
        text=text,
        fault=fault,
        options=options,
        read_only=column.read_only,
        required=column.required,
        numeric=isinstance(column.kind, FloorArea | Money | Whole),
        width=max(6, min(column.width, 40)),
    )


def typed_rows(posted: QueryDict, sheet: type[Sheet], numbers: Iterable[int]) -> dict[int, dict[str, str]]:
    """What stands in the boxes of these rows; a box that was not sent is left out."""
    keys = [column.key for column in sheet.columns if not column.read_only]
    return {
        number: {key: str(posted[name_of(number, key)]) for key in keys if name_of(number, key) in posted}
        for number in numbers
    }


def typed_new(posted: QueryDict, sheet: type[Sheet]) -> dict[str, str]:
    """What stands in the boxes of the row to be added."""
    return {column.key: posted.get(name_of(NEW, column.key), "") for column in sheet.columns if not column.read_only}


def numbers_sent(posted: QueryDict, name: str) -> list[int]:
    """The row numbers that a form names, each once."""
    sent = posted.getlist(name)
    return sorted({int(one) for one in sent if one.isascii() and one.isdigit() and len(one) <= _MOST_DIGITS})


def changed(
    sheet: type[Sheet], rows: Mapping[int, Mapping[str, Any]], typed: Typed, *, at: dt.date
) -> tuple[dict[int, dict[str, Any]], dict[tuple[int, str], str]]:
    """The values of the boxes whose text is not what stood there, by row, and what cannot be read."""
    values: dict[int, dict[str, Any]] = {}
    wrong: dict[tuple[int, str], str] = {}
    columns = {column.key: column for column in sheet.columns}
    for number, boxes in typed.items():
        if number not in rows:
            continue
        other = {key: text for key, text in boxes.items() if text != in_box(columns[key], rows[number].get(key))}
        if other:
            values[number], refused = read_typed(sheet, other, at=at)
            wrong |= {(number, key): text for key, text in refused.items()}
    return values, wrong


def by_cell(sheet: type[Sheet], faults: Iterable[Fault]) -> dict[tuple[int, str], str]:
    """Faults by row number and column key."""
    keys = [column.key for column in sheet.columns]
    return {(fault.row, keys[fault.place]): fault.text for fault in faults}


def groups_of(rows: Iterable[tuple[int, Mapping[str, Any]]], key: str) -> list[tuple[str, int]]:
    """The values of a column with how many rows have each, in the order in which they come."""
    return list(Counter(str(row.get(key) or "") for _, row in rows).items()) if key else []
