"""What the office does to an organisation as a whole (I9): it changes its kind, suspends and resumes it.

The accounts keep their names, passwords and keys; areas, cases and slips stay the organisation's. Only the role that goes with
the kind follows it, and sessions end.
"""

import datetime as dt

from django.db import IntegrityError, transaction

from upkeep.identity.sessions import end_sessions
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties import organisation_data
from upkeep.parties.actions import ROLE_OF_KIND
from upkeep.parties.actor import Actor
from upkeep.parties.history import record
from upkeep.parties.models import EventKind, Organisation, OrganisationKind, User, UserRole
from upkeep.parties.places import check_reach
from upkeep.parties.roles import Role

KIND_CHANGERS = (Role.APPROVER,)
SUSPENDERS = (Role.APPROVER, Role.SYSTEM_ADMIN)
#: A bank's custody accounts and tellers make it another thing altogether.
CHANGEABLE = tuple(kind for kind in OrganisationKind if kind is not OrganisationKind.BANK)


class NotChanged(Refusal):
    """The organisation is not in the state that this needs, or the actor may not do it."""


@transaction.atomic
def change_kind(
    organisation_id: int, *, kind: OrganisationKind, reason: str, by: Actor, at: dt.datetime
) -> Organisation:
    """Make it another kind of organisation; the role of its users follows. Raises: NotChanged, HasProblems."""
    organisation = _locked(organisation_id, by=by, roles=KIND_CHANGERS)
    before = OrganisationKind(organisation.kind)
    if before is kind:
        raise NotChanged(f"该单位已经是{kind.label}")
    if before not in CHANGEABLE or kind not in CHANGEABLE:
        raise NotChanged("专户银行的类别不能变更，其他单位也不能变更为专户银行")
    organisation.kind = kind
    try:
        with transaction.atomic():
            organisation.save(update_fields=["kind"])
    except IntegrityError:
        text = f"该统一社会信用代码已登记为{kind.label}，不能重复登记"
        raise HasProblems([Problem("kind", text)]) from None
    users = User.objects.filter(organisation=organisation)
    UserRole.objects.filter(user__in=users, role=ROLE_OF_KIND[before]).update(role=ROLE_OF_KIND[kind])
    _end_sessions(organisation)
    _record(EventKind.KIND_CHANGED, organisation, by=by, at=at, before=before.label, after=kind.label, reason=reason)
    return organisation


@transaction.atomic
def suspend(organisation_id: int, *, reason: str, by: Actor, at: dt.datetime) -> Organisation:
    """None of its users can log in or go on from now on. Raises: NotChanged."""
    organisation = _locked(organisation_id, by=by, roles=SUSPENDERS)
    if organisation.suspended_at is not None:
        raise NotChanged("该单位已经停用")
    organisation.suspended_at, organisation.suspension_reason = at, reason
    organisation.save(update_fields=["suspended_at", "suspension_reason"])
    _end_sessions(organisation)
    _record(EventKind.ORGANISATION_SUSPENDED, organisation, by=by, at=at, before="正常", after="停用", reason=reason)
    return organisation


@transaction.atomic
def resume(organisation_id: int, *, reason: str, by: Actor, at: dt.datetime) -> Organisation:
    """Its users can log in again. Raises: NotChanged."""
    organisation = _locked(organisation_id, by=by, roles=SUSPENDERS)
    if organisation.suspended_at is None:
        raise NotChanged("该单位未停用")
    organisation.suspended_at, organisation.suspension_reason = None, ""
    organisation.save(update_fields=["suspended_at", "suspension_reason"])
    _record(EventKind.ORGANISATION_RESUMED, organisation, by=by, at=at, before="停用", after="正常", reason=reason)
    return organisation


@transaction.atomic
def set_self_managed(organisation_id: int, *, is_self_managed: bool, by: Actor, at: dt.datetime) -> Organisation:
    """自管模式 of an owners' committee, which then keeps its own users (manual 004 §1.1). Raises: NotChanged."""
    organisation = _locked(organisation_id, by=by, roles=KIND_CHANGERS)
    if organisation.kind != OrganisationKind.OWNERS_COMMITTEE:
        raise NotChanged("只有业主委员会可以设为自管模式")
    if organisation.is_self_managed == is_self_managed:
        raise NotChanged(f"该业主委员会{'已经是' if is_self_managed else '不是'}自管模式")
    organisation_data.set_self_managed(organisation_id=organisation.pk, is_self_managed=is_self_managed, by=by, at=at)
    return organisation


def _locked(organisation_id: int, *, by: Actor, roles: tuple[Role, ...]) -> Organisation:
    organisation = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation_id)
    if not by.has(*roles):
        raise NotChanged(f"该操作由{'或'.join(role.label for role in roles)}办理")
    check_reach(organisation.jurisdiction_id, by=by)
    return organisation


def _end_sessions(organisation: Organisation) -> None:
    for user_id in User.objects.filter(organisation=organisation).order_by("pk").values_list("pk", flat=True):
        end_sessions(user_id=user_id)


def _record(
    kind: EventKind,
    organisation: Organisation,
    *,
    by: Actor,
    at: dt.datetime,
    before: str,
    after: str,
    reason: str,
) -> None:
    record(
        kind,
        by=by,
        at=at,
        jurisdiction_id=organisation.jurisdiction_id,
        subject=organisation.name,
        organisation=organisation,
        before=before,
        after=after,
        reason=reason,
    )
