"""结息: the runs, what one gives to which area and house, and a new one begun."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.banking.custody_books import custodies_of
from upkeep.books import day_products
from upkeep.books.chart import CHART
from upkeep.earnings import lists, prints, runs
from upkeep.earnings.models import InterestRun, RunState
from upkeep.earnings.rates import CHECKERS, MAKERS, percent
from upkeep.earnings.terms import previous_settlement, thawed
from upkeep.estate.models import Area
from upkeep.jobs.models import OVER, Job
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.kernel.forms import DayField
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.roles import BOOKKEEPERS
from upkeep.policy.interest_rule import AGREED, interest_rule
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.cases.sheets import workbook
from upkeep.web.projects.reach import put_on_form

PER_PAGE = 20
PER_PAGE_LINES = 50


class StateForm(forms.Form):
    """What the list of runs is narrowed to."""

    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *RunState.choices])


class NewRunForm(forms.Form):
    """Which day is settled, and on which day it is booked."""

    settled_on = DayField(label="结息日", help_text="利息算到这一天的前一日为止")
    booked_on = DayField(label="记账日期", help_text="分户自这一天起有这笔利息；该日所在的会计期间须未结账")


class PlaceForm(forms.Form):
    """What the areas or houses of a run are narrowed to."""

    q = forms.CharField(label="名称", required=False)


@access(*BOOKKEEPERS)
@require_safe
def run_list(request: ActorRequest) -> HttpResponse:
    """The runs one sees, what waits for a decision, and what each custody account has to distribute today."""
    form = StateForm(request.GET)
    form.is_valid()
    seen = runs.visible_to(request.actor)
    state = form.cleaned_data.get("state", "")
    rows = seen.filter(state=state) if state else seen
    waiting = seen.filter(state__in=(RunState.WAITING, RunState.REVERSAL_ASKED)).count()
    context = {
        "form": form,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "waiting": waiting,
        "earned": _earned(request, on=timezone.localdate()),
        "may_start": request.actor.has(*MAKERS),
    }
    return render(request, "earnings/runs.html", context)


def _earned(request: ActorRequest, *, on: dt.date) -> list[dict[str, Any]]:
    custodies = list(custodies_of(request.actor.jurisdiction_id))
    found = day_products.undistributed([one.pk for one in custodies], through=on.isoformat())
    return [
        {
            "custody": one,
            "fen": sum(found.get(one.pk, {}).values()),
            "parts": [(CHART[code].name, fen) for code, fen in sorted(found.get(one.pk, {}).items())],
        }
        for one in custodies
    ]


@access(*MAKERS)
@require_http_methods(["GET", "POST"])
def new_run(request: ActorRequest) -> HttpResponse:
    """Asks for the day, says by which rule, and begins."""
    now, place = timezone.now(), request.actor.jurisdiction_id
    today = timezone.localdate()
    rule = interest_rule(jurisdiction_id=place, on=today)
    day = previous_settlement(rule, before=today + dt.timedelta(days=1))
    form = NewRunForm(request.POST or None, initial={"settled_on": day, "booked_on": day})
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        try:
            run = runs.start_run(jurisdiction_id=place, **form.cleaned_data, by=request.actor, at=now)
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"结息批次 {run.number} 已开始计算")
            return redirect("earnings:run", run.number)
    context = {"form": form, "rule": rule, "agreed": rule.mode == AGREED, "earned": _earned(request, on=today)}
    return render(request, "earnings/new_run.html", context)


def run_or_404(request: ActorRequest, number: str) -> InterestRun:
    """The run, as if it did not exist when the actor may not see it."""
    run = runs.visible_to(request.actor).filter(number=tidy_number(number)).first()
    if run is None:
        raise Http404
    return run


@access(*BOOKKEEPERS)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """One run: how far it is, its custody accounts with their rates, its areas, and what the reader may do."""
    run = run_or_404(request, number)
    form = PlaceForm(request.GET)
    form.is_valid()
    text = form.cleaned_data.get("q", "")
    state, actor = run.state_now, request.actor
    checks = actor.has(*CHECKERS)
    job = Job.objects.defer("arguments").filter(lock=runs.lock_of(run.pk)).order_by("-pk").first()
    busy = job is not None and job.state not in OVER
    moving = state in (RunState.COMPUTING, RunState.POSTING, RunState.REVERSING)
    context = {
        "run": run,
        "form": form,
        "pools": [(pool, lists.earned_parts(pool), lists.yuan_days(pool.product)) for pool in _pools(run)],
        "terms": _terms_in_words(run) if run.mode == AGREED else [],
        "page": Paginator(lists.parts_of(run, text=text), PER_PAGE).get_page(request.GET.get("page")),
        "product": lists.yuan_days(sum(pool.product for pool in _pools(run))),
        "job": job,
        "moving": moving,
        "busy": busy,
        "done_fen": run.reversed_fen if state is RunState.REVERSING else run.posted_fen,
        "may_make": actor.has(*MAKERS),
        "may_decide": state is RunState.WAITING and checks and actor.user_id != run.made_by_id,
        "may_decide_reversal": state is RunState.REVERSAL_ASKED
        and checks
        and actor.user_id != run.reversal_asked_by_id,
        "may_go_on": moving and not busy,
        "can_change": state in (RunState.WAITING, RunState.RETURNED),
    }
    return render(request, "earnings/run.html", context)


def _pools(run: InterestRun) -> list[Any]:
    return list(run.pools.select_related("custody__bank").order_by("custody__number"))


def _terms_in_words(run: InterestRun) -> list[dict[str, Any]]:
    rule, terms = thawed(run.rule)
    names = {pool.custody_id: pool.custody for pool in _pools(run)}
    return [
        {
            "custody": names[custody_id],
            "rows": [
                (label, "；".join(f"{one.first:%Y-%m-%d} 起 {percent(one.rate)}" for one in segments))
                for label, segments in (
                    ("活期", one_terms.demand),
                    ("结转部分", one_terms.term),
                    *((("长期部分", one_terms.long_term),) if rule.long_years else ()),
                )
            ],
        }
        for custody_id, one_terms in terms.items()
        if custody_id in names
    ]


@access(*BOOKKEEPERS)
@require_safe
def area(request: ActorRequest, number: str, area_id: int) -> HttpResponse:
    """What the run gives to each house of an area."""
    run = run_or_404(request, number)
    place = Area.objects.filter(pk=area_id).first()
    if place is None or not run.parts.filter(area_id=area_id).exists():
        raise Http404
    form = PlaceForm(request.GET)
    form.is_valid()
    lines = lists.lines_of(run, area_id=area_id, text=form.cleaned_data.get("q", ""))
    page = Paginator(lines, PER_PAGE_LINES).get_page(request.GET.get("page"))
    context = {
        "run": run,
        "area": place,
        "form": form,
        "page": page,
        "rows": [(one, lists.yuan_days(one.line.product)) for one in lists.with_holders(list(page))],
        "sums": lists.sums_of(lines),
        "agreed": run.mode == AGREED,
    }
    return render(request, "earnings/run_area.html", context)


@access(*BOOKKEEPERS)
@require_safe
def export(request: ActorRequest, number: str) -> HttpResponse:
    """The areas of the run as a workbook."""
    run = run_or_404(request, number)
    rows = lists.RunRegister.rows(lists.parts_of(run, text=request.GET.get("q", "")))
    return workbook(lists.RunRegister().export(rows), f"结息汇总表-{run.number}")


@access(*BOOKKEEPERS)
@require_safe
def export_area(request: ActorRequest, number: str, area_id: int) -> HttpResponse:
    """The houses of an area as a workbook."""
    run = run_or_404(request, number)
    place = Area.objects.filter(pk=area_id).first()
    if place is None or not run.parts.filter(area_id=area_id).exists():
        raise Http404
    lines = lists.lines_of(run, area_id=area_id, text=request.GET.get("q", ""))
    return workbook(lists.HouseRegister().export(lists.HouseRegister.rows(lines)), f"结息明细-{place.name}")


@access(*BOOKKEEPERS)
@require_POST
def print_run(request: ActorRequest, number: str) -> HttpResponse:
    """The summary as PDF, printed or handed out again."""
    run = run_or_404(request, number)
    try:
        kept = prints.keep_summary(run, by_id=request.actor.user_id, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("earnings:run", run.number)
    return redirect("earnings:run_print", run.number, kept.pk)


@access(*BOOKKEEPERS)
@require_safe
def show_print(request: ActorRequest, number: str, print_id: int) -> HttpResponse:
    """A kept print of the run."""
    run = run_or_404(request, number)
    kept = prints_of(subject=prints.subject_of(run)).filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"{kept.title}-{kept.number}")
