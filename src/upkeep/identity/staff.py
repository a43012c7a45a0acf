"""Accounts and roles of the authority's staff (I9), by three administrators who check each other (三员分立).

The system administrator (系统管理员) opens, changes and closes accounts; a new one can do nothing. The security administrator
(安全管理员) grants and revokes roles. Neither does anything to himself, and the last administrator of a kind stays. Whatever
happens is written down for the audit administrator (审计管理员), and ends the sessions of the account.
"""

import datetime as dt
import secrets
from collections.abc import Iterable
from itertools import combinations

from django.db import transaction
from django.db.models import Q

from upkeep.identity.passwords import set_by_other
from upkeep.identity.sessions import end_sessions
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.masking import mask_phone
from upkeep.parties.actions import NameTaken, move_to_office, open_account
from upkeep.parties.actor import Actor
from upkeep.parties.history import changes, record
from upkeep.parties.models import EventKind, Office, User, UserRole
from upkeep.parties.places import check_reach
from upkeep.parties.queries import ancestry
from upkeep.parties.roles import ADMINISTRATORS, DESK, Portal, Role, exclude_each_other

#: What the security administrator can grant.
STAFF_ROLES = (*DESK, *ADMINISTRATORS)
#: Letters and digits that nobody mistakes for each other.
_LETTERS, _SIGNS, _DIGITS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", "-+=", "23456789"


class NotYourTask(Refusal):
    """Another administrator does this, or nobody does it to himself."""


class LastAdministrator(Refusal):
    """Without him nobody could keep accounts, grant roles or read the record."""


class AccountState(Refusal):
    """The account is not in the state that this needs."""


def one_time_password() -> str:
    """Sixteen characters of all kinds; whoever gets it must choose his own at the first login."""
    drawn = [secrets.choice(_LETTERS) for _ in range(11)] + [secrets.choice(_DIGITS) for _ in range(3)]
    return "".join(drawn) + secrets.choice(_SIGNS) + secrets.choice(_LETTERS.upper())


@transaction.atomic
def open_staff_account(
    *, username: str, name: str, phone: str, office: Office, by: Actor, at: dt.datetime
) -> tuple[User, str]:
    """A new account without roles, and its one-time password. Raises: NotYourTask, HasProblems."""
    _check_task(by, Role.SYSTEM_ADMIN, office.jurisdiction_id)
    if office.retired_at is not None:
        raise HasProblems([Problem("office", "该管理部已停用，请选择其他管理部")])
    password = one_time_password()
    try:
        user = open_account(
            username=username,
            name=name,
            phone=phone,
            roles=(),
            jurisdiction_id=office.jurisdiction_id,
            office_id=office.pk,
            password=password,
            must_change_password=True,
            realm=Portal.OFFICE,
            at=at,
        )
    except NameTaken as taken:
        raise HasProblems([Problem("username", str(taken))]) from None
    _record(
        EventKind.ACCOUNT_OPENED, user, by=by, at=at, after=f"登录名：{username}；姓名：{name}；管理部：{office.name}"
    )
    return user, password


@transaction.atomic
def change_staff_account(
    user_id: int, *, name: str, phone: str, office: Office, by: Actor, at: dt.datetime
) -> list[Role]:
    """Change name, phone and office. Answers with the roles he lost because the office lies in another jurisdiction:
    roles reach as far as the jurisdiction, and only the security administrator widens them.

    Raises: NotYourTask, LastAdministrator, HasProblems.
    """
    user = _locked(user_id)
    _check_task(by, Role.SYSTEM_ADMIN, user.jurisdiction_id, office.jurisdiction_id)
    if office.retired_at is not None and office.pk != user.office_id:
        raise HasProblems([Problem("office", "该管理部已停用，请选择其他管理部")])
    lost: list[Role] = []
    if office.jurisdiction_id != user.jurisdiction_id:
        _check_other(user, by)
        lost = sorted(roles_of(user), key=list(Role).index)
        _replace_roles(user, frozenset(), by=by, at=at, reason="调整到另一管辖区的管理部")
    names = {"name": "姓名", "phone": "手机号", "office": "管理部"}
    before, after = changes(
        names,
        {"name": user.name, "phone": user.phone, "office": user.office.name if user.office else ""},
        {"name": name, "phone": phone, "office": office.name},
    )
    for number in filter(None, (user.phone, phone)):
        before, after = before.replace(number, mask_phone(number)), after.replace(number, mask_phone(number))
    user.name, user.phone = name, phone
    try:
        move_to_office(user=user, office=office)
    except NameTaken as taken:
        raise HasProblems([Problem("office", f"在{office.jurisdiction.name}，{taken}")]) from None
    if after:
        _record(EventKind.ACCOUNT_CHANGED, user, by=by, at=at, before=before, after=after)
    if lost:
        end_sessions(user_id=user.pk)
    return lost


@transaction.atomic
def deactivate_staff_account(user_id: int, *, reason: str, by: Actor, at: dt.datetime) -> None:
    """The account can no longer log in, from its next click on. Raises: NotYourTask, LastAdministrator, AccountState."""
    user = _locked(user_id)
    _check_task(by, Role.SYSTEM_ADMIN, user.jurisdiction_id)
    _check_other(user, by)
    if not user.is_active:
        raise AccountState("该账号已经停用")
    _check_not_last(user, roles_of(user))
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user_id=user.pk)
    _record(EventKind.ACCOUNT_DEACTIVATED, user, by=by, at=at, before="可登录", after="停用", reason=reason)


