"""Setting policies. A new value ends the old one the day before it begins; the past is never rewritten."""

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from upkeep.policy.models import Policy, PolicyKind

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@transaction.atomic
def set_policy(
    *,
    kind: PolicyKind,
    jurisdiction_id: int,
    value: "DataclassInstance | dict[str, Any]",
    valid_from: dt.date,
    scope: str = "",
    basis: str = "",
) -> Policy:
    """Put a value in force from a day on, without end. An open value of before ends there."""
    open_ones = Policy.objects.select_for_update().filter(
        jurisdiction_id=jurisdiction_id, kind=kind, scope=scope, in_force__contains=valid_from
    )
    for old in open_ones:
        if old.in_force.lower == valid_from:
            old.delete()
        else:
            old.in_force = DateRange(old.in_force.lower, valid_from)
            old.save(update_fields=["in_force"])
    return Policy.objects.create(
        jurisdiction_id=jurisdiction_id,
        kind=kind,
        scope=scope,
        value=value if isinstance(value, dict) else asdict(value),
        in_force=DateRange(valid_from, None),
        basis=basis,
    )
