"""Slips of further-deposit plans (续交方案), issued and made void in the background; killed, it is done again."""

from typing import Any

from django.utils import timezone

from upkeep.deposits import further
from upkeep.deposits.models import FurtherPlan
from upkeep.jobs.registry import Progress, job
from upkeep.parties.models import User
from upkeep.parties.queries import actor_of


def _place(plan_id: int) -> str:
    number = FurtherPlan.objects.values_list("case__number", flat=True).get(pk=plan_id)
    return f"/deposits/plans/{number}/"


@job(further.JOB)
def issue(progress: Progress, *, plan_id: int, again: bool, user_id: int, **_: Any) -> dict[str, Any]:
    """The result says how many slips were issued, and how many houses could not be asked."""
    by = actor_of(User.objects.get(pk=user_id))
    done = further.issue_slips_of(plan_id, again=again, by=by, at=timezone.now(), progress=progress)
    return {"slips": done.slips, "kept_back": done.kept_back, "next": _place(plan_id)}


@job(further.ENDING_JOB)
def end(progress: Progress, *, plan_id: int, user_id: int, **_: Any) -> dict[str, Any]:
    """The result says how many slips were made void."""
    by = actor_of(User.objects.get(pk=user_id))
    count = further.void_slips_of(plan_id, by=by, at=timezone.now(), progress=progress)
    return {"slips": count, "next": _place(plan_id)}
