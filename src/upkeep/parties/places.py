"""Setting up and changing jurisdictions (管辖区) and offices (管理部). Nothing is deleted: what is done with is retired."""

import datetime as dt
import re
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actions import add_jurisdiction
from upkeep.parties.actor import Actor
from upkeep.parties.history import changes, record
from upkeep.parties.models import EventKind, Jurisdiction, Level, Office, User
from upkeep.parties.queries import within

_CHILD = {Level.PROVINCE: Level.CITY, Level.CITY: Level.DISTRICT}
_DIVISION = re.compile(r"[1-9][0-9]{5}", re.ASCII)
_SLUG = re.compile(r"[a-z][a-z0-9-]{1,29}", re.ASCII)

JURISDICTION_FIELDS = {
    "name": "名称",
    "office_name": "管理机构",
    "office_address": "窗口地址",
    "office_phone": "咨询电话",
}
OFFICE_FIELDS = {"name": "名称", "address": "地址", "phone": "电话", "hours": "办公时间"}


class NotInYourJurisdiction(Refusal):
    """The administrator's jurisdiction does not reach so far."""


class StillInUse(Refusal):
    """Something hangs on it that must be dealt with first."""


def check_reach(jurisdiction_id: int, *, by: Actor) -> None:
    """Raises: NotInYourJurisdiction."""
    if jurisdiction_id not in within(by.jurisdiction_id):
        raise NotInYourJurisdiction("该管辖区不在您的管理范围内")


def child_level(parent: Jurisdiction) -> Level | None:
    """What can be added under it; nothing under a district."""
    return _CHILD.get(Level(parent.level))


def code_problem(code: str, *, level: Level, parent: Jurisdiction | None) -> str:
    """What is wrong with a code of GB/T 2260: its shape, or that it does not lie under the parent's. Empty when right."""
    if not _DIVISION.fullmatch(code):
        return "区划代码应为 6 位数字（GB/T 2260），例如 510500"
    if level is Level.PROVINCE and not code.endswith("0000"):
        return "省级区划代码的后四位应为 0"
    if level is Level.DISTRICT and code.endswith("00"):
        return "区县的区划代码后两位不能都是 0"
    stem = re.sub("(00)+$", "", parent.code) if parent else ""
    if not code.startswith(stem) or (parent is not None and code == parent.code):
        return f"区划代码应以上级“{parent.name if parent else ''}”的 {stem} 开头"
    return ""


def _problems(*, code: str, slug: str, level: Level, parent: Jurisdiction | None) -> list[Problem]:
    problems = []
    if text := code_problem(code, level=level, parent=parent):
        problems.append(Problem("code", text))
    elif Jurisdiction.objects.filter(code=code).exists():
        problems.append(Problem("code", "该区划代码已设管辖区"))
    if not _SLUG.fullmatch(slug):
        problems.append(Problem("slug", "网址名用 2 至 30 个小写字母、数字或连字符，以字母开头，例如 jiangcheng"))
    elif Jurisdiction.objects.filter(slug=slug).exists():
        problems.append(Problem("slug", "该网址名已被使用，请换一个"))
    return problems


@transaction.atomic
def found_jurisdiction(
    *,
    parent: Jurisdiction | None,
    level: Level,
    code: str,
    slug: str,
    name: str,
    office_name: str,
    by: Actor | None,
    at: dt.datetime,
    office_phone: str = "",
    office_address: str = "",
) -> Jurisdiction:
    """Add a city to a province, or a district to a city; without `by` and `parent`, the first of an installation.

    Its first office comes into being with it. Raises: HasProblems, NotInYourJurisdiction, StillInUse.
    """
    if by is not None:
        check_reach(parent.pk if parent else 0, by=by)
    if parent is not None and (parent.retired_at is not None or child_level(parent) is not level):
        raise StillInUse(f"“{parent.name}”下不能再设管辖区")
    if problems := _problems(code=code, slug=slug, level=level, parent=parent):
        raise HasProblems(problems)
    try:
        with transaction.atomic():
            found = add_jurisdiction(
                level=level,
                code=code,
                slug=slug,
                name=name,
                office_name=office_name,
                parent=parent,
                phone=office_phone,
                address=office_address,
            )
    except IntegrityError:
        raise HasProblems([Problem("code", "该区划代码或网址名刚刚已被使用，请核对")]) from None
    record(EventKind.JURISDICTION_ADDED, by=by, at=at, jurisdiction_id=found.pk, subject=name, after=f"{code} {name}")
    add_office(
        jurisdiction=found,
        values={"name": office_name, "address": office_address, "phone": office_phone},
        by=by,
        at=at,
    )
    return found


