"""The typed parts of a case: rows read from a workbook. Chosen houses are `estate.house_choice`."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import transaction

from upkeep.casework.engine import NotNow, editable
from upkeep.casework.models import Case, CaseRow
from upkeep.casework.procedure import SheetPage, register
from upkeep.kernel.dates import day_of
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor
from upkeep.sheets.sheet import Reading, Sheet


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
    """Read a workbook into the case, replacing what was imported before. With any fault nothing is kept.

    Raises: Refusal for a file that cannot be read at all; the faults of a readable one are in the answer.
    """
    case = editable(case_id, by=by)
    sheet = sheet_of(case, part)()
    reading = sheet.read(content, at=day_of(at))
    if not reading.faults:
        found = register[case.procedure].check_reading(case, part, reading)
        reading = dataclasses.replace(reading, faults=sorted(found))
    if not reading.faults:
        replace_rows(case, part, ((row.number, _as_json(row.values)) for row in reading.rows))
        case.version += 1
        case.save(update_fields=["version"])
    return reading


def _as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Days become text; everything else a sheet yields is JSON already."""
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in values.items()}


def replace_rows(case: Case, part: str, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Put rows in the place of those the case has."""
    CaseRow.objects.filter(case=case, part=part).delete()
    numbered = list(rows)
    CaseRow.objects.bulk_create(
        [
            CaseRow(id=pk, case=case, part=part, row_number=number, data=dict(values))
            for pk, (number, values) in zip(new_ids(len(numbered)), numbered, strict=True)
        ],
        batch_size=5_000,
    )


def rows_of(case: Case, part: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The imported rows, in the order of the workbook: row number and typed values (as JSON holds them)."""
    found = CaseRow.objects.filter(case=case, part=part).order_by("row_number")
    return ((row.row_number, row.data) for row in found.iterator(chunk_size=2_000))


def row_count(case: Case, part: str) -> int:
    """How many rows the part has."""
    return CaseRow.objects.filter(case=case, part=part).count()
