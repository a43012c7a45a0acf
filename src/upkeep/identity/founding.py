"""The first three administrators of an installation, and the jurisdiction at its top."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from upkeep.identity.staff import one_time_password
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actions import NameTaken, open_account
from upkeep.parties.history import record
from upkeep.parties.models import EventKind, Level, Office, UserRole
from upkeep.parties.places import found_jurisdiction
from upkeep.parties.roles import ADMINISTRATORS, Portal, Role

#: An advisory lock: the command run twice at once founds one installation.
_LOCK = 2608


@dataclass(frozen=True, kw_only=True)
class Place:
    """The jurisdiction at the top: a province over cities, or a city."""

    level: Level
    code: str
    slug: str
    name: str
    office_name: str


@dataclass(frozen=True, kw_only=True)
class Founder:
    """One of the three."""

    role: Role
    username: str
    name: str


class AlreadyFounded(Refusal):
    """There are administrators: they make others, not this."""


@transaction.atomic
def found_installation(*, place: Place, founders: Sequence[Founder], at: dt.datetime) -> list[tuple[Founder, str]]:
    """The top jurisdiction with its office, and each administrator with a one-time password.

    Raises: AlreadyFounded, HasProblems.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    if UserRole.objects.filter(role__in=ADMINISTRATORS).exists():
        raise AlreadyFounded("已有管理员账号，本命令不再执行；需要增加的，由系统管理员建立账号、安全管理员授权")
    if {one.role for one in founders} != set(ADMINISTRATORS):
        raise HasProblems([Problem("", "须同时建立系统管理员、安全管理员和审计管理员各一名")])
    if any(not one.username or not one.name for one in founders):
        raise HasProblems([Problem("", "请填写三名管理员的登录名和姓名")])
    top = found_jurisdiction(
        parent=None,
        level=place.level,
        code=place.code,
        slug=place.slug,
        name=place.name,
        office_name=place.office_name,
        by=None,
        at=at,
    )
    office = Office.objects.get(jurisdiction=top)
    return [(one, _open(one, office, at=at)) for one in founders]


def _open(founder: Founder, office: Office, *, at: dt.datetime) -> str:
    password = one_time_password()
    try:
        user = open_account(
            username=founder.username,
            name=founder.name,
            roles=[founder.role],
            jurisdiction_id=office.jurisdiction_id,
            office_id=office.pk,
            password=password,
            must_change_password=True,
            realm=Portal.OFFICE,
            at=at,
        )
    except NameTaken:
        raise HasProblems([Problem("", f"登录名 {founder.username} 已被使用，三名管理员须各用一个登录名")]) from None
    record(
        EventKind.ROLE_GRANTED,
        by=None,
        at=at,
        jurisdiction_id=office.jurisdiction_id,
        subject=f"{founder.name}（{founder.username}）",
        user=user,
        after=founder.role.label,
        reason="首次安装",
    )
    return password