@transaction.atomic
def change_jurisdiction(place: Jurisdiction, values: Mapping[str, str], *, by: Actor, at: dt.datetime) -> None:
    """Change names and office data; code, level and place in the tree stay. Raises: NotInYourJurisdiction."""
    check_reach(place.pk, by=by)
    now = {key: str(getattr(place, key)) for key in JURISDICTION_FIELDS}
    wanted = {key: values[key] for key in JURISDICTION_FIELDS}
    before, after = changes(JURISDICTION_FIELDS, now, wanted)
    if not after:
        return
    Jurisdiction.objects.filter(pk=place.pk).update(**wanted)
    record(
        EventKind.JURISDICTION_CHANGED,
        by=by,
        at=at,
        jurisdiction_id=place.pk,
        subject=wanted["name"],
        before=before,
        after=after,
    )


@transaction.atomic
def retire_jurisdiction(place: Jurisdiction, *, reason: str, by: Actor, at: dt.datetime) -> None:
    """Take it out of use: nothing new begins there. Raises: NotInYourJurisdiction, StillInUse."""
    check_reach(place.pk, by=by)
    if place.pk == by.jurisdiction_id:
        raise NotInYourJurisdiction("不能停用本人所属的管辖区，须由上级办理")
    locked = Jurisdiction.objects.select_for_update().get(pk=place.pk)
    if locked.retired_at is not None:
        raise StillInUse("该管辖区已经停用")
    if Jurisdiction.objects.filter(parent=locked, retired_at__isnull=True).exists():
        raise StillInUse("请先停用其下级管辖区")
    staff = User.objects.filter(office__jurisdiction=locked, is_active=True).count()
    if staff:
        raise StillInUse(f"还有 {staff} 名在用人员属于该管辖区，请先调整到其他管理部或停用其账号")
    locked.retired_at = at
    locked.save(update_fields=["retired_at"])
    record(EventKind.JURISDICTION_RETIRED, by=by, at=at, jurisdiction_id=place.pk, subject=locked.name, reason=reason)


@transaction.atomic
def add_office(
    *,
    jurisdiction: Jurisdiction,
    values: Mapping[str, str],
    by: Actor | None,
    at: dt.datetime,
    is_window: bool = True,
) -> Office:
    """Set up a 管理部. Raises: NotInYourJurisdiction, HasProblems when the name is taken there, StillInUse."""
    if by is not None:
        check_reach(jurisdiction.pk, by=by)
    if jurisdiction.retired_at is not None:
        raise StillInUse("该管辖区已经停用，不能再设管理部")
    try:
        with transaction.atomic():
            office = Office.objects.create(
                jurisdiction=jurisdiction, is_window=is_window, **{key: values.get(key, "") for key in OFFICE_FIELDS}
            )
    except IntegrityError:
        raise HasProblems([Problem("name", "该管辖区已有同名的管理部")]) from None
    record(
        EventKind.OFFICE_ADDED, by=by, at=at, jurisdiction_id=jurisdiction.pk, subject=office.name, after=office.name
    )
    return office


@transaction.atomic
def change_office(office: Office, values: Mapping[str, str], *, is_window: bool, by: Actor, at: dt.datetime) -> None:
    """Change what is known of an office. Raises: NotInYourJurisdiction, HasProblems."""
    check_reach(office.jurisdiction_id, by=by)
    names = OFFICE_FIELDS | {"is_window": "对外受理窗口"}
    now = {key: str(getattr(office, key)) for key in OFFICE_FIELDS} | {"is_window": _yes(office.is_window)}
    wanted = {key: values[key] for key in OFFICE_FIELDS}
    before, after = changes(names, now, wanted | {"is_window": _yes(is_window)})
    if not after:
        return
    try:
        with transaction.atomic():
            Office.objects.filter(pk=office.pk).update(**wanted, is_window=is_window)
    except IntegrityError:
        raise HasProblems([Problem("name", "该管辖区已有同名的管理部")]) from None
    record(
        EventKind.OFFICE_CHANGED,
        by=by,
        at=at,
        jurisdiction_id=office.jurisdiction_id,
        subject=wanted["name"],
        before=before,
        after=after,
    )


@transaction.atomic
def retire_office(office: Office, *, reason: str, by: Actor, at: dt.datetime) -> None:
    """Close an office that nobody works in any more. Raises: NotInYourJurisdiction, StillInUse."""
    check_reach(office.jurisdiction_id, by=by)
    locked = Office.objects.select_for_update().get(pk=office.pk)
    if locked.retired_at is not None:
        raise StillInUse("该管理部已经停用")
    if locked.staff.filter(is_active=True).exists():
        raise StillInUse("该管理部还有在用人员，请先调整到其他管理部或停用其账号")
    locked.retired_at = at
    locked.save(update_fields=["retired_at"])
    record(
        EventKind.OFFICE_RETIRED,
        by=by,
        at=at,
        jurisdiction_id=office.jurisdiction_id,
        subject=office.name,
        reason=reason,
    )


def _yes(value: bool) -> str:
    return "是" if value else "否"
