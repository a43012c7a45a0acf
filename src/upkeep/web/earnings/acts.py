"""What people do with a run: approve, send back, compute again, give up, go on, reverse. Each answers with its page."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from upkeep.earnings import runs
from upkeep.earnings.models import InterestRun
from upkeep.earnings.rates import CHECKERS, MAKERS
from upkeep.kernel.errors import Refusal
from upkeep.web.access import ActorRequest, access
from upkeep.web.earnings.runs import run_or_404


def _do(request: ActorRequest, number: str, act: Callable[[InterestRun], object], said: str) -> HttpResponse:
    run = run_or_404(request, number)
    try:
        act(run)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"批次 {run.number} {said}")
    return redirect("earnings:run", run.number)


@access(*CHECKERS)
@require_POST
def approve(request: ActorRequest, number: str) -> HttpResponse:
    """The second person approves; booking begins."""
    return _do(
        request,
        number,
        lambda run: runs.approve(run.pk, by=request.actor, at=timezone.now()),
        "已审批，正在分区域记账",
    )


@access(*CHECKERS)
@require_POST
def send_back(request: ActorRequest, number: str) -> HttpResponse:
    """Not approved, with the reason."""
    reason = request.POST.get("reason", "")
    return _do(
        request,
        number,
        lambda run: runs.send_back(run.pk, reason=reason, by=request.actor, at=timezone.now()),
        "已退回",
    )


@access(*MAKERS)
@require_POST
def recompute(request: ActorRequest, number: str) -> HttpResponse:
    """Compute again."""
    return _do(
        request,
        number,
        lambda run: runs.recompute(run.pk, by=request.actor, at=timezone.now()),
        "已开始重新计算",
    )


@access(*MAKERS)
@require_POST
def make_void(request: ActorRequest, number: str) -> HttpResponse:
    """Give the run up."""
    return _do(
        request,
        number,
        lambda run: runs.make_void(run.pk, by=request.actor, at=timezone.now()),
        "已作废",
    )


@access(*MAKERS, *CHECKERS)
@require_POST
def go_on(request: ActorRequest, number: str) -> HttpResponse:
    """Take up what was broken off."""
    return _do(
        request,
        number,
        lambda run: runs.go_on(run.pk, by=request.actor, at=timezone.now()),
        "已继续办理",
    )


@access(*MAKERS)
@require_POST
def ask_reversal(request: ActorRequest, number: str) -> HttpResponse:
    """Ask for the whole run to be taken back."""
    reason = request.POST.get("reason", "")
    return _do(
        request,
        number,
        lambda run: runs.ask_reversal(run.pk, reason=reason, by=request.actor, at=timezone.now()),
        "已申请冲销，等待审批",
    )


@access(*CHECKERS)
@require_POST
def approve_reversal(request: ActorRequest, number: str) -> HttpResponse:
    """The second person approves the reversal."""
    return _do(
        request,
        number,
        lambda run: runs.approve_reversal(run.pk, by=request.actor, at=timezone.now()),
        "已同意冲销，正在分区域记账",
    )


@access(*CHECKERS)
@require_POST
def decline_reversal(request: ActorRequest, number: str) -> HttpResponse:
    """The run stays."""
    return _do(
        request,
        number,
        lambda run: runs.decline_reversal(run.pk, by=request.actor, at=timezone.now()),
        "未同意冲销，利息保持不变",
    )
