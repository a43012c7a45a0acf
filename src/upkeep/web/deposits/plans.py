"""续交方案 (D8): the plans one sees, how far they are, their houses; asking anew, and ending before its time."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.casework.queries import visible_to as visible_cases
from upkeep.deposits.further import ask_in_background, due_days, end_plan, to_ask
from upkeep.deposits.further_queries import (
    SHARE_STATES,
    plan_terms,
    plans_visible_to,
    shares_list,
    standings_of,
)
from upkeep.deposits.models import FurtherPlan
from upkeep.estate.queries import owner_names
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.deposits.arrears import READERS, tabs

#: Who asks anew for what ran out, and who ends a plan.
ASKERS = (Role.WINDOW_CLERK, Role.ACCOUNTANT)
ENDERS = (Role.APPROVER,)
PER_PAGE = 20
PER_PAGE_SHARES = 50


@access(*READERS)
@require_safe
def plan_list(request: ActorRequest) -> HttpResponse:
    """All plans the actor sees, the newest first."""
    text = request.GET.get("q", "").strip()
    plans = plans_visible_to(request.actor)
    if text:
        plans = plans.filter(area__name__icontains=text) | plans.filter(case__number=text.upper())
    page = Paginator(plans, PER_PAGE).get_page(request.GET.get("page"))
    context = {"q": text, "page": page, "rows": standings_of(list(page)), "tabs": tabs()}
    return render(request, "deposits/plans.html", context)


def plan_or_404(request: ActorRequest, number: str) -> FurtherPlan:
    """The plan of a case's number, as if it did not exist when the actor may not see it."""
    plan = plans_visible_to(request.actor).filter(case__number=number.upper()).first()
    if plan is None:
        raise Http404
    return plan


@access(*READERS)
@require_safe
def show(request: ActorRequest, number: str) -> HttpResponse:
    """One plan: its terms, how far it is, its houses by state."""
    plan, on = plan_or_404(request, number), timezone.localdate()
    state, text = request.GET.get("state", ""), request.GET.get("q", "")
    (standing,) = standings_of([plan])
    page = Paginator(shares_list(plan, state=state, text=text), PER_PAGE_SHARES).get_page(request.GET.get("page"))
    counts = {
        "": standing.shares,
        "PAID": standing.paid,
        "WAITING": standing.waiting,
        "LAPSED": standing.lapsed,
        "KEPT_BACK": standing.kept_back,
        "TO_COME": standing.to_come,
    }
    titles = {"": "全部"} | {code: title for code, (title, _) in SHARE_STATES.items()}
    tabs_ = [(titles[code], f"?state={code}", count) for code, count in counts.items() if count or not code]
    to_reissue = plan.ended_at is None and to_ask(plan, on=on, again=True).exists()
    context = {
        "plan": plan,
        "standing": standing,
        "days": due_days(plan_terms(plan)),
        "page": page,
        "owners": owner_names([share.house_id for share in page]),
        "tabs": tabs_,
        "now": titles.get(state, "全部"),
        "q": text,
        "state": state,
        "may_ask": request.actor.has(*ASKERS) and to_reissue,
        "may_end": request.actor.has(*ENDERS) and plan.ended_at is None,
        "sees_case": visible_cases(request.actor).filter(pk=plan.case_id).exists(),
        "sees_slips": not request.actor.organisation_id,
    }
    return render(request, "deposits/plan.html", context)


@access(*ASKERS)
@require_POST
def ask_again(request: ActorRequest, number: str) -> HttpResponse:
    """Issue slips for what ran out, was made void or could not be asked before."""
    plan = plan_or_404(request, number)
    if plan.ended_at is not None:
        messages.error(request, "该续交方案已经终止，不再开具通知单")
        return redirect("deposits:plan", number)
    job = ask_in_background(plan, again=True, by=request.actor, at=timezone.now())
    return redirect("jobs:show", job.pk)


@access(*ENDERS)
@require_http_methods(["GET", "POST"])
def end(request: ActorRequest, number: str) -> HttpResponse:
    """Says what ending the plan does, asks why, and does it."""
    plan = plan_or_404(request, number)
    if request.method == "POST":
        try:
            end_plan(plan.pk, reason=request.POST.get("reason", ""), by=request.actor, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "续交方案已终止，待交的通知单正在作废")
            return redirect("deposits:plan", number)
    (standing,) = standings_of([plan])
    return render(request, "deposits/end_plan.html", {"plan": plan, "standing": standing})
