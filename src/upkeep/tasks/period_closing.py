"""Carries closes and reopenings (结账、反结账) out in the background."""

from typing import Any

from django.utils import timezone

from upkeep.closing.closing_cases import CARRYING_OUT, carry_out
from upkeep.jobs.registry import Progress, job


@job(CARRYING_OUT)
def carry_out_closing(progress: Progress, *, case_id: int, back: str, **_: Any) -> dict[str, Any]:
    """All books of the city in one transaction: a killed worker leaves them as they were."""
    case = carry_out(case_id, at=timezone.now(), progress=progress)
    return {"case_id": case.pk, "next": back}
