"""Finding the policy in force: the nearest ancestor of the jurisdiction that has one on that day."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.queries import ancestry, within
from upkeep.policy.models import Policy, PolicyChange, PolicyKind


class NoPolicy(Refusal):
    """The city has not set what this business needs."""


def value_in_force(*, kind: PolicyKind, jurisdiction_id: int, on: dt.date, scope: str = "") -> Any | None:
    """The JSON value in force, or None. A value for the exact scope wins over one for all (scope "")."""
    return values_in_force(kind=kind, jurisdiction_id=jurisdiction_id, on=on, scopes=[scope])[scope]


def values_in_force(
    *, kind: PolicyKind, jurisdiction_id: int, on: dt.date, scopes: Collection[str]
) -> dict[str, Any | None]:
    """What `value_in_force` says of each scope, in one query for all."""
    line = ancestry(jurisdiction_id)
    found = list(
        Policy.objects.filter(
            jurisdiction_id__in=line, kind=kind, scope__in={*scopes, ""}, in_force__contains=on
        ).values_list("jurisdiction_id", "scope", "value")
    )
    values: dict[str, Any | None] = {}
    for scope in scopes:
        fitting = [row for row in found if row[1] in (scope, "")]
        fitting.sort(key=lambda row, scope=scope: (line.index(row[0]), row[1] != scope))  # type: ignore[misc]
        values[scope] = fitting[0][2] if fitting else None
    return values


def require_value(*, kind: PolicyKind, jurisdiction_id: int, on: dt.date, scope: str = "") -> Any:
    """Like `value_in_force`. Raises: NoPolicy with what the office has to set."""
    value = value_in_force(kind=kind, jurisdiction_id=jurisdiction_id, on=on, scope=scope)
    if value is None:
        raise NoPolicy(f"本市尚未设置“{kind.label}”，暂不能办理，请联系维修资金管理部门")
    return value


@dataclass(frozen=True)
class Standing:
    """What holds in a jurisdiction on a day for a kind and scope, and where it comes from. `policy` None: nobody set it."""

    policy: Policy | None
    is_own: bool
    planned: Policy | None

    @property
    def value(self) -> Any | None:
        return self.policy.value if self.policy else None


def own_policies(*, kind: PolicyKind, jurisdiction_id: int, scope: str) -> QuerySet[Policy]:
    """The jurisdiction's own values of a kind for exactly this scope, oldest first."""
    own = Policy.objects.filter(jurisdiction_id=jurisdiction_id, kind=kind, scope=scope)
    return own.order_by("in_force")


def policies_over(*, jurisdiction_id: int) -> list[Policy]:
    """Every value, past and to come, of a jurisdiction and those above it: what `standing` chooses from."""
    return list(Policy.objects.filter(jurisdiction_id__in=ancestry(jurisdiction_id)).select_related("jurisdiction"))


def standing(policies: list[Policy], *, line: list[int], kind: PolicyKind, scope: str, on: dt.date) -> Standing:
    """The same choice as `value_in_force`, among values read once; `line` is the jurisdiction's ancestry."""
    fitting = [one for one in policies if one.kind == kind and one.scope in (scope, "")]
    now = [
        one for one in fitting if one.in_force.lower <= on and (one.in_force.upper is None or on < one.in_force.upper)
    ]
    now.sort(key=lambda one: (line.index(one.jurisdiction_id), one.scope != scope))
    later = [
        one for one in fitting if one.jurisdiction_id == line[0] and one.scope == scope and one.in_force.lower > on
    ]
    chosen = now[0] if now else None
    own = chosen is not None and chosen.jurisdiction_id == line[0] and chosen.scope == scope
    return Standing(chosen, own, later[0] if later else None)


def changes_visible_to(actor: Actor) -> QuerySet[PolicyChange]:
    """The book of changes of the actor's jurisdiction, of what lies under it and of what it inherits from."""
    mine = [*ancestry(actor.jurisdiction_id), *within(actor.jurisdiction_id)]
    changes = PolicyChange.objects.filter(jurisdiction_id__in=mine)
    return changes.select_related("jurisdiction", "proposed_by", "decided_by").order_by("-proposed_at", "-pk")
