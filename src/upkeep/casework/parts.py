"""The typed parts of a case: rows of a sheet, read from a workbook, fetched, or entered and changed one by one.

Chosen houses are `estate.house_choice`. Whoever changes rows is the applicant of a case that is still his; every change
is held to the sheet's own rules and raises the version of the case.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction

from upkeep.casework.engine import NotNow, editable
from upkeep.casework.models import Case, CaseRow
from upkeep.casework.pages import SheetPage
from upkeep.casework.procedure import register
from upkeep.kernel.bulk import copy_in
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.ids import new_id, new_ids
from upkeep.parties.actor import Actor
from upkeep.sheets.checking import as_json, as_reading, faults_of, from_json
from upkeep.sheets.columns import Fault, Row, Values
from upkeep.sheets.sheet import Reading, Sheet

#: The first row below the header of a workbook: rows that came from no workbook are counted from there too.
_FIRST = 2


class RowsFaulty(HasProblems):
    """Rows are not as their sheet asks; nothing was changed. `faults` names each cell."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(Problem(fault.cell, f"第 {fault.row} 行：{fault.text}") for fault in self.faults)


def sheet_of(case: Case, part: str) -> type[Sheet]:
    """The sheet of a part. Raises: NotNow when the procedure has none of that name."""
    sheet = register[case.procedure].sheets.get(part)
    if sheet is None:
        raise NotNow("这项业务没有该表格")
    return sheet


def page_of(case: Case, part: str) -> SheetPage:
    """The page that asks for a part."""
    return next(p for p in register[case.procedure].pages_of(case) if isinstance(p, SheetPage) and p.part == part)


@transaction.atomic
def import_rows(case_id: int, *, part: str, content: bytes, by: Actor, at: dt.datetime) -> Reading:
    """Read a workbook into the case, replacing what it had before. With any fault nothing is kept.

    Raises: Refusal for a file that cannot be read at all; the faults of a readable one are in the answer.
    """
    case = editable(case_id, by=by)
    sheet = sheet_of(case, part)()
    reading = sheet.read(content, at=day_of(at))
    if not reading.faults:
        found = register[case.procedure].check_reading(case, part, reading)
        reading = dataclasses.replace(reading, faults=sorted(found))
    if not reading.faults:
        put_rows(case, part, ((row.number, as_json(row.values)) for row in reading.rows))
        _raise_version(case)
    return reading


@transaction.atomic
def replace_rows(
    case_id: int,
    part: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    by: Actor,
    at: dt.datetime,
    keep_faulty: bool = False,
) -> list[Fault]:
    """Put typed rows in the place of those the case has.

    With `keep_faulty` (rows fetched from elsewhere, to be mended in place) faulty ones are kept and marked, and the
    case cannot be handed in before they are mended; the answer names every fault. Raises: RowsFaulty, NotYours, NotNow.
    """
    case = editable(case_id, by=by)
    sheet = sheet_of(case, part)
    numbered = [Row(number, from_json(sheet, row)) for number, row in enumerate(rows, start=_FIRST)]
    if len(numbered) > sheet.max_rows:
        raise NotNow(f"共 {len(numbered):,} 行，超过一次最多 {sheet.max_rows:,} 行")
    faults = _check(case, part, numbered)
    if faults and not keep_faulty:
        raise RowsFaulty(faults)
    faulty = {fault.row for fault in faults}
    put_rows(case, part, ((row.number, as_json(row.values)) for row in numbered), faulty=faulty)
    _raise_version(case)
    return faults


def change_row(case_id: int, part: str, number: int, values: Mapping[str, Any], *, by: Actor, at: dt.datetime) -> Case:
    """Change the named values of one row. Raises: RowsFaulty, NotYours, NotNow."""
    return change_rows(case_id, part, {number: values}, by=by, at=at)


@transaction.atomic
def change_rows(
    case_id: int,
    part: str,
    changes: Mapping[int, Mapping[str, Any]],
    *,
    by: Actor,
    at: dt.datetime,
    seen_version: int | None = None,
) -> Case:
    """Change the named values of several rows, all or none. A row that is saved is right.

    `seen_version` is the version the actor had on his screen. Raises: RowsFaulty, NotYours, NotNow.
    """
    case = _editable(case_id, by=by, seen_version=seen_version)
    kept = {row.row_number: row for row in _kept(case, part)}
    if not changes.keys() <= kept.keys():
        raise NotNow("要修改的行已被删除，请刷新后再改")
    sheet = sheet_of(case, part)
    for number, values in changes.items():
        kept[number].data = as_json(from_json(sheet, kept[number].data | as_json(values)))
    _settle(case, part, list(kept.values()), touched=set(changes))
    CaseRow.objects.bulk_update([kept[number] for number in changes], ["data"], batch_size=1_000)
    return _raise_version(case)


def add_row(case_id: int, part: str, values: Mapping[str, Any], *, by: Actor, at: dt.datetime) -> int:
    """Add one row at the end. Answers with its number. Raises: RowsFaulty, NotYours, NotNow."""
    return add_rows(case_id, part, [values], by=by, at=at)[0]