@transaction.atomic
def reactivate_staff_account(user_id: int, *, reason: str, by: Actor, at: dt.datetime) -> None:
    """The account can log in again, with the roles it had. Raises: NotYourTask, AccountState."""
    user = _locked(user_id)
    _check_task(by, Role.SYSTEM_ADMIN, user.jurisdiction_id)
    if user.is_active:
        raise AccountState("该账号未停用")
    if user.office is None or user.office.retired_at is not None:
        raise AccountState("该账号所属的管理部已停用，请先调整到其他管理部")
    user.is_active = True
    user.save(update_fields=["is_active"])
    _record(EventKind.ACCOUNT_REACTIVATED, user, by=by, at=at, before="停用", after="可登录", reason=reason)


@transaction.atomic
def reset_staff_password(user_id: int, *, by: Actor, at: dt.datetime) -> str:
    """A new one-time password; the old one and all sessions end. Raises: NotYourTask."""
    user = _locked(user_id)
    _check_task(by, Role.SYSTEM_ADMIN, user.jurisdiction_id)
    _check_other(user, by)
    password = one_time_password()
    set_by_other(user=user, password=password, at=at)
    end_sessions(user_id=user.pk)
    _record(EventKind.PASSWORD_RESET, user, by=by, at=at)
    return password


@transaction.atomic
def set_roles(user_id: int, roles: Iterable[Role], *, reason: str, by: Actor, at: dt.datetime) -> None:
    """Grant and revoke, so that the account holds exactly these roles; its sessions end if anything changed.

    Raises: NotYourTask, LastAdministrator, HasProblems when the roles exclude each other.
    """
    user = _locked(user_id)
    _check_task(by, Role.SECURITY_ADMIN, user.jurisdiction_id)
    _check_other(user, by)
    wanted = frozenset(roles)
    if problems := list(_misfits(wanted)):
        raise HasProblems(problems)
    if wanted == roles_of(user):
        return
    _replace_roles(user, wanted, by=by, at=at, reason=reason)
    end_sessions(user_id=user.pk)


def roles_of(user: User) -> frozenset[Role]:
    """What the user holds now."""
    return frozenset(Role(role) for role in UserRole.objects.filter(user=user).values_list("role", flat=True))


def _misfits(wanted: frozenset[Role]) -> Iterable[Problem]:
    order = list(Role)
    for role in wanted - set(STAFF_ROLES):
        yield Problem("roles", f"“{role.label}”不是管理中心的角色")
    for one, other in combinations(sorted(wanted, key=order.index), 2):
        if exclude_each_other(one, other):
            yield Problem("roles", f"“{one.label}”和“{other.label}”不能由同一人担任，请分别授予不同的人")


def _replace_roles(user: User, wanted: frozenset[Role], *, by: Actor, at: dt.datetime, reason: str) -> None:
    held, order = roles_of(user), list(Role)
    _check_not_last(user, held - wanted)
    UserRole.objects.filter(user=user, role__in=held - wanted).delete()
    for role in sorted(held - wanted, key=order.index):
        _record(EventKind.ROLE_REVOKED, user, by=by, at=at, before=role.label, reason=reason)
    for role in sorted(wanted - held, key=order.index):
        UserRole.objects.create(user=user, role=role)
        _record(EventKind.ROLE_GRANTED, user, by=by, at=at, after=role.label, reason=reason)


def _locked(user_id: int) -> User:
    """The staff account, locked together with whoever is administrator where he is, so that two cannot go at once."""
    line = ancestry(User.objects.values_list("jurisdiction_id", flat=True).get(pk=user_id))
    colleagues = UserRole.objects.filter(role__in=ADMINISTRATORS, user__jurisdiction_id__in=line)
    wanted = Q(pk=user_id) | Q(pk__in=colleagues.values("user_id"))
    locked = {user.pk: user for user in User.objects.filter(wanted).select_for_update(of=("self",)).order_by("pk")}
    found = locked.get(user_id)
    if found is None or found.office_id is None:
        raise AccountState("这不是管理中心人员的账号")
    return found


def _check_not_last(user: User, losing: Iterable[Role]) -> None:
    line = ancestry(user.jurisdiction_id)
    for role in set(losing) & set(ADMINISTRATORS):
        others = UserRole.objects.filter(role=role, user__is_active=True, user__jurisdiction_id__in=line)
        if not others.exclude(user=user).exists():
            raise LastAdministrator(f"{user.name}是最后一名{role.label}，请先由他人担任后再办理")


def _check_task(by: Actor, role: Role, *jurisdiction_ids: int) -> None:
    if not by.has(role):
        raise NotYourTask(f"该操作由{role.label}办理")
    for jurisdiction_id in jurisdiction_ids:
        check_reach(jurisdiction_id, by=by)


def _check_other(user: User, by: Actor) -> None:
    if user.pk == by.user_id:
        raise NotYourTask("不能对本人的账号办理该操作，须由其他管理员办理")


def _record(
    kind: EventKind, user: User, *, by: Actor, at: dt.datetime, before: str = "", after: str = "", reason: str = ""
) -> None:
    record(
        kind,
        by=by,
        at=at,
        jurisdiction_id=user.jurisdiction_id,
        subject=f"{user.name}（{user.username}）",
        user=user,
        before=before,
        after=after,
        reason=reason,
    )
