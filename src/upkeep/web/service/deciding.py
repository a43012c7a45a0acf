"""入驻审批: what a developer is asked for its areas, and its answers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from upkeep.casework import engine
from upkeep.casework.queries import decided_by, get_case
from upkeep.casework.states import WAITING, Move, State
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest, access
from upkeep.web.service.ways import MOVE_IN, require_way

PER_PAGE = 20
_TABS = {"": ("待审", WAITING), "passed": ("通过", {State.APPROVED}), "rejected": ("驳回", {State.REJECTED})}
#: What the developer's buttons are called here; on the case's own page they have the words of every case.
_ANSWERS = {Move.PASS: "通过", Move.REJECT: "驳回"}


@access(Role.DEVELOPER)
@require_safe
def approvals(request: ActorRequest) -> HttpResponse:
    """The applications by state, found by the area's name."""
    require_way(request, MOVE_IN)
    text = request.GET.get("q", "").strip()[:60]
    tab = request.GET.get("tab", "")
    if tab not in _TABS:
        raise Http404
    cases = decided_by(request.actor, procedure="move_in", text=text)
    page = Paginator(cases.filter(state__in=_TABS[tab][1]), PER_PAGE).get_page(request.GET.get("page"))
    base = reverse("service:approvals")
    context = {
        "q": text,
        "tab": tab,
        "page": page,
        "now": _TABS[tab][0],
        "tabs": [
            (title, f"{base}?{urlencode({'tab': code, 'q': text})}", cases.filter(state__in=states).count())
            for code, (title, states) in _TABS.items()
        ],
        "today": timezone.localdate(),
    }
    return render(request, "service/approvals.html", context)


@access(Role.DEVELOPER)
@require_POST
def decide(request: ActorRequest, number: str) -> HttpResponse:
    """通过 or 驳回, and back to the list."""
    case = get_case(number, actor=request.actor)
    if case is None or case.procedure != "move_in":
        raise Http404
    try:
        move = Move(request.POST.get("move", ""))
        if move not in _ANSWERS:
            raise ValueError
    except ValueError:
        return redirect("service:approvals")
    seen = request.POST.get("version", "")
    try:
        engine.move(
            case.pk,
            move,
            by=request.actor,
            at=timezone.now(),
            note=request.POST.get("note", "")[:500],
            seen_version=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None,
        )
    except Refusal as refusal:
        messages.error(request, str(refusal).replace(Move.REJECT.label, _ANSWERS[Move.REJECT]))
    else:
        messages.success(request, f"{case.subject}的入驻申请已{_ANSWERS[move]}（{case.number}）")
    return redirect("service:approvals")
