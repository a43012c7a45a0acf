"""结账与反结账: the months of a city, the checklist, and the two people of every close."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.closing import closing_cases, prints
from upkeep.closing.models import ClosingAct, ClosingCase, ClosingState
from upkeep.closing.periods import Period, period_from
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.queries import city_id_of
from upkeep.printing.actions import content_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.closing.reach import READERS

PER_PAGE = 20


def _case_or_404(request: ActorRequest, number: str) -> ClosingCase:
    found = closing_cases.visible_to(request.actor).filter(number=tidy_number(number)).first()
    if found is None:
        raise Http404
    return found


@access(*READERS)
@require_safe
def closings(request: ActorRequest) -> HttpResponse:
    """Every close and reopening the actor sees, and what may be done next in his own city."""
    city_id = city_id_of(request.actor.jurisdiction_id)
    months = closing_cases.months_to_close(city_id, on=timezone.localdate())
    context = {
        "page": Paginator(closing_cases.visible_to(request.actor), PER_PAGE).get_page(request.GET.get("page")),
        "last": closing_cases.last_closed(city_id),
        "under_way": closing_cases.under_way(city_id),
        "next": months[0] if months else None,
        "is_first": len(months) > 1,
        "may_ask": closing_cases.may_ask(city_id, by=request.actor),
    }
    return render(request, "closing/closings.html", context)


@access(*closing_cases.ASKERS)
@require_http_methods(["GET", "POST"])
def new_closing(request: ActorRequest) -> HttpResponse:
    """The checklist of the month to be closed; sent, it goes to the second person."""
    city_id, at = city_id_of(request.actor.jurisdiction_id), timezone.now()
    months = closing_cases.months_to_close(city_id, on=timezone.localdate())
    period = _chosen(request, months)
    problems: list[str] = []
    reason = request.POST.get("reason", "")
    if request.method == "POST" and period is not None:
        try:
            case = closing_cases.ask_to_close(city_id=city_id, period=period, reason=reason, by=request.actor, at=at)
        except HasProblems as found:
            problems = [one.text for one in found.problems]
        except Refusal as refused:
            problems = [str(refused)]
        else:
            messages.success(request, f"{case.title}已提交，等待他人复核")
            return redirect("closing:show", case.number)
    answers = closing_cases.checklist(city_id=city_id, period=period, at=at) if period else []
    context = {
        "months": months,
        "period": period,
        "is_year": period is not None and period.month == 12,
        "answers": answers,
        "forbidden": any(one.forbids for one in answers),
        "asks": [one for one in answers if one.found and not one.must],
        "problems": problems,
        "reason": reason,
        "under_way": closing_cases.under_way(city_id),
        "may_ask": closing_cases.may_ask(city_id, by=request.actor),
    }
    return render(request, "closing/new.html", context)


def _chosen(request: ActorRequest, months: list[Period]) -> Period | None:
    asked = period_from((request.POST or request.GET).get("period", ""))
    return asked if asked in months else months[0] if months else None


@access(*READERS)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """One close: the checklist as it was, who asked and who decided, how far the work is, the kept statements."""
    case = _case_or_404(request, number)
    job = closing_cases.job_of(case) if case.state_now is ClosingState.RUNNING else None
    waits = case.state_now is ClosingState.WAITING
    decides = closing_cases.may_decide(case, by=request.actor)
    is_own = case.asked_by_id == request.actor.user_id
    failed = closing_cases.has_failed(case)
    context = {
        "case": case,
        "is_close": case.act == ClosingAct.CLOSE,
        "job": job,
        "failed": failed,
        "running": job is not None and not job.is_over,
        "kept": prints.kept_of(case),
        "may_approve": waits and decides,
        "may_try_again": failed and decides,
        "may_return": (waits or failed) and (decides or is_own),
        "is_own": is_own and waits,
        "undone_by": case.undone_by.exclude(state=ClosingState.RETURNED).first(),
        "statements": f"{reverse('closing:statement', args=['balance'])}?period={case.period.key}",
    }
    return render(request, "closing/show.html", context)


def _done(
    request: ActorRequest, number: str, action: Callable[..., ClosingCase], said: str, **more: Any
) -> HttpResponse:
    case = _case_or_404(request, number)
    try:
        action(case.pk, by=request.actor, at=timezone.now(), **more)
    except HasProblems as found:
        for problem in found.problems:
            messages.error(request, problem.text)
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said.format(title=case.title))
    return redirect("closing:show", case.number)


@access(*closing_cases.DECIDERS)
@require_POST
def approve(request: ActorRequest, number: str) -> HttpResponse:
    """The second person agrees: the work begins in the background."""
    return _done(request, number, closing_cases.approve, "{title}已开始办理，可以离开本页")


@access(*closing_cases.DECIDERS)
@require_POST
def again(request: ActorRequest, number: str) -> HttpResponse:
    """The work could not be done and is begun anew."""
    return _done(request, number, closing_cases.try_again, "{title}已重新开始办理")


@access(*closing_cases.DECIDERS)
@require_POST
def send_back(request: ActorRequest, number: str) -> HttpResponse:
    """Not agreed to, or taken back."""
    return _done(request, number, closing_cases.send_back, "{title}已退回", reason=request.POST.get("reason", ""))


@access(*closing_cases.ASKERS)
@require_POST
def reopen(request: ActorRequest) -> HttpResponse:
    """Ask to reopen the last close of the actor's city."""
    try:
        case = closing_cases.ask_to_reopen(
            city_id=city_id_of(request.actor.jurisdiction_id),
            reason=request.POST.get("reason", ""),
            by=request.actor,
            at=timezone.now(),
        )
    except Refusal as refused:
        messages.error(request, str(refused))
        return redirect("closing:list")
    messages.success(request, f"{case.title}已提交，等待他人复核")
    return redirect("closing:show", case.number)


@access(*READERS)
@require_safe
def kept_statement(request: ActorRequest, number: str, print_id: int) -> HttpResponse:
    """A statement as it was when the month was closed."""
    case = _case_or_404(request, number)
    kept = next((one for one in prints.kept_of(case) if one.pk == print_id), None)
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{case.period.label}-{kept.number}")
