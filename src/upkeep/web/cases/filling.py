"""Beginning a case and filling it in, page by page. Drafts keep what was typed; leaving a page checks it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from upkeep.casework import engine
from upkeep.casework.changing import ChangeProcedure, ChangingPage
from upkeep.casework.files import files_of
from upkeep.casework.models import Case
from upkeep.casework.pages import (
    AREAS,
    BUILDINGS,
    PROOF,
    AreasPage,
    BuildingsPage,
    Page,
    PapersPage,
    PhonePage,
    SheetPage,
)
from upkeep.casework.procedure import Procedure, register
from upkeep.casework.queries import last_note
from upkeep.casework.states import Move, State
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.queries import city_of, get_city
from upkeep.parties.roles import EVERYONE, Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases import phone
from upkeep.web.cases.changing import keep_changes
from upkeep.web.cases.forms import as_typed, contact_form, page_form
from upkeep.web.cases.pages import Filling, kind_of
from upkeep.web.cases.reach import case_url, draft_or_404, page_url, procedure_or_404
from upkeep.web.cases.showing import hand_in
from upkeep.web.middleware import GUEST_CASES


@access(*EVERYONE)
@require_GET
def guide(request: ActorRequest, code: str) -> HttpResponse:
    """What is needed, who reviews, how long it takes; then the button that begins."""
    procedure = procedure_or_404(code)
    if procedure.begins_at:
        return redirect(procedure.begins_at)
    city = get_city(request.GET.get("city", ""))
    on = day_of(timezone.now())
    jurisdiction_id = request.actor.jurisdiction_id or (city.pk if city else 0)
    chain = engine.chain_for(procedure, jurisdiction_id=jurisdiction_id, on=on) if jurisdiction_id else None
    context = {
        "procedure": procedure,
        "chain": chain or procedure.default_chain(),
        "may_start": engine.may_start(procedure, by=request.actor, on=on),
        "city": city,
        "steps": _titles(procedure.pages),
        "facts": procedure.guide_facts(jurisdiction_id=jurisdiction_id, on=on) if jurisdiction_id else (),
    }
    return render(request, "cases/guide.html", context)


@access(*EVERYONE)
@require_POST
def begin(request: ActorRequest, code: str) -> HttpResponse:
    """Open a draft and go to its first page."""
    procedure = procedure_or_404(code)
    if procedure.begins_at:
        return redirect(procedure.begins_at)
    city = get_city(request.POST.get("city", ""))
    try:
        case = engine.start(procedure, by=request.actor, at=timezone.now(), jurisdiction_id=city.pk if city else 0)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("cases:guide", code)
    if request.actor.is_anonymous:
        request.session[GUEST_CASES] = [*request.session.get(GUEST_CASES, []), case.pk][-20:]
    return redirect(page_url(case, 1))


@access(*EVERYONE)
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, number: str, page: int) -> HttpResponse:
    """One page of filling in. The last page is the confirmation."""
    case = draft_or_404(request, number)
    procedure = register[case.procedure]
    if procedure.filled_at:
        return redirect(page_url(case, page))
    if not 1 <= page <= len(procedure.pages_of(case)):
        return confirm(request, case, procedure)
    if request.method == "POST":
        keep = _KEEPS.get(type(procedure.pages_of(case)[page - 1]), _keep)
        return keep(request, case, procedure, page)
    return _show_page(request, case, procedure, page)


def _keep(request: ActorRequest, case: Case, procedure: Procedure, number: int) -> HttpResponse:
    """Keep what was typed; go on when the page is right. `action`: next, save or autosave."""
    page = procedure.pages_of(case)[number - 1]
    kind, at = kind_of(page), Filling(request, case, procedure, page, number)
    action = request.POST.get("action") or ("autosave" if request.headers.get("HX-Request") else "next")
    form, contact = page_form(procedure, case, page, request.POST, on=timezone.localdate()), None
    typed = as_typed(form)
    if _asks_contact(case, number):
        contact = contact_form(case, request.POST)
        typed |= as_typed(contact)
    try:
        engine.save_draft(case.pk, typed, by=request.actor, at=timezone.now())
        if leads_to := kind.keeps(at):
            return leads_to
    except HasProblems as problems:
        return _show_page(request, case, procedure, number, form=form, contact=contact, problems=problems.problems)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(page_url(case, number))
    if action == "autosave":
        return HttpResponse(status=204)
    if action == "save":
        messages.success(request, f"草稿已保存，可稍后在“我的业务”中继续办理（{case.number}）")
        return redirect(page_url(case, number))
    if action == "all":
        return redirect(page_url(case, number))
    right = form.is_valid() and (contact is None or contact.is_valid())
    missing = kind.misses(at)
    if right and not missing:
        return hand_in(request, case) if getattr(page, "hands_in", "") else redirect(page_url(case, number + 1))
    left = [Problem("", missing)] if missing else []
    return _show_page(request, case, procedure, number, form=form, contact=contact, problems=left)


def _keep_phone(request: ActorRequest, case: Case, procedure: Procedure, number: int) -> HttpResponse:
    """Send the code, or take it and go on. `action`: send, next or save."""
    action = request.POST.get("action")
    if action == "send":
        phone.send(request, case, procedure)
    elif action != "save":
        if not (wrong := phone.prove(request, case, procedure)):
            return redirect(page_url(case, number + 1))
        return _show_page(request, case, procedure, number, problems=[Problem("", wrong)])
    return redirect(page_url(case, number))


def _keep_changes(request: ActorRequest, case: Case, procedure: Procedure, number: int) -> HttpResponse:
    assert isinstance(procedure, ChangeProcedure)
    answer = keep_changes(request, case, procedure, number)
    return _show_page(request, case, procedure, number, problems=answer) if isinstance(answer, list) else answer


#: Pages that are kept in a way of their own.
_KEEPS = {PhonePage: _keep_phone, ChangingPage: _keep_changes}


def _asks_contact(case: Case, number: int) -> bool:
    return number == 1 and case.applicant_organisation_id is not None


def _show_page(
    request: ActorRequest,
    case: Case,
    procedure: Procedure,
    number: int,
    *,
    form: Any = None,
    contact: Any = None,
    problems: list[Problem] | None = None,
) -> HttpResponse:
    page = procedure.pages_of(case)[number - 1]
    form = form if form is not None else page_form(procedure, case, page, on=timezone.localdate())
    for problem in problems or ():
        if form.is_bound and problem.field in form.fields:
            form.add_error(problem.field, problem.text)
    context: dict[str, Any] = {
        **_wizard(case, procedure, number),
        "page": page,
        "form": form,
        "problems": [problem for problem in problems or () if problem.field not in form.fields],
    }
    if number == 1:
        context["about"] = procedure.about(case)
    if _asks_contact(case, number):
        context["contact"] = contact if contact is not None else contact_form(case)
    kind = kind_of(page)
    at = Filling(request, case, procedure, page, number, problems or ())
    return render(request, kind.template, context | kind.shows(at))


def _wizard(case: Case, procedure: Procedure, number: int) -> dict[str, Any]:
    titles = _titles(procedure.pages_of(case))
    return {
        "case": case,
        "case_city": city_of(jurisdiction_id=case.jurisdiction_id),
        "procedure": procedure,
        "steps": [(title, page_url(case, place)) for place, title in enumerate(titles, start=1)],
        "now": number,
        "back_url": page_url(case, number - 1) if number > 1 else "",
        "to_check": procedure.to_check(case) if number == 1 else (),
        "returned_note": last_note(case) if case.state_now is State.RETURNED else "",
    }


def _titles(pages: tuple[Page, ...]) -> list[str]:
    """The steps of filling in; the last one checks everything, or is done by the last page itself."""
    return [*(page.title for page in pages), getattr(pages[-1], "hands_in", "") or "核对提交"]


def confirm(request: ActorRequest, case: Case, procedure: Procedure) -> HttpResponse:
    """Everything once more before it is handed in, with all that is still wrong."""
    number = len(procedure.pages_of(case)) + 1
    if request.method == "POST":
        return redirect(page_url(case, number))
    try:
        engine.cleaned(case)
        problems: list[Problem] = []
    except HasProblems as found:
        problems = found.problems
    chain = engine.chain_of(case, on=day_of(timezone.now()))
    context = {
        **_wizard(case, procedure, number),
        "summary": procedure.summary(case),
        "changes": procedure.changes(case),
        "papers": [(paper, files_of(case).get(paper.code, [])) for paper in procedure.papers_of(case)],
        "problems": [(problem, _page_of(procedure, case, problem)) for problem in problems],
        "chain": chain,
    }
    return render(request, "cases/confirm_page.html", context)


def _page_of(procedure: Procedure, case: Case, problem: Problem) -> str:
    """Where a problem can be mended."""
    for number, page in enumerate(procedure.pages_of(case), start=1):
        if problem.field in getattr(page, "fields", ()):
            return page_url(case, number)
        if isinstance(page, SheetPage) and problem.field == f"rows_{page.part}":
            return page_url(case, number)
        if problem.field.startswith("paper_") and isinstance(page, PapersPage):
            return page_url(case, number)
        named = {AreasPage: AREAS, BuildingsPage: BUILDINGS, PhonePage: PROOF}.get(type(page))
        if problem.field and problem.field in (named, getattr(page, "part", "")):
            return page_url(case, number)
    return page_url(case, 1) if problem.field.startswith("contact_") else ""


@access(*EVERYONE)
@require_POST
def drop(request: ActorRequest, number: str) -> HttpResponse:
    """Throw a draft away (撤销): it is withdrawn, its number stays used."""
    case = draft_or_404(request, number)
    try:
        engine.move(case.pk, Move.WITHDRAW, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(case_url(case))
    messages.success(request, f"业务单 {case.number} 已撤回")
    return redirect("cases:list" if not request.actor.has(Role.PUBLIC) else "public:home")
