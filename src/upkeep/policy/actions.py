"""Setting policies. A new value ends the old one the day before it begins; the past is never rewritten."""

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from upkeep.kernel.dates import in_letters
from upkeep.kernel.errors import Refusal
from upkeep.policy.models import Policy, PolicyKind

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class LaterPolicy(Refusal):
    """A value that begins later has been set already: an open one cannot be put before it."""


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
    """Put a value in force from a day on, without end. An open value of before ends there. Raises: LaterPolicy."""
    mine = Policy.objects.select_for_update().filter(jurisdiction_id=jurisdiction_id, kind=kind, scope=scope)
    later = mine.filter(in_force__startswith__gt=valid_from).first()
    if later is not None:
        raise LaterPolicy(f"“{kind.label}”已设置了自{in_letters(later.in_force.lower)}起的内容，请从该日起修改")
    for old in mine.filter(in_force__contains=valid_from):
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
