"""Printing demand letters by the thousand; a killed worker leaves nothing, and the next prints the same letters."""

from typing import Any

from django.utils import timezone

from upkeep.deposits import letters
from upkeep.deposits.models import LetterBatch
from upkeep.jobs.registry import Progress, job


@job(letters.JOB)
def print_letters(progress: Progress, *, batch_id: int, user_id: int, **_: Any) -> dict[str, Any]:
    """The result leads to the batch, where the file can be opened."""
    kept = letters.print_batch(batch_id, by_id=user_id or None, at=timezone.now(), progress=progress)
    number = LetterBatch.objects.values_list("number", flat=True).get(pk=batch_id)
    return {"pages": kept.pages, "next": f"/deposits/letters/{number}/"}
