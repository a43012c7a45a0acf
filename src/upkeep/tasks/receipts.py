"""Receipts in the background: issuing what was missing, and all receipts of a payment in one file."""

from typing import Any

from django.utils import timezone

from upkeep.banking.queries import get_slip
from upkeep.deposits.issuing import issue_missing
from upkeep.deposits.prints import keep_batch
from upkeep.deposits.purposes import payers_of
from upkeep.jobs.registry import Progress, job
from upkeep.kernel.errors import Refusal
from upkeep.parties.models import User
from upkeep.parties.queries import actor_of


@job("issue_missing_receipts")
def issue(progress: Progress, *, user_id: int, **_: Any) -> dict[str, Any]:
    """All or nothing: a killed one leaves no number behind and is done again."""
    actor = actor_of(User.objects.get(pk=user_id))
    issued, waiting = issue_missing(by=actor, at=timezone.now(), payers_of=payers_of, progress=progress)
    return {"rows": issued, "waiting": waiting, "next": "/deposits/receipts/books/"}


@job("print_receipts")
def print_all(progress: Progress, *, number: str, user_id: int, **_: Any) -> dict[str, Any]:
    """One file of all the slip's receipts; printed again it is the same one."""
    actor = actor_of(User.objects.get(pk=user_id))
    slip = get_slip(number, actor=actor)
    if slip is None:
        raise Refusal("没有这张交款通知单")
    progress.note("正在生成票据文件")
    kept = keep_batch(slip, by_id=user_id, at=timezone.now())
    return {"rows": kept.pages, "next": f"/deposits/slips/{slip.number}/receipts/pdf/{kept.pk}/"}
