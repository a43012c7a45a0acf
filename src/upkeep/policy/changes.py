"""Changing a policy as people do it: proposed by an administrator, and where money is touched put in force by another.

Every step leaves a row in the book of changes (`PolicyChange`). A change begins today at the earliest: what was decided
under the old value was decided rightly.
"""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import Role
from upkeep.policy import actions
from upkeep.policy.models import ChangeAct, ChangeState, Policy, PolicyChange, PolicyKind
from upkeep.policy.queries import own_policies, value_in_force
from upkeep.policy.shapes import SHAPES, check_value, takes_two

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

#: Who puts in force what another proposed.
CONFIRMER = Role.APPROVER
MOST_YEARS_AHEAD = 5
MOST_BASIS = 200


class NotAllowed(Refusal):
    """The actor's role, jurisdiction or part in the change forbids this."""


class AlreadyDecided(Refusal):
    """Somebody has decided the change in the meantime, or another one waits."""


def may_propose(kind: PolicyKind, *, jurisdiction_id: int, by: Actor) -> bool:
    """The administrator for this kind, within his own jurisdiction."""
    return by.has(SHAPES[kind].proposer) and jurisdiction_id in within(by.jurisdiction_id)


def may_decide(change: PolicyChange, *, by: Actor) -> bool:
    """An approver of the jurisdiction who did not propose it himself."""
    return (
        change.state == ChangeState.WAITING
        and by.has(CONFIRMER)
        and by.user_id != change.proposed_by_id
        and change.jurisdiction_id in within(by.jurisdiction_id)
    )


def propose(
    *,
    kind: PolicyKind,
    jurisdiction_id: int,
    value: "DataclassInstance | dict[str, Any]",
    valid_from: dt.date,
    basis: str,
    by: Actor,
    at: dt.datetime,
    scope: str = "",
) -> PolicyChange:
    """A value of one's own from a day on. In force at once where one person is enough.

    Raises: NotAllowed, HasProblems, WrongValue, LaterPolicy, AlreadyDecided.
    """
    plain = actions.as_json(value)
    check_value(kind, plain, scope=scope)
    check_day_and_basis(valid_from, basis, on=day_of(at))
    own = own_policies(kind=kind, jurisdiction_id=jurisdiction_id, scope=scope).filter(in_force__contains=valid_from)
    if own.filter(value=plain, in_force__endswith__isnull=True).exists():
        raise HasProblems([Problem("", "内容与该日有效的本级设置相同，没有需要变更的内容")])
    return _propose(ChangeAct.SET, kind, jurisdiction_id, scope, plain, valid_from, basis, by, at)


def propose_inherit(
    *,
    kind: PolicyKind,
    jurisdiction_id: int,
    valid_from: dt.date,
    basis: str,
    by: Actor,
    at: dt.datetime,
    scope: str = "",
) -> PolicyChange:
    """Give one's own value up for what lies above. Raises: NotAllowed, HasProblems, NothingSet, LaterPolicy."""
    check_day_and_basis(valid_from, basis, on=day_of(at))
    own = own_policies(kind=kind, jurisdiction_id=jurisdiction_id, scope=scope)
    if not own.filter(in_force__contains=valid_from).exists():
        raise actions.NothingSet("本级没有单独设置，无须取消")
    return _propose(ChangeAct.INHERIT, kind, jurisdiction_id, scope, None, valid_from, basis, by, at)


def propose_withdrawal(
    *, kind: PolicyKind, jurisdiction_id: int, basis: str, by: Actor, at: dt.datetime, scope: str = ""
) -> PolicyChange:
    """Take a planned value back before its day. Raises: NotAllowed, NothingSet, AlreadyDecided."""
    planned = planned_policy(kind=kind, jurisdiction_id=jurisdiction_id, scope=scope, on=day_of(at))
    if planned is None:
        raise actions.NothingSet("没有待生效的内容，可能已经生效或已被撤回，请刷新后查看")
    begins: dt.date = planned.in_force.lower
    return _propose(ChangeAct.WITHDRAW, kind, jurisdiction_id, scope, None, begins, basis, by, at)


def planned_policy(*, kind: PolicyKind, jurisdiction_id: int, scope: str, on: dt.date) -> Policy | None:
    """The jurisdiction's own value that begins after a day."""
    own = own_policies(kind=kind, jurisdiction_id=jurisdiction_id, scope=scope)
    return own.filter(in_force__startswith__gt=on).first()


@transaction.atomic
def confirm(change_id: int, *, by: Actor, at: dt.datetime) -> PolicyChange:
    """Put in force what another proposed. Raises: NotAllowed, AlreadyDecided, LaterPolicy, NothingSet."""
    change = _waiting(change_id, by=by)
    if change.act != ChangeAct.WITHDRAW and change.valid_from < day_of(at):
        raise NotAllowed(f"拟生效日期 {in_letters(change.valid_from)}已过，请不予通过并请提出人重新填写生效日期")
    _decide(change, ChangeState.DONE, by=by, at=at)
    return _apply(change, at=at)


@transaction.atomic
def refuse(change_id: int, *, reason: str, by: Actor, at: dt.datetime) -> PolicyChange:
    """Not put in force, with the reason. Raises: NotAllowed, AlreadyDecided, HasProblems."""
    if not reason.strip():
        raise HasProblems([Problem("reason", "请填写不予通过的理由")])
    return _decide(_waiting(change_id, by=by), ChangeState.REFUSED, by=by, at=at, note=reason.strip())


