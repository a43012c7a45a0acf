"""Finding the policy in force: the nearest ancestor of the jurisdiction that has one on that day."""

import datetime as dt
from typing import Any

from upkeep.kernel.errors import Refusal
from upkeep.parties.queries import ancestry
from upkeep.policy.models import Policy, PolicyKind


class NoPolicy(Refusal):
    """The city has not set what this business needs."""


def value_in_force(*, kind: PolicyKind, jurisdiction_id: int, on: dt.date, scope: str = "") -> Any | None:
    """The JSON value in force, or None. A value for the exact scope wins over one for all (scope "")."""
    line = ancestry(jurisdiction_id)
    found = Policy.objects.filter(
        jurisdiction_id__in=line, kind=kind, scope__in={scope, ""}, in_force__contains=on
    ).values_list("jurisdiction_id", "scope", "value")
    ranked = sorted(found, key=lambda row: (line.index(row[0]), row[1] != scope))
    return ranked[0][2] if ranked else None


def require_value(*, kind: PolicyKind, jurisdiction_id: int, on: dt.date, scope: str = "") -> Any:
    """Like `value_in_force`. Raises: NoPolicy with what the office has to set."""
    value = value_in_force(kind=kind, jurisdiction_id=jurisdiction_id, on=on, scope=scope)
    if value is None:
        raise NoPolicy(f"本市尚未设置“{kind.label}”，暂不能办理，请联系维修资金管理部门")
    return value
