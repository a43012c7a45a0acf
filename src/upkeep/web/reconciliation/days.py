"""An account's statements, and the three-way table (三方对照) of one day: theirs, ours, the differences."""

import datetime as dt

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.jobs import actions as jobs
from upkeep.kernel.dates import day_of
from upkeep.reconciliation import queries
from upkeep.reconciliation.matching import match_custody
from upkeep.reconciliation.models import BankStatement
from upkeep.reconciliation.wording import what_it_is
from upkeep.web.access import ActorRequest, access
from upkeep.web.reconciliation.reach import READERS, WORKERS, custody_or_404

PER_PAGE = 31
LINES_PER_PAGE = 100
#: So many differences of a day are shown on its page; the list of all of them is its own page.
MOST_SHOWN = 200
#: More open lines than this are matched in the background.
MOST_AT_ONCE = 5_000


@access(*READERS)
@require_safe
def statements(request: ActorRequest, custody_id: int) -> HttpResponse:
    """The statements of one account, the newest first, and the days that lack one."""
    custody = custody_or_404(request, custody_id)
    today = day_of(timezone.now())
    context = {
        "custody": custody,
        "page": Paginator(queries.statements_with_counts(custody_id), PER_PAGE).get_page(request.GET.get("page")),
        "missing": queries.missing_days(custody_id, until=today - dt.timedelta(days=1)),
        "may_upload": request.actor.has(*WORKERS),
    }
    return render(request, "reconciliation/statements.html", context)


@access(*READERS)
@require_safe
def day(request: ActorRequest, custody_id: int, on: dt.date) -> HttpResponse:
    """The three-way table: figures on top, the day's differences, and page by page what is matched."""
    custody = custody_or_404(request, custody_id)
    statement = queries.statements_of(custody_id).filter(day=on).first()
    if statement is None:
        raise Http404
    shows_matched = request.GET.get("show") == "matched"
    sums = queries.day_sums(statement)
    context = {
        "custody": custody,
        "statement": statement,
        "sums": sums,
        "shows_matched": shows_matched,
        "tabs": [
            ("差异", reverse("reconciliation:day", args=[custody_id, on]), sums.open_lines + sums.open_movements),
            ("已勾对", f"{reverse('reconciliation:day', args=[custody_id, on])}?show=matched", sums.matched),
        ],
        "now": "已勾对" if shows_matched else "差异",
        "may_work": request.actor.has(*WORKERS),
    }
    if shows_matched:
        page = Paginator(queries.matched_lines(statement), LINES_PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page": page, "rows": [_row(pair) for pair in queries.pairs_of(list(page))]}
    else:
        context |= _differences_of(statement)
    return render(request, "reconciliation/day.html", context)


def _row(pair: queries.Pair) -> dict[str, object]:
    """A pair in words."""
    if pair.line is not None and pair.line.match is not None:
        result, tone = pair.line.match.get_kind_display(), "good"
    elif pair.line is not None and pair.movements:
        result, tone = "金额不符", "bad"
    else:
        result, tone = ("银行有、账面无" if pair.line else "账面有、银行无"), "warn"
    return {
        "line": pair.line,
        "line_words": what_it_is(pair.line) if pair.line else "",
        "movements": pair.movements,
        "movement_words": [what_it_is(one) for one in pair.movements],
        "ours_fen": pair.ours_fen,
        "difference_fen": pair.difference_fen,
        "result": result,
        "tone": tone,
    }


def _differences_of(statement: BankStatement) -> dict[str, object]:
    ids = [statement.custody_id]
    lines = list(queries.open_lines(ids).filter(day=statement.day)[:MOST_SHOWN])
    movements = list(queries.open_movements(ids).filter(day=statement.day)[:MOST_SHOWN])
    return {"rows": [_row(pair) for pair in queries.differences(lines, movements)], "most": MOST_SHOWN}


@access(*WORKERS)
@require_POST
def match_again(request: ActorRequest, custody_id: int) -> HttpResponse:
    """Match what has been booked since; many lines in the background."""
    custody = custody_or_404(request, custody_id)
    if queries.open_lines([custody_id]).count() > MOST_AT_ONCE:
        job = jobs.defer(
            kind="match_custody",
            title=f"自动勾对 {custody.number}",
            arguments={"custody_id": custody_id, "back": reverse("reconciliation:statements", args=[custody_id])},
            by_id=request.actor.user_id,
            at=timezone.now(),
            lock=f"match:{custody_id}",
        )
        return redirect("jobs:show", job.pk)
    done = match_custody(custody_id=custody_id, at=timezone.now())
    messages.success(request, f"已勾对 {done.total:,} 笔" if done.total else "没有可以自动勾对的流水")
    return redirect("reconciliation:statements", custody_id)
