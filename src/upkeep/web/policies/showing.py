"""Overview, one policy with its history, and the book of changes."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.kernel.dates import in_letters
from upkeep.parties.models import Jurisdiction
from upkeep.parties.queries import ancestry
from upkeep.policy.changes import may_decide, may_propose
from upkeep.policy.models import ChangeState, Policy, PolicyChange, PolicyKind
from upkeep.policy.presets.applying import may_apply
from upkeep.policy.queries import Standing, changes_visible_to, own_policies, policies_over, standing
from upkeep.policy.shapes import SHAPES, takes_two
from upkeep.web.access import ActorRequest, access
from upkeep.web.policies.reach import (
    GROUPS,
    READERS,
    Place,
    jurisdiction_or_404,
    jurisdictions,
    place_or_404,
    scopes_of,
)

PER_PAGE = 20


@dataclass(frozen=True)
class OverviewRow:
    """One line of the overview."""

    place: Place
    lines: list[tuple[str, str]]
    source: str
    since: str
    standing: Standing
    waits: bool


@access(*READERS)
@require_safe
def overview(request: ActorRequest) -> HttpResponse:
    """政策设置 of the actor's own jurisdiction."""
    return _overview(request, request.actor.jurisdiction_id)


@access(*READERS)
@require_safe
def of_jurisdiction(request: ActorRequest, jurisdiction_id: int) -> HttpResponse:
    """Every kind with what holds today, from where and since when, and what is planned."""
    return _overview(request, jurisdiction_id)


def _overview(request: ActorRequest, jurisdiction_id: int) -> HttpResponse:
    where = jurisdiction_or_404(request, jurisdiction_id)
    waiting = set(
        PolicyChange.objects.filter(jurisdiction=where, state=ChangeState.WAITING).values_list("kind", "scope")
    )
    line, policies = ancestry(where.pk), policies_over(jurisdiction_id=where.pk)
    groups = [
        (title, [row for kind in kinds for row in _rows(where, kind, line=line, policies=policies, waiting=waiting)])
        for title, kinds in GROUPS
    ]
    context = {
        "where": where,
        "places": jurisdictions(request),
        "groups": groups,
        "to_decide": [
            one
            for one in changes_visible_to(request.actor).filter(state=ChangeState.WAITING)
            if may_decide(one, by=request.actor)
        ],
        "may_apply_preset": may_apply(jurisdiction_id=where.pk, by=request.actor),
    }
    return render(request, "policies/overview.html", context)


def _to_decide(request: ActorRequest) -> list[PolicyChange]:
    waiting = changes_visible_to(request.actor).filter(state=ChangeState.WAITING)
    return [one for one in waiting if may_decide(one, by=request.actor)]


def _rows(
    where: Jurisdiction,
    kind: PolicyKind,
    *,
    line: list[int],
    policies: list[Policy],
    waiting: set[tuple[str, str]],
) -> list[OverviewRow]:
    """One row per scope; a special scope of a kind that has a general one only where it is set or waits."""
    on = timezone.localdate()
    rows = []
    general = scopes_of(kind)[0][0] == ""
    for scope, _ in scopes_of(kind):
        found = standing(policies, line=line, kind=kind, scope=scope, on=on)
        waits = (kind.value, scope) in waiting
        special = bool(scope) and general
        if special and not (waits or found.planned or (found.policy and found.policy.scope == scope)):
            continue
        place = Place(where, kind, scope)
        rows.append(
            OverviewRow(place, place.lines(found.value), source_of(found, where), since_of(found), found, waits)
        )
    return rows


def source_of(found: Standing, where: Jurisdiction) -> str:
    """Whose value it is, in words."""
    if found.policy is None:
        return "系统默认"
    if found.policy.jurisdiction_id != where.pk:
        return f"沿用{found.policy.jurisdiction.name}"
    return "本级设置" if found.is_own else "沿用本级的一般规定"


def since_of(found: Standing) -> str:
    """Since when it holds, in words."""
    return in_letters(found.policy.in_force.lower) if found.policy else ""


