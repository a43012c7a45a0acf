"""结账 and 反结账 as people do it: asked for by an accountant, decided by another, carried out in the background in one go.

The order of months is kept: the first close may be of any month, every later one is of the month after, and only the last
is reopened.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from upkeep.banking.custody_books import books_of
from upkeep.books import closing as books
from upkeep.casework.numbering import next_number
from upkeep.closing import prints
from upkeep.closing.checks import Answer, answers_of
from upkeep.closing.models import ClosingAct, ClosingCase, ClosingState
from upkeep.closing.periods import Period, month_of
from upkeep.jobs.actions import defer
from upkeep.jobs.models import Job, JobState
from upkeep.jobs.registry import Progress
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.queries import city_id_of, within
from upkeep.parties.roles import OFFICE, Role
from upkeep.policy.closing_rule import HOUSES, closing_rule

PREFIX, REOPENING_PREFIX = "JZ", "FJ"
#: The kind of job that carries a case out; `upkeep.tasks` declares it.
CARRYING_OUT = "period_closing"
ASKERS = (Role.ACCOUNTANT,)
DECIDERS = (Role.APPROVER, Role.ACCOUNTANT)
MOST_REASON = 300


class NotAllowed(Refusal):
    """The actor's role, jurisdiction or part in the case forbids this."""


class NotNow(Refusal):
    """The case is in another state by now, another one is under way, or the month is not the one to be closed."""


def visible_to(actor: Actor) -> QuerySet[ClosingCase]:
    """The closings of the actor's city, or of every city under him; nobody outside the office sees one."""
    found = ClosingCase.objects.select_related("jurisdiction").order_by("-asked_at", "-pk")
    if not actor.has(*OFFICE):
        return found.none()
    return found.filter(jurisdiction_id__in=[city_id_of(actor.jurisdiction_id), *within(actor.jurisdiction_id)])


def last_closed(city_id: int) -> ClosingCase | None:
    """The city's last close that stands."""
    done = ClosingCase.objects.filter(jurisdiction_id=city_id, act=ClosingAct.CLOSE, state=ClosingState.DONE)
    return done.order_by("-through").first()


def under_way(city_id: int) -> ClosingCase | None:
    """The case that waits or is being carried out, if there is one."""
    return ClosingCase.objects.filter(
        jurisdiction_id=city_id, state__in=(ClosingState.WAITING, ClosingState.RUNNING)
    ).first()


def months_to_close(city_id: int, *, on: dt.date) -> list[Period]:
    """The month that may be closed next: the one after the last, once it is over; before the first close, any of two years."""
    newest = month_of(on).month_before()
    last = last_closed(city_id)
    if last is not None:
        following = last.period.next_month()
        return [following] if following <= newest else []
    months = [newest]
    while len(months) < 24:
        months.append(months[-1].month_before())
    return months


def checklist(*, city_id: int, period: Period, at: dt.datetime) -> list[Answer]:
    """结账检查 of a month."""
    return answers_of(jurisdiction_id=city_id, period=period, book_ids=books_of(city_id), at=at)


def may_ask(city_id: int, *, by: Actor) -> bool:
    """An accountant of the city itself: a district's books are closed with the city's."""
    return by.has(*ASKERS) and by.jurisdiction_id == city_id


def may_decide(case: ClosingCase, *, by: Actor) -> bool:
    """An approver or accountant of the city who did not ask for it."""
    return by.has(*DECIDERS) and by.user_id != case.asked_by_id and by.jurisdiction_id == case.jurisdiction_id


@transaction.atomic
def ask_to_close(*, city_id: int, period: Period, reason: str, by: Actor, at: dt.datetime) -> ClosingCase:
    """Put a month's close before a second person, with what the checks said.

    `reason` explains what a check asked about. Raises: NotAllowed, NotNow, HasProblems.
    """
    if not may_ask(city_id, by=by):
        raise NotAllowed("结账由本市的会计人员提出")
    if period not in months_to_close(city_id, on=day_of(at)):
        raise NotNow(_why_not(city_id, period, on=day_of(at)))
    answers = checklist(city_id=city_id, period=period, at=at)
    _refuse_what_forbids(answers)
    asks = [one for one in answers if one.found is not None]
    if asks and not reason.strip():
        raise HasProblems([Problem("reason", f"结账检查有 {len(asks)} 项提示，请填写说明后提交")])
    return _ask(ClosingAct.CLOSE, city_id, period.last, reason, by, at, findings=_kept(answers))