@transaction.atomic
def drop(change_id: int, *, by: Actor, at: dt.datetime) -> PolicyChange:
    """The proposer takes back what still waits. Raises: NotAllowed, AlreadyDecided."""
    change = _locked(change_id)
    if change.proposed_by_id != by.user_id:
        raise NotAllowed("只有提出人可以撤销变更申请")
    return _decide(change, ChangeState.DROPPED, by=by, at=at)


@transaction.atomic
def found(
    *,
    kind: PolicyKind,
    jurisdiction_id: int,
    scope: str,
    value: dict[str, Any],
    since: dt.date,
    basis: str,
    at: dt.datetime,
) -> PolicyChange:
    """Set at the founding of a city from the command line, before anybody works there: without people, but kept."""
    plain = actions.as_json(value)
    change = PolicyChange.objects.create(
        jurisdiction_id=jurisdiction_id,
        kind=kind,
        scope=scope,
        value=plain,
        before=value_in_force(kind=kind, jurisdiction_id=jurisdiction_id, on=since, scope=scope),
        valid_from=since,
        basis=basis,
        state=ChangeState.DONE,
        proposed_at=at,
        decided_at=at,
    )
    return _apply(change, at=at)


def check_day_and_basis(valid_from: dt.date, basis: str, *, on: dt.date) -> None:
    """Raises: HasProblems."""
    problems = []
    if valid_from < on:
        problems.append(Problem("valid_from", "生效日期不能早于今天：已经按原规定办理的业务不受影响"))
    if valid_from > on.replace(month=1, day=1, year=on.year + MOST_YEARS_AHEAD):
        problems.append(Problem("valid_from", f"生效日期不能晚于 {MOST_YEARS_AHEAD} 年之后，请核对年份"))
    if not basis.strip():
        problems.append(Problem("basis", "请填写依据，例如文件名称和文号"))
    if len(basis) > MOST_BASIS:
        problems.append(Problem("basis", f"依据不超过 {MOST_BASIS} 字"))
    if problems:
        raise HasProblems(problems)


@transaction.atomic
def _propose(
    act: ChangeAct,
    kind: PolicyKind,
    jurisdiction_id: int,
    scope: str,
    value: dict[str, Any] | None,
    valid_from: dt.date,
    basis: str,
    by: Actor,
    at: dt.datetime,
) -> PolicyChange:
    if not may_propose(kind, jurisdiction_id=jurisdiction_id, by=by):
        raise NotAllowed(f"“{kind.label}”由{SHAPES[kind].proposer.label}在本管辖区内设置")
    if not basis.strip():
        raise HasProblems([Problem("basis", "请填写依据，例如文件名称和文号")])
    actions.lock_policies(jurisdiction_id)
    if act != ChangeAct.WITHDRAW:
        actions.check_nothing_later(kind=kind, jurisdiction_id=jurisdiction_id, scope=scope, day=valid_from)
    try:
        with transaction.atomic():
            change = PolicyChange.objects.create(
                jurisdiction_id=jurisdiction_id,
                kind=kind,
                scope=scope,
                act=act,
                value=value,
                before=value_in_force(kind=kind, jurisdiction_id=jurisdiction_id, on=valid_from, scope=scope),
                valid_from=valid_from,
                basis=basis.strip(),
                state=ChangeState.WAITING,
                proposed_by_id=by.user_id,
                proposed_at=at,
            )
    except IntegrityError:
        raise AlreadyDecided("同一事项已有一项变更等待确认，请先处理该项变更") from None
    if takes_two(kind):
        return change
    return _apply(_decide(change, ChangeState.DONE, by=by, at=at), at=at)


def _apply(change: PolicyChange, *, at: dt.datetime) -> PolicyChange:
    kind = PolicyKind(change.kind)
    if change.act == ChangeAct.SET:
        actions.set_policy(
            kind=kind,
            jurisdiction_id=change.jurisdiction_id,
            value=change.value or {},
            valid_from=change.valid_from,
            scope=change.scope,
            basis=change.basis,
        )
    elif change.act == ChangeAct.INHERIT:
        actions.inherit(
            kind=kind, jurisdiction_id=change.jurisdiction_id, scope=change.scope, valid_from=change.valid_from
        )
    else:
        actions.withdraw(kind=kind, jurisdiction_id=change.jurisdiction_id, scope=change.scope, on=day_of(at))
    return change


def _locked(change_id: int) -> PolicyChange:
    change = PolicyChange.objects.select_for_update(of=("self",)).filter(pk=change_id).first()
    if change is None:
        raise NotAllowed("没有这项变更")
    if change.state != ChangeState.WAITING:
        raise AlreadyDecided(f"该项变更{change.get_state_display()}，不能再处理")
    return change


def _waiting(change_id: int, *, by: Actor) -> PolicyChange:
    change = _locked(change_id)
    if by.user_id == change.proposed_by_id:
        raise NotAllowed("涉及资金和审批的规定须由提出人以外的人员确认")
    if not may_decide(change, by=by):
        raise NotAllowed(f"由本管辖区的{CONFIRMER.label}人员确认")
    return change


def _decide(change: PolicyChange, state: ChangeState, *, by: Actor, at: dt.datetime, note: str = "") -> PolicyChange:
    change.state, change.decided_by_id, change.decided_at, change.note = state, by.user_id, at, note
    change.save(update_fields=["state", "decided_by", "decided_at", "note"])
    return change