@access(*READERS)
@require_safe
def detail(request: ActorRequest, jurisdiction_id: int, kind: str) -> HttpResponse:
    """One policy: what holds today, all periods of one's own, every change."""
    place = place_or_404(request, jurisdiction_id, kind)
    line, on = ancestry(place.jurisdiction.pk), timezone.localdate()
    found = standing(
        policies_over(jurisdiction_id=place.jurisdiction.pk), line=line, kind=place.kind, scope=place.scope, on=on
    )
    own = own_policies(kind=place.kind, jurisdiction_id=place.jurisdiction.pk, scope=place.scope)
    changes = changes_visible_to(request.actor).filter(
        jurisdiction=place.jurisdiction, kind=place.kind, scope=place.scope
    )
    may = may_propose(place.kind, jurisdiction_id=place.jurisdiction.pk, by=request.actor)
    context = {
        "place": place,
        "lines": place.lines(found.value),
        "found": found,
        "source": source_of(found, place.jurisdiction),
        "since": since_of(found),
        "periods": [(one, place.lines(one.value)) for one in reversed(own)],
        "scopes": [
            (title, Place(place.jurisdiction, place.kind, code).url(), None) for code, title in scopes_of(place.kind)
        ],
        "waiting": changes.filter(state=ChangeState.WAITING).first(),
        "page": Paginator(changes, PER_PAGE).get_page(request.GET.get("page")),
        "may_propose": may,
        "takes_two": takes_two(place.kind),
        "proposer": SHAPES[place.kind].proposer.label,
        "urls": {page: place.url(page) for page in ("edit", "inherit", "withdraw")},
        "today": on,
    }
    return render(request, "policies/detail.html", context)


@access(*READERS)
@require_safe
def changes(request: ActorRequest) -> HttpResponse:
    """变更记录: every change the actor's jurisdiction is touched by, the newest first; those that wait by themselves."""
    only = request.GET.get("state", "")
    found = changes_visible_to(request.actor)
    if only == ChangeState.WAITING:
        found = found.filter(state=ChangeState.WAITING)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    waiting = changes_visible_to(request.actor).filter(state=ChangeState.WAITING).count()
    context = {
        "page": page,
        "rows": [(one, place_of(one)) for one in page],
        "tabs": [("全部变更", "?", None), ("待确认", f"?state={ChangeState.WAITING}", waiting)],
        "now": "待确认" if only == ChangeState.WAITING else "全部变更",
    }
    return render(request, "policies/changes.html", context)


@access(*READERS)
@require_safe
def change(request: ActorRequest, change_id: int) -> HttpResponse:
    """One change: before and after, who and when; while it waits, the buttons of the one who decides."""
    found = changes_visible_to(request.actor).filter(pk=change_id).first()
    if found is None:
        raise Http404
    return render(request, "policies/change.html", change_context(request, found))


def change_context(request: ActorRequest, found: PolicyChange) -> dict[str, object]:
    """What the page of a change shows."""
    waits = found.state == ChangeState.WAITING
    return {
        "change": found,
        "place": place_of(found),
        "rows": rows_of(found),
        "may_decide": may_decide(found, by=request.actor),
        "may_drop": waits and found.proposed_by_id == request.actor.user_id,
    }


def place_of(found: PolicyChange) -> Place:
    """The policy that a change is about."""
    return Place(found.jurisdiction, PolicyKind(found.kind), found.scope)


def rows_of(found: PolicyChange) -> list[tuple[str, str, str]]:
    """Before and after, line by line. What is given up leaves the inherited value, which the page says in words."""
    place = place_of(found)
    return before_and_after(place.lines(found.before), place.lines(found.value) if found.value is not None else [])


def before_and_after(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Name, before, after; in the order of what comes after, then what falls away."""
    old, new = dict(before), dict(after)
    return [(name, old.get(name, ""), new.get(name, "")) for name in {**new, **old}]
