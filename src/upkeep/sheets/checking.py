"""Rows that were typed on a page or fetched from elsewhere, held to the same rules as those of a workbook."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from upkeep.kernel.areas import square_metres
from upkeep.kernel.money import yuan
from upkeep.sheets.columns import Column, Fault, Reading, Row, Values, make_fault
from upkeep.sheets.kinds import Choice, Day, FloorArea, Money, Wrong
from upkeep.sheets.sheet import Sheet


def places_of(sheet: Sheet | type[Sheet]) -> dict[str, int]:
    """Where each column stands in our own template, counted from 0."""
    return {column.key: place for place, column in enumerate(sheet.columns)}


def read_typed(sheet: Sheet | type[Sheet], typed: Mapping[str, str], *, at: dt.date) -> tuple[Values, dict[str, str]]:
    """Typed text as values, for the columns that are named, and what is wrong by column."""
    values: Values = {}
    wrong: dict[str, str] = {}
    for column in sheet.columns:
        if column.key not in typed:
            continue
        raw = typed[column.key]
        values[column.key] = None
        if raw.strip():
            try:
                values[column.key] = column.kind.read(raw, at=at)
            except Wrong as refused:
                wrong[column.key] = f"{column.title}{refused}"
    return values, wrong


def faults_of(sheet: Sheet, rows: Sequence[Row]) -> list[Fault]:
    """Every fault of typed values, in the order in which people read: what is missing and what contradicts."""
    found: dict[tuple[int, str], str] = {}
    required = [column for column in sheet.columns if column.required]
    choices = [(column, column.kind.choices) for column in sheet.columns if isinstance(column.kind, Choice)]
    for row in rows:
        for column, words in choices:
            if (said := row.values[column.key]) not in (None, "", *words):
                found[row.number, column.key] = f"{column.title}不在可选范围，现为“{str(said)[:20]}”"
        for column in required:
            if row.values[column.key] is None or row.values[column.key] == "":
                found[row.number, column.key] = f"{column.title}必填"
        for key, text in sheet.check_row(row.values):
            found.setdefault((row.number, key), text)
    for number, key, text in sheet.check_all(rows):
        found.setdefault((number, key), text)
    places, titles = places_of(sheet), {column.key: column.title for column in sheet.columns}
    return sorted(make_fault(number, places[key], titles[key], text) for (number, key), text in found.items())


def as_reading(sheet: Sheet, rows: Sequence[Row], faults: Sequence[Fault] = ()) -> Reading:
    """The rows as if they had been read from our own template."""
    titles = {column.key: column.title for column in sheet.columns}
    return Reading(rows=list(rows), faults=list(faults), warnings=[], places=places_of(sheet), titles=titles)


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Days become text; everything else a sheet yields is JSON already."""
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in values.items()}


def from_json(sheet: Sheet | type[Sheet], data: Mapping[str, Any]) -> Values:
    """What `as_json` kept, a value for every column."""
    values = {column.key: data.get(column.key) for column in sheet.columns}
    for column in sheet.columns:
        if isinstance(column.kind, Day) and values[column.key]:
            values[column.key] = dt.date.fromisoformat(str(values[column.key]))
    return values


def in_box(column: Column, value: Any) -> str:
    """A value as it stands in a box to be changed: without thousands separators, which nobody types."""
    if value is None:
        return ""
    if isinstance(column.kind, Money):
        return yuan(value).replace(",", "")
    return square_metres(value).replace(",", "") if isinstance(column.kind, FloorArea) else str(value)
