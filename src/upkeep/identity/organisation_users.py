"""机构用户管理 (manual 004 §1.2.2): an organisation's administrator (单位管理员) keeps the accounts of its own people.

Who has administrators of his own is the city's decision. What a user may do is one of the roles his kind of organisation
has: 经办 (the role of the kind), with 单位管理员 beside it for whoever may also change data and users.
"""

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import Q, QuerySet

from upkeep.identity.sessions import end_sessions
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actions import ROLE_OF_KIND, NameTaken, open_account, set_password
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation, OrganisationKind, User
from upkeep.parties.queries import get_organisation
from upkeep.parties.roles import Role
from upkeep.parties.user_changes import change_roles, change_user, locked_user, note_change, set_active
from upkeep.policy.organisation_rule import organisation_rule

#: Letters and figures that nobody mistakes for one another when they are read out.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


class NotAManager(Refusal):
    """This organisation, or this user, keeps no accounts."""


def business_roles(kind: str) -> tuple[Role, ...]:
    """In which roles people of this kind of organisation do its business."""
    if kind == OrganisationKind.BANK:
        return (Role.TELLER, Role.TELLER_SUPERVISOR)
    return (ROLE_OF_KIND[OrganisationKind(kind)],)


def offered_roles(kind: str) -> tuple[Role, ...]:
    """All roles that an administrator of this kind of organisation can give."""
    return (*business_roles(kind), Role.ORG_ADMIN)


def users_of(organisation_id: int, *, text: str = "", is_active: bool | None = None) -> QuerySet[User]:
    """The organisation's users by name; `text` is part of a name or of a login name."""
    users = User.objects.filter(organisation_id=organisation_id).prefetch_related("held_roles")
    if text:
        users = users.filter(Q(name__icontains=text) | Q(username__icontains=text))
    if is_active is not None:
        users = users.filter(is_active=is_active)
    return users.order_by("-is_active", "name", "pk")


def why_not(organisation: Organisation, *, on: dt.date) -> str:
    """Why the city's rule leaves the users of this organisation to the office; empty when it keeps them itself."""
    rule = organisation_rule(jurisdiction_id=organisation.jurisdiction_id, on=on)
    kind = OrganisationKind(organisation.kind)
    if kind not in rule.user_managers:
        return f"本市的{kind.label}不自行管理机构用户，需要增减用户请联系维修资金管理部门"
    committee = kind is OrganisationKind.OWNERS_COMMITTEE
    if committee and rule.committee_users_when_self_managed and not organisation.is_self_managed:
        return "本市的业主委员会在自管模式下才能设置机构用户；已实行自管的，请联系维修资金管理部门登记"
    return ""


@transaction.atomic
def add_user(
    *, username: str, values: Mapping[str, str], roles: Iterable[Role], by: Actor, at: dt.datetime
) -> tuple[User, str]:
    """添加用户. The answer's second part is the password for the first login, which is kept nowhere.

    Raises: NotAManager, HasProblems.
    """
    organisation, roles = _managed(by, at), frozenset(roles)
    _check_roles(organisation, roles)
    password = one_time_password()
    try:
        user = open_account(
            username=username,
            name=values["name"],
            phone=values["phone"],
            roles=roles,
            jurisdiction_id=organisation.jurisdiction_id,
            organisation_id=organisation.pk,
            password=password,
            must_change_password=True,
            at=at,
        )
    except NameTaken as taken:
        raise HasProblems([Problem("username", str(taken))]) from None
    change_user(user_id=user.pk, values={"email": values["email"]}, by=by, at=at)
    note_change(user, "is_active", "", "新建", by=by, at=at)
    return user, password


@transaction.atomic
def modify_user(*, user_id: int, values: Mapping[str, str], roles: Iterable[Role], by: Actor, at: dt.datetime) -> None:
    """修改用户. Another role ends the user's sessions. Raises: NotAManager, HasProblems, LastAdministrator."""
    organisation, roles = _managed(by, at), frozenset(roles)
    user = _own(user_id, organisation)
    _check_roles(organisation, roles)
    if user.pk == by.user_id and Role.ORG_ADMIN not in roles:
        raise HasProblems([Problem("roles", "不能取消自己的单位管理员角色，请由另一名单位管理员办理")])
    change_user(user_id=user.pk, values=values, by=by, at=at)
    if change_roles(user_id=user.pk, roles=roles, by=by, at=at) and user.pk != by.user_id:
        end_sessions(user_id=user.pk)


@transaction.atomic
def deactivate_user(*, user_id: int, by: Actor, at: dt.datetime) -> bool:
    """注销用户: no login from here on, and what is open anywhere ends. His open cases stay the organisation's.

    Raises: NotAManager, LastAdministrator.
    """
    user = _own(user_id, _managed(by, at))
    if user.pk == by.user_id:
        raise NotAManager("不能注销自己的账号，请由另一名单位管理员办理")
    changed = set_active(user_id=user.pk, is_active=False, by=by, at=at)
    end_sessions(user_id=user.pk)
    return changed


@transaction.atomic
def reactivate_user(*, user_id: int, by: Actor, at: dt.datetime) -> bool:
    """激活用户, with the password he had. Raises: NotAManager."""
    user = _own(user_id, _managed(by, at))
    return set_active(user_id=user.pk, is_active=True, by=by, at=at)


@transaction.atomic
def give_password(*, user_id: int, by: Actor, at: dt.datetime) -> str:
    """A new password for one login, for a colleague who forgot his. Raises: NotAManager."""
    user = _own(user_id, _managed(by, at))
    if user.pk == by.user_id:
        raise NotAManager("自己的密码请在“修改密码”中修改")
    password = one_time_password()
    set_password(user=locked_user(user.pk), password=password, at=at, must_change=True)
    end_sessions(user_id=user.pk)
    note_change(user, "password", "", "由管理员重置", by=by, at=at)
    return password


def one_time_password() -> str:
    """Sixteen characters in groups, with capitals, small letters and figures in it."""
    while True:
        text = "".join(secrets.choice(_ALPHABET) for _ in range(16))
        if any(one.isdigit() for one in text) and any(one.islower() for one in text) and any(map(str.isupper, text)):
            return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def _managed(by: Actor, at: dt.datetime) -> Organisation:
    """The organisation whose users the actor keeps. Raises: NotAManager."""
    if not by.has(Role.ORG_ADMIN) or by.organisation_id is None:
        raise NotAManager("只有单位管理员可以管理机构用户")
    organisation = get_organisation(by.organisation_id)
    if reason := why_not(organisation, on=day_of(at)):
        raise NotAManager(reason)
    return organisation


def _own(user_id: int, organisation: Organisation) -> User:
    user = User.objects.filter(pk=user_id, organisation=organisation).first()
    if user is None:
        raise NotAManager("没有这个用户")
    return user


def _check_roles(organisation: Organisation, roles: frozenset[Role]) -> None:
    business = set(business_roles(organisation.kind))
    if not roles <= set(offered_roles(organisation.kind)):
        raise HasProblems([Problem("roles", "只能选择本类单位的角色")])
    if not roles & business:
        names = "或".join(role.label for role in business_roles(organisation.kind))
        raise HasProblems([Problem("roles", f"请选择业务角色：{names}")])
    if {Role.TELLER, Role.TELLER_SUPERVISOR} <= roles:
        raise HasProblems([Problem("roles", "银行柜员与银行复核须由不同的人担任，请只选一项")])