@transaction.atomic
def add_rows(
    case_id: int, part: str, rows: Sequence[Mapping[str, Any]], *, by: Actor, at: dt.datetime
) -> Sequence[int]:
    """Add rows at the end, all or none. Answers with their numbers. Raises: RowsFaulty, NotYours, NotNow."""
    case = editable(case_id, by=by)
    sheet = sheet_of(case, part)
    kept = _kept(case, part)
    if len(kept) + len(rows) > sheet.max_rows:
        raise NotNow(f"一张业务单最多 {sheet.max_rows:,} 行，现有 {len(kept):,} 行，不能再添加 {len(rows):,} 行")
    last = max((row.row_number for row in kept), default=_FIRST - 1)
    fresh = [
        CaseRow(id=pk, case=case, part=part, row_number=number, data=as_json(from_json(sheet, values)))
        for number, (pk, values) in enumerate(zip(new_ids(len(rows)), rows, strict=True), start=last + 1)
    ]
    numbers = [row.row_number for row in fresh]
    _settle(case, part, [*kept, *fresh], touched=set(numbers))
    CaseRow.objects.bulk_create(fresh, batch_size=5_000)
    _raise_version(case)
    return numbers


@transaction.atomic
def delete_rows(
    case_id: int, part: str, numbers: Iterable[int], *, by: Actor, at: dt.datetime, seen_version: int | None = None
) -> int:
    """Delete rows; the others keep their numbers. Answers with how many there were. Raises: NotYours, NotNow."""
    case = _editable(case_id, by=by, seen_version=seen_version)
    doomed = set(numbers)
    kept = _kept(case, part)
    gone = [row.pk for row in kept if row.row_number in doomed]
    CaseRow.objects.filter(pk__in=gone).delete()
    _settle(case, part, [row for row in kept if row.row_number not in doomed], touched=set())
    _raise_version(case)
    return len(gone)


def put_rows(
    case: Case, part: str, rows: Iterable[tuple[int, Mapping[str, Any]]], *, faulty: Iterable[int] = ()
) -> None:
    """Put numbered rows in the place of those the case has, as they are."""
    CaseRow.objects.filter(case=case, part=part).delete()
    marked = frozenset(faulty)
    fresh = ((new_id(), case.pk, part, number, values, number in marked) for number, values in rows)
    copy_in(CaseRow, ("id", "case", "part", "row_number", "data", "faulty"), fresh)


def rows_of(case: Case, part: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows in the order of the workbook: row number and typed values (as JSON holds them)."""
    found = CaseRow.objects.filter(case=case, part=part).order_by("row_number")
    return ((row.row_number, row.data) for row in found.iterator(chunk_size=2_000))


def row_of(case: Case, part: str, number: int) -> Values | None:
    """The typed values of one row, or None."""
    row = CaseRow.objects.filter(case=case, part=part, row_number=number).first()
    return from_json(sheet_of(case, part), row.data) if row else None


def row_count(case: Case, part: str) -> int:
    """How many rows the part has."""
    return CaseRow.objects.filter(case=case, part=part).count()


def faults_in(case: Case, part: str) -> list[Fault]:
    """Every fault of the rows that were kept although faulty; empty when none was."""
    if not CaseRow.objects.filter(case=case, part=part, faulty=True).exists():
        return []
    return _check(case, part, _typed(case, part, _kept(case, part)))


def _editable(case_id: int, *, by: Actor, seen_version: int | None) -> Case:
    case = editable(case_id, by=by)
    if seen_version is not None and seen_version != case.version:
        raise NotNow("这张表刚刚被修改过，请刷新后再改")
    return case


def _kept(case: Case, part: str) -> list[CaseRow]:
    return list(CaseRow.objects.filter(case=case, part=part).order_by("row_number"))


def _typed(case: Case, part: str, kept: Iterable[CaseRow]) -> list[Row]:
    sheet = sheet_of(case, part)
    return [Row(row.row_number, from_json(sheet, row.data)) for row in kept]


def _check(case: Case, part: str, rows: Sequence[Row]) -> list[Fault]:
    """The sheet's own rules, and for rows that keep them the procedure's, which need the database."""
    sheet = sheet_of(case, part)()
    faults = faults_of(sheet, rows)
    faulty = {fault.row for fault in faults}
    right = as_reading(sheet, [row for row in rows if row.number not in faulty], faults)
    return sorted([*faults, *register[case.procedure].check_reading(case, part, right)])


def _settle(case: Case, part: str, rows: list[CaseRow], *, touched: set[int]) -> None:
    """Refuse new faults, and mark anew which rows are faulty. Raises: RowsFaulty."""
    faults = _check(case, part, _typed(case, part, rows))
    before = {row.row_number for row in rows if row.faulty}
    refused = [fault for fault in faults if fault.row in touched or fault.row not in before]
    if refused:
        raise RowsFaulty(refused)
    faulty = {fault.row for fault in faults}
    CaseRow.objects.filter(case=case, part=part, row_number__in=before - faulty).update(faulty=False)


def _raise_version(case: Case) -> Case:
    case.version += 1
    case.save(update_fields=["version"])
    return case
