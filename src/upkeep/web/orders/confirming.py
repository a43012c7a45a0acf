"""任务单确认, 提交 and 业务结束 with the three documents."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from upkeep.casework import engine, prints
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.deposits.arrears import since_when
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.queries import city_of
from upkeep.printing.queries import prints_of
from upkeep.repairs import withdrawal_orders as orders
from upkeep.repairs.queries import project_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.orders.areas import STEPS
from upkeep.web.orders.reach import STARTERS, draft_or_404, own_order_or_404, require_orders


@access(*STARTERS)
@require_http_methods(["GET", "POST"])
def confirm(request: ActorRequest, number: str) -> HttpResponse:
    """任务单确认: everything once more, with all that is still wrong; 提交 hands it in."""
    require_orders(request)
    if request.method == "POST":
        return _submit(request, number)
    case = draft_or_404(request, number)
    problems: list[Problem] = []
    try:
        engine.cleaned(case)
    except HasProblems as found:
        problems = list(found.problems)
    shares = orders.shares_of(case)
    short = {one.house.pk: one.shortfall_fen for one in shares if one.shortfall_fen}
    context = {
        "case": case,
        "problems": problems,
        "summary": register[case.procedure].summary(case),
        "sums": orders.sums_of(shares),
        "short": orders.short_sentence(short) if short else "",
        "chain": engine.chain_of(case, on=timezone.localdate()),
        "steps": STEPS,
    }
    return render(request, "orders/confirm.html", context)


def _submit(request: ActorRequest, number: str) -> HttpResponse:
    case = own_order_or_404(request, number)
    seen = request.POST.get("version", "")
    if not seen.isdecimal():
        return redirect("orders:confirm", case.number)
    at = timezone.now()
    try:
        moved = engine.move(case.pk, Move.SUBMIT, by=request.actor, at=at, seen_version=int(seen))
    except HasProblems as problems:
        for problem in problems.problems:
            messages.error(request, problem.text)
        return redirect("orders:fill", case.number)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("orders:show", case.number)
    for wanted in register[moved.procedure].prints_of(moved):
        prints.keep(moved, wanted.code, by_id=request.actor.user_id, at=at)
    return redirect("orders:done", moved.number)


@access(*STARTERS)
@require_safe
def done(request: ActorRequest, number: str) -> HttpResponse:
    """业务结束: the number, what is signed and brought where, 再来一笔, 返回首页, the three documents."""
    case = own_order_or_404(request, number)
    project = project_of(case)
    if case.state_now is State.DRAFT or project is None:
        return redirect("orders:fill", case.number)
    house_ids = list(project.houses.values_list("house_id", flat=True))
    context = {
        "case": case,
        "city": city_of(jurisdiction_id=case.jurisdiction_id),
        "office": case.jurisdiction,
        "guide": register[case.procedure].guide,
        "prints": sorted(prints_of(subject=prints.subject_of(case)), key=lambda one: one.form),
        "current": engine.current_step(case),
        "in_arrears": len(since_when(house_ids)),
    }
    return render(request, "orders/done.html", context)
