"""Printing a batch of 交存通知书 in the background: one PDF, kept, that only who asked for it opens."""

from typing import Any

from django.utils import timezone

from upkeep.deposits.notice_batch import keep_batch
from upkeep.jobs.registry import Progress, job
from upkeep.parties.models import User
from upkeep.parties.queries import actor_of


@job("notice_print")
def print_notices(progress: Progress, *, numbers: list[str], user_id: int, **_: Any) -> dict[str, Any]:
    """Print those of the slips that still wait. The result leads to the PDF."""
    progress.note(f"正在排版 {len(numbers):,} 张通知书")
    kept = keep_batch(numbers, by=actor_of(User.objects.get(pk=user_id)), at=timezone.now())
    return {"next": f"/deposits/slips/prints/{kept.pk}/", "pages": kept.pages}
