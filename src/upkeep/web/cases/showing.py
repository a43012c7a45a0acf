"""One case on one screen: facts, changes, papers, prints, history, and the moves that are the actor's."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from upkeep.casework import engine, originals, prints, window
from upkeep.casework.files import files_of
from upkeep.casework.models import Case, CaseEvent
from upkeep.casework.procedure import Summary, register
from upkeep.casework.queries import history, next_waiting
from upkeep.casework.states import APPLICANT_MOVES, EDITABLE, NEEDS_NOTE, Move, State
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.queries import city_of
from upkeep.parties.roles import EVERYONE, OFFICE, REVIEWERS, Role
from upkeep.policy.review_chain import ChainStep
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.reach import case_or_404, case_url, page_url

_TONE_OF_MOVE = {
    Move.RETURN: "warn",
    Move.REJECT: "bad",
    Move.WITHDRAW: "quiet",
    Move.PASS: "good",
    Move.ACCEPT: "good",
}


@access(*EVERYONE)
@require_GET
def show(request: ActorRequest, number: str) -> HttpResponse:
    """The case page. A draft leads its applicant back to where he fills it in."""
    case = case_or_404(request, number)
    procedure = register[case.procedure]
    if case.state_now is State.DRAFT and not window.lies_ready(case):
        return redirect(page_url(case, 1))
    moves = engine.moves_open_to(case, request.actor)
    deciding = [move for move in moves if move not in APPLICANT_MOVES]
    mine = case.state_now in EDITABLE and engine.is_applicant(case, request.actor)
    owed = originals.owed_with(case)
    context = {
        "case": case,
        "procedure": procedure,
        "applicant": procedure.applicant_name(case),
        **_content(case),
        "prints": prints_of(subject=prints.subject_of(case)),
        "events": [_shown_event(event) for event in history(case)],
        "owed": owed,
        "papers_owed": originals.papers_owed(owed) if owed else (),
        "may_receive": originals.may_receive(case, by=request.actor),
        "warnings": procedure.warnings(case) if deciding else (),
        "tasks": procedure.tasks(case) if request.actor.has(*OFFICE) else (),
        "deciding": [(move, move in NEEDS_NOTE) for move in deciding],
        "taking_up": window.asks_window(case) and Move.SUBMIT in moves,
        "withdrawable": Move.WITHDRAW in moves,
        "edit_url": page_url(case, 1) if mine else "",
        "current": engine.current_step(case),
        "outcomes": procedure.outcomes(case) if case.state_now is State.APPROVED else (),
        "chain": [(step, place < case.step) for place, step in enumerate(_chain(case))],
    }
    return render(request, "cases/show.html", context)


def _content(case: Case) -> dict[str, object]:
    """What was filled in, unless it was taken away after its time."""
    procedure = register[case.procedure]
    if case.forgotten_at is not None:
        return {"summary": Summary(), "papers": ()}
    present = files_of(case)
    return {
        "summary": procedure.summary(case),
        "changes": procedure.changes(case),
        "papers": [(paper, present.get(paper.code, [])) for paper in procedure.papers_of(case)],
    }


def _chain(case: Case) -> list[ChainStep]:
    return [ChainStep(**step) for step in case.chain]


def _shown_event(event: CaseEvent) -> dict[str, object]:
    move = Move(event.move)
    return {
        "title": move.label,
        "who": f"{event.by_name} · {event.by_role}" if event.by_role else event.by_name,
        "at": event.at,
        "note": event.note,
        "tone": _TONE_OF_MOVE.get(move, "info"),
    }


@access(*EVERYONE)
@require_POST
def move(request: ActorRequest, number: str) -> HttpResponse:
    """One view for every step of every procedure."""
    case = case_or_404(request, number)
    try:
        step = Move(request.POST.get("move", ""))
    except ValueError:
        return redirect(case_url(case))
    seen = request.POST.get("version", "")
    return _move(request, case, step, seen_version=int(seen) if seen.isascii() and seen.isdigit() else None)


def hand_in(request: ActorRequest, case: Case) -> HttpResponse:
    """Hand in from the last page of filling in, where that page says so; what is refused is told on the confirmation."""
    return _move(request, case, Move.SUBMIT, seen_version=None)


def _move(request: ActorRequest, case: Case, step: Move, *, seen_version: int | None) -> HttpResponse:
    note = request.POST.get("note", "")
    try:
        if step is Move.SUBMIT and window.asks_window(case) and request.actor.is_anonymous:
            return _after(request, engine.leave_for_window(case.pk, by=request.actor, at=timezone.now()), step)
        moved = engine.move(case.pk, step, by=request.actor, at=timezone.now(), note=note, seen_version=seen_version)
    except HasProblems as found:
        for problem in found.problems[:10]:
            messages.error(request, problem.text)
        confirmation = page_url(case, len(register[case.procedure].pages_of(case)) + 1)
        fills_in = case.state_now in EDITABLE and engine.is_applicant(case, request.actor)
        return redirect(confirmation if fills_in else case_url(case))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(case_url(case))
    return _after(request, moved, step)


@access(Role.WINDOW_CLERK)
@require_POST
def receive_originals(request: ActorRequest, number: str) -> HttpResponse:
    """要件已核收: the copies that an organisation owed since its registration are there."""
    case = case_or_404(request, number)
    try:
        originals.receive(case, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "注册要件已核收")
    return redirect(case_url(case))


def _after(request: ActorRequest, case: Case, step: Move) -> HttpResponse:
    """Where a move leads: the applicant to the result, a reviewer to the next case that waits for him."""
    if step is Move.SUBMIT:
        for wanted in register[case.procedure].prints_of(case):
            prints.keep(case, wanted.code, by_id=request.actor.user_id or None, at=timezone.now())
        return redirect("cases:done", case.number)
    _print_result(request, case)
    messages.success(request, f"业务单 {case.number}（{case.subject}）已{step.label}")
    if request.actor.has(*REVIEWERS):
        following = next_waiting(actor=request.actor, after=case)
        return redirect(case_url(following)) if following else redirect("office:home")
    return redirect(case_url(case))


def _print_result(request: ActorRequest, case: Case) -> None:
    """What is printed only once the case is approved (退款支款单) is kept with it from then on."""
    if case.state_now is State.APPROVED:
        kept = {one.title for one in prints_of(subject=prints.subject_of(case))}
        for wanted in register[case.procedure].prints_of(case)[1:]:
            if not any(title.endswith(wanted.title) for title in kept):
                prints.keep(case, wanted.code, by_id=request.actor.user_id or None, at=timezone.now())


@access(*EVERYONE)
@require_GET
def done(request: ActorRequest, number: str) -> HttpResponse:
    """业务办理完成: the number, what to bring where, how long it takes, print, home, one more."""
    case = case_or_404(request, number)
    procedure = register[case.procedure]
    if case.state_now is State.DRAFT and not window.lies_ready(case):
        return redirect(page_url(case, 1))
    context = {
        "case": case,
        "procedure": procedure,
        "lies_ready": window.lies_ready(case),
        "title": procedure.result_title(case),
        "guide": procedure.guide_of(case),
        "city": city_of(jurisdiction_id=case.jurisdiction_id),
        "office": case.jurisdiction,
        "prints": prints_of(subject=prints.subject_of(case)),
        "outcomes": procedure.outcomes(case) if case.state_now is State.APPROVED else (),
        "current": engine.current_step(case),
        "may_start": engine.may_start(procedure, by=request.actor, on=timezone.localdate()),
    }
    return render(request, "cases/done.html", context)
