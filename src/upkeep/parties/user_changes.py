"""Changing a user after his account was opened: his data, his roles, whether he may log in. Each change is written down."""

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from upkeep.kernel.errors import Refusal
from upkeep.kernel.masking import mask_phone
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation, User, UserChange, UserRole
from upkeep.parties.roles import Role

#: What a user's row says of the person, by its column.
DATA = ("name", "phone", "email")
LABELS = {
    "name": "姓名",
    "phone": "手机号",
    "email": "电子邮箱",
    "roles": "角色",
    "is_active": "账号状态",
    "password": "登录密码",
}


class LastAdministrator(Refusal):
    """The organisation would be left without anybody who manages its users."""


def mask_email(address: str) -> str:
    """chenli@example.com -> c***@example.com."""
    name, at, host = address.partition("@")
    return f"{name[:1]}***{at}{host}" if address else ""


def shown(field: str, words: str) -> str:
    """A value of the history as it is shown."""
    if field == "phone" and words:
        return mask_phone(words)
    return mask_email(words) if field == "email" else words


def history_of_user(user_id: int) -> QuerySet[UserChange]:
    """What was changed about a user, newest first."""
    return UserChange.objects.filter(user_id=user_id).order_by("-at", "-id")


def locked_user(user_id: int) -> User:
    """The user for changing. His organisation is locked first: what makes or leaves administrators is done in turn."""
    user = User.objects.get(pk=user_id)
    if user.organisation_id:
        Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=user.organisation_id)
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)


@transaction.atomic
def change_user(*, user_id: int, values: Mapping[str, str], by: Actor, at: dt.datetime) -> None:
    """Give name, phone or e-mail new values."""
    user = locked_user(user_id)
    held = {field: str(getattr(user, field)) for field in values}
    changed = [field for field in values if values[field] != held[field]]
    for field in changed:
        setattr(user, field, values[field])
    user.save(update_fields=changed)
    for field in changed:
        note_change(user, field, held[field], values[field], by=by, at=at)


@transaction.atomic
def change_roles(*, user_id: int, roles: Iterable[Role], by: Actor, at: dt.datetime) -> bool:
    """Give the user these roles and no others; whether that was a change. Raises: LastAdministrator."""
    user = locked_user(user_id)
    held, wanted = roles_of(user), frozenset(roles)
    if held == wanted:
        return False
    UserRole.objects.bulk_create([UserRole(user=user, role=role) for role in sorted(wanted - held)])
    with _keeping_an_administrator():
        UserRole.objects.filter(user=user, role__in=held - wanted).delete()
    note_change(user, "roles", role_names(held), role_names(wanted), by=by, at=at)
    return True


@transaction.atomic
def set_active(*, user_id: int, is_active: bool, by: Actor, at: dt.datetime) -> bool:
    """Let the user log in, or no longer; whether that was a change. Raises: LastAdministrator."""
    user = locked_user(user_id)
    if user.is_active == is_active:
        return False
    user.is_active = is_active
    with _keeping_an_administrator():
        user.save(update_fields=["is_active"])
    words = {True: "正常", False: "已注销"}
    note_change(user, "is_active", words[not is_active], words[is_active], by=by, at=at)
    return True


def note_change(user: User, field: str, before: str, after: str, *, by: Actor, at: dt.datetime) -> None:
    """Write a change of a user down."""
    UserChange.objects.create(
        user=user, field=field, before=before, after=after, by_user_id=by.user_id or None, by_name=by.name, at=at
    )


def roles_of(user: User) -> frozenset[Role]:
    """The roles he holds."""
    return frozenset(Role(held) for held in UserRole.objects.filter(user=user).values_list("role", flat=True))


def role_names(roles: Iterable[Role]) -> str:
    """The roles by their names, in the order of the vocabulary."""
    held = set(roles)
    return "、".join(role.label for role in Role if role in held)


@contextlib.contextmanager
def _keeping_an_administrator() -> Iterator[None]:
    """Within it the database's refusal to leave an organisation without an administrator becomes a sentence."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as refused:
        if "without an administrator" not in str(refused):
            raise
        raise LastAdministrator("这是本单位最后一个可登录的单位管理员；请先另设一名单位管理员") from None
