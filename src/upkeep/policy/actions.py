"""Setting policies. A new value ends the old one the day before it begins; the past is never rewritten."""

import datetime as dt
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from upkeep.kernel.dates import in_letters
from upkeep.kernel.errors import Refusal
from upkeep.parties.models import Jurisdiction
from upkeep.policy.models import Policy, PolicyKind
from upkeep.policy.shapes import check_value

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class LaterPolicy(Refusal):
    """A value that begins later has been set already: an open one cannot be put before it."""


class NothingSet(Refusal):
    """There is no value of one's own to give up or to take back."""


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
    """Put a value in force from a day on, without end. An open value of before ends there.

    Raises: LaterPolicy, WrongValue when the value does not have the shape of its kind.
    """
    plain = as_json(value)
    check_value(kind, plain, scope=scope)
    lock_policies(jurisdiction_id)
    check_nothing_later(kind=kind, jurisdiction_id=jurisdiction_id, scope=scope, day=valid_from)
    _end(kind=kind, jurisdiction_id=jurisdiction_id, scope=scope, day=valid_from)
    return Policy.objects.create(
        jurisdiction_id=jurisdiction_id,
        kind=kind,
        scope=scope,
        value=plain,
        in_force=DateRange(valid_from, None),
        basis=basis,
    )


@transaction.atomic
def inherit(*, kind: PolicyKind, jurisdiction_id: int, scope: str, valid_from: dt.date) -> None:
    """Give one's own value up from a day on: what lies above holds again. Raises: LaterPolicy, NothingSet."""
    lock_policies(jurisdiction_id)
    check_nothing_later(kind=kind, jurisdiction_id=jurisdiction_id, scope=scope, day=valid_from)
    if not _end(kind=kind, jurisdiction_id=jurisdiction_id, scope=scope, day=valid_from):
        raise NothingSet("本级没有单独设置，无须取消")


@transaction.atomic
def withdraw(*, kind: PolicyKind, jurisdiction_id: int, scope: str, on: dt.date) -> None:
    """Take back the value that is to begin after a day; the one it was to end holds on. Raises: NothingSet."""
    lock_policies(jurisdiction_id)
    mine = Policy.objects.filter(jurisdiction_id=jurisdiction_id, kind=kind, scope=scope)
    planned = mine.filter(in_force__startswith__gt=on).first()
    if planned is None:
        raise NothingSet("没有待生效的内容，可能已经生效或已被撤回，请刷新后查看")
    begins = planned.in_force.lower
    planned.delete()
    for ended in mine.filter(in_force__endswith=begins):
        ended.in_force = DateRange(ended.in_force.lower, None)
        ended.save(update_fields=["in_force"])


def lock_policies(jurisdiction_id: int) -> None:
    """One change of a jurisdiction's policies at a time, until the transaction ends."""
    Jurisdiction.objects.select_for_update(no_key=True).get(pk=jurisdiction_id)


def check_nothing_later(*, kind: PolicyKind, jurisdiction_id: int, scope: str, day: dt.date) -> None:
    """Raises: LaterPolicy."""
    mine = Policy.objects.filter(jurisdiction_id=jurisdiction_id, kind=kind, scope=scope)
    later = mine.filter(in_force__startswith__gt=day).first()
    if later is not None:
        raise LaterPolicy(
            f"“{kind.label}”已设置了自{in_letters(later.in_force.lower)}起的内容，请从该日起修改，或先撤回该内容"
        )


def as_json(value: "DataclassInstance | dict[str, Any]") -> dict[str, Any]:
    """The value as the database gives it back: lists instead of tuples, so that before and after can be compared."""
    plain: dict[str, Any] = json.loads(json.dumps(value if isinstance(value, dict) else asdict(value)))
    return plain


def _end(*, kind: PolicyKind, jurisdiction_id: int, scope: str, day: dt.date) -> bool:
    """End what is in force on the day, the day before; what begins on the very day goes. Whether there was any."""
    found = list(
        Policy.objects.filter(jurisdiction_id=jurisdiction_id, kind=kind, scope=scope, in_force__contains=day)
    )
    for old in found:
        first = old.in_force.lower
        old.in_force = DateRange(first, None if first == day else day)
        old.save(update_fields=["in_force"])
        if first == day:  # it never held for a whole day; the database lets only open ones go
            old.delete()
    return bool(found)
