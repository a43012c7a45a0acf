"""Prints the year's slips (年度结存单) of one area in the background."""

from typing import Any

from django.utils import timezone

from upkeep.banking.annual import PRINTING, print_area
from upkeep.jobs.registry import Progress, job


@job(PRINTING)
def print_annual_statement(
    progress: Progress, *, area_id: int, year: int, by_id: int, back: str, **_: Any
) -> dict[str, Any]:
    """A killed worker leaves no print behind; the area is done again."""
    kept = print_area(area_id, year=year, by_id=by_id, at=timezone.now(), progress=progress)
    return {"print_id": kept.pk, "pages": kept.pages, "next": back}
