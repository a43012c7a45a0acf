"""Tells the owners of cancelled houses what is owed to them."""

from typing import Any

from django.utils import timezone

from upkeep.jobs.registry import Progress, job
from upkeep.treasury.owed_messages import tell_owed
from upkeep.treasury.payouts import TELL_OWED


@job(TELL_OWED)
def tell(progress: Progress, *, case_id: int, **_: Any) -> dict[str, Any]:
    """One message to each owner with a telephone or an account; done twice it tells nobody twice."""
    progress.note("正在通知业主")
    return {"told": tell_owed(case_id, at=timezone.now())}