def _why_not(city_id: int, period: Period, *, on: dt.date) -> str:
    last = last_closed(city_id)
    if period.is_year or period.last >= on:
        return f"{period.label}还没有结束，请在期末之后结账"
    if last is None:
        return f"首次结账的月份过早，请从最近两年内的月份开始（{period.label}）"
    if period <= last.period:
        return f"{period.label}已经结账，如需更改请先反结账"
    return f"应先结 {last.period.next_month().label} 的账，请按月份顺序办理"


def _refuse_what_forbids(answers: Sequence[Answer]) -> None:
    problems = [Problem("", f"{one.title}：{one.found.text}") for one in answers if one.must and one.found is not None]
    if problems:
        raise HasProblems(problems)


def _kept(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """The checklist as it was, to be read beside the case for ever."""
    return [
        {
            "code": one.code,
            "title": one.title,
            "state": one.state,
            "tone": one.tone,
            "text": one.found.text if one.found else "",
            "url": one.found.url if one.found else "",
        }
        for one in answers
    ]


@transaction.atomic
def ask_to_reopen(*, city_id: int, reason: str, by: Actor, at: dt.datetime) -> ClosingCase:
    """Ask to reopen the last close. Raises: NotAllowed, NotNow, HasProblems without a reason."""
    if not may_ask(city_id, by=by):
        raise NotAllowed("反结账由本市的会计人员提出")
    if not reason.strip():
        raise HasProblems([Problem("reason", "请填写反结账的原因")])
    last = last_closed(city_id)
    if last is None:
        raise NotNow("没有可以反结账的期间")
    return _ask(ClosingAct.REOPEN, city_id, last.through, reason, by, at, undoes=last)


def _ask(
    act: ClosingAct,
    city_id: int,
    through: dt.date,
    reason: str,
    by: Actor,
    at: dt.datetime,
    *,
    findings: list[dict[str, Any]] | None = None,
    undoes: ClosingCase | None = None,
) -> ClosingCase:
    if len(reason.strip()) > MOST_REASON:
        raise HasProblems([Problem("reason", f"说明不超过 {MOST_REASON} 字")])
    prefix = PREFIX if act is ClosingAct.CLOSE else REOPENING_PREFIX
    try:
        with transaction.atomic():
            return ClosingCase.objects.create(
                number=next_number(prefix, on=day_of(at)),
                jurisdiction_id=city_id,
                act=act,
                through=through,
                reason=reason.strip(),
                findings=findings or [],
                undoes=undoes,
                asked_by_id=by.user_id,
                asked_by_name=by.name,
                asked_at=at,
            )
    except IntegrityError:
        raise NotNow("本市已有一张结账单在办理，请先办完或退回") from None


@transaction.atomic
def approve(case_id: int, *, by: Actor, at: dt.datetime) -> ClosingCase:
    """The second person agrees, and the work begins in the background. Raises: as `decide`."""
    case = decide(case_id, by=by, at=at)
    case.job_id = _begin(case, by=by, at=at).pk
    case.save(update_fields=["job_id"])
    return case


@transaction.atomic
def decide(case_id: int, *, by: Actor, at: dt.datetime) -> ClosingCase:
    """The second person agrees; the checks are made once more. Whoever calls this sees to the work himself.

    Raises: NotAllowed, NotNow, HasProblems with what forbids the close by now.
    """
    case = _locked(case_id)
    if case.state_now is not ClosingState.WAITING:
        raise NotNow(f"这张结账单{case.get_state_display()}，请勿重复办理")
    _check_decider(case, by)
    if case.act == ClosingAct.CLOSE:
        _refuse_what_forbids(checklist(city_id=case.jurisdiction_id, period=case.period, at=at))
    case.state = ClosingState.RUNNING
    case.decided_by_id, case.decided_by_name, case.decided_at = by.user_id, by.name, at
    case.save(update_fields=["state", "decided_by", "decided_by_name", "decided_at"])
    return case


@transaction.atomic
def try_again(case_id: int, *, by: Actor, at: dt.datetime) -> ClosingCase:
    """Begin the work anew after it could not be done. Raises: NotAllowed, NotNow."""
    case = _locked(case_id)
    if not has_failed(case):
        raise NotNow(f"这张结账单{case.get_state_display()}，不需要重新办理")
    _check_decider(case, by)
    case.job_id = _begin(case, by=by, at=at).pk
    case.save(update_fields=["job_id"])
    return case


def _begin(case: ClosingCase, *, by: Actor, at: dt.datetime) -> Job:
    return defer(
        kind=CARRYING_OUT,
        title=case.title,
        arguments={"case_id": case.pk, "back": f"/closing/{case.number}/"},
        by_id=by.user_id,
        at=at,
        lock=f"closing:{case.jurisdiction_id}",
    )


def _check_decider(case: ClosingCase, by: Actor) -> None:
    if by.user_id == case.asked_by_id:
        raise NotAllowed(f"{case.get_act_display()}由您提出，须由他人复核")
    if not may_decide(case, by=by):
        raise NotAllowed("由本市的审批或会计人员复核")


@transaction.atomic
def send_back(case_id: int, *, reason: str, by: Actor, at: dt.datetime) -> ClosingCase:
    """Not agreed to, taken back by whoever asked, or given up after the work could not be done.

    Raises: NotAllowed, NotNow, HasProblems without a reason.
    """
    if not (reason := reason.strip()):
        raise HasProblems([Problem("reason", "请填写退回原因")])
    case = _locked(case_id)
    if case.state_now is not ClosingState.WAITING and not has_failed(case):
        raise NotNow(f"这张结账单{case.get_state_display()}，不能退回")
    if by.user_id != case.asked_by_id and not may_decide(case, by=by):
        raise NotAllowed("只有提出人、本市的审批或会计人员可以退回")
    case.state, case.note = ClosingState.RETURNED, reason[:200]
    case.decided_by_id, case.decided_by_name, case.decided_at = by.user_id, by.name, at
    case.save(update_fields=["state", "note", "decided_by", "decided_by_name", "decided_at"])
    return case


def job_of(case: ClosingCase) -> Job | None:
    """The work that carries the case out, as far as it is."""
    return Job.objects.defer("arguments").filter(pk=case.job_id).first() if case.job_id else None


def has_failed(case: ClosingCase) -> bool:
    """Whether the work was begun and could not be done; nothing has changed then."""
    job = job_of(case) if case.state_now is ClosingState.RUNNING else None
    return job is not None and job.state == JobState.FAILED


@transaction.atomic
def carry_out(case_id: int, *, at: dt.datetime, progress: Progress) -> ClosingCase:
    """What the job does: all books of the city in one transaction, then the statements are printed and kept.

    Run again after it was broken off, or after it was done, it has one effect. Raises: Refusal.
    """
    case = _locked(case_id)
    if case.state_now is not ClosingState.RUNNING:
        return case
    book_ids = books_of(case.jurisdiction_id)
    progress.begin(len(book_ids), f"正在办理{case.get_act_display()}")
    signed = f"{case.asked_by_name}、{case.decided_by_name} {case.number}"
    if case.act == ClosingAct.CLOSE:
        case.result = _close(case, book_ids, by=signed)
    else:
        case.result = _reopen(case, book_ids, by=signed)
    case.state, case.done_at = ClosingState.DONE, at
    case.save(update_fields=["state", "done_at", "result"])
    if case.act == ClosingAct.CLOSE:
        progress.note("正在生成会计报表")
        prints.keep_statements(case, at=at)
    progress.advance(len(book_ids))
    return case


def _close(case: ClosingCase, book_ids: list[int], *, by: str) -> dict[str, int]:
    assert case.decided_at is not None
    rule = closing_rule(jurisdiction_id=case.jurisdiction_id, on=case.through)
    done = books.close_period(
        area_ids=book_ids,
        through=case.through,
        at=case.decided_at,
        by=by,
        other_expense_to_houses=rule.other_expense_to == HOUSES,
    )
    return {
        "books": done.books,
        "entries": done.entries,
        "income_fen": done.income_fen,
        "expense_fen": done.expense_fen,
    }


def _reopen(case: ClosingCase, book_ids: list[int], *, by: str) -> dict[str, int]:
    assert case.decided_at is not None and case.undoes_id is not None
    closing = ClosingCase.objects.select_for_update().get(pk=case.undoes_id)
    if last_closed(case.jurisdiction_id) != closing or closing.state_now is not ClosingState.DONE:
        raise NotNow("只能反结账最近一次结账的期间，请刷新后查看")
    earlier = ClosingCase.objects.filter(
        jurisdiction_id=case.jurisdiction_id,
        act=ClosingAct.CLOSE,
        state=ClosingState.DONE,
        through__lt=case.through,
    ).order_by("-through")
    before = earlier.values_list("through", flat=True).first()
    count = books.reopen_books(area_ids=book_ids, through=case.through, before=before, at=case.decided_at, by=by)
    closing.state = ClosingState.UNDONE
    closing.save(update_fields=["state"])
    return {"books": count}


def _locked(case_id: int) -> ClosingCase:
    return ClosingCase.objects.select_for_update(of=("self",)).get(pk=case_id)
