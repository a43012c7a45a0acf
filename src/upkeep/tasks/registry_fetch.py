"""Fetching houses from the housing registry into a case in the background; a killed one leaves nothing and is done again."""

from typing import Any

from django.utils import timezone

from upkeep.casework.models import Case
from upkeep.estate.house_sources import fetch
from upkeep.jobs.registry import Progress, job
from upkeep.parties.models import User
from upkeep.parties.queries import actor_of


@job("registry_fetch")
def fetch_houses(
    progress: Progress,
    *,
    case_id: int,
    part: str,
    project_id: str,
    building_ids: list[str],
    keep: bool,
    user_id: int,
    back: str,
    rows: str,
    **_: Any,
) -> dict[str, Any]:
    """Fetch. The result leads to the table, to what is wrong in it first; `rows` is its page, `back` the case's."""
    fetched = fetch(
        Case.objects.get(pk=case_id),
        part,
        project_id=project_id,
        building_ids=building_ids,
        keep=keep,
        progress=progress,
        by=actor_of(User.objects.get(pk=user_id)),
        at=timezone.now(),
    )
    wrong = fetched.fault_count > 0
    return {
        "case_id": case_id,
        "back": back,
        "rows": fetched.houses,
        "fault_count": fetched.fault_count,
        "next": f"{rows}?wrong=1" if wrong else rows,
    }
