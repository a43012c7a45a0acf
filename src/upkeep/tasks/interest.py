"""Works interest out, books it and takes it back, in the background."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from upkeep.earnings import computing, posting, runs
from upkeep.earnings.models import InterestRun, RunState
from upkeep.jobs.actions import defer
from upkeep.jobs.registry import Progress, job


@job(runs.COMPUTING)
def compute(progress: Progress, *, run_id: int, back: str, **_: Any) -> dict[str, Any]:
    """One transaction: a killed worker leaves nothing behind, and the run is computed again."""
    run = InterestRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state_now is RunState.COMPUTING:
        computing.compute(run, progress=progress)
    return {"next": back}


@job(runs.POSTING)
def post(progress: Progress, *, run_id: int, back: str, **_: Any) -> dict[str, Any]:
    """Books some areas and puts the rest off as the next job: both or neither, wherever the worker is killed."""
    return _piece(progress, posting.post_piece, runs.POSTING, run_id, back)


@job(runs.REVERSING)
def reverse(progress: Progress, *, run_id: int, back: str, **_: Any) -> dict[str, Any]:
    """As `post`, taking back."""
    return _piece(progress, posting.reverse_piece, runs.REVERSING, run_id, back)


def _piece(progress: Progress, work: Callable[..., bool], kind: str, run_id: int, back: str) -> dict[str, Any]:
    now = timezone.now()
    progress.begin(1, "正在记账")
    if work(run_id, at=now):
        number = InterestRun.objects.values_list("number", flat=True).get(pk=run_id)
        arguments = {"run_id": run_id, "back": back}
        defer(
            kind=kind, title=f"结息记账 {number}", arguments=arguments, by_id=None, at=now, lock=runs.lock_of(run_id)
        )
    progress.advance()
    return {"next": back}
