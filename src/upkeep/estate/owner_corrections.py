"""更正: a mistyped name or telephone of an owner is put right. The owner stays who he is: another person is 过户."""

import datetime as dt

from django.db import IntegrityError, transaction

from upkeep.estate.models import Owner, OwnerAccount, OwnerCorrection, Ownership
from upkeep.estate.queries import visible_to
from upkeep.kernel.checks import phone_number
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.secrecy import lookup_hash
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, SMS, event
from upkeep.parties.actor import Actor
from upkeep.parties.roles import OFFICE

CORRECTED = event(
    "owner.corrected",
    "业主联系电话已更正",
    (IN_SITE, SMS),
    "您在{city}登记的业主联系电话已更正。如非本人要求，请尽快联系{office}。",
)
_LONGEST_NAME, _LONGEST_REASON = 100, 200


class NotToBeCorrected(Refusal):
    """Only the office may: the owner has houses elsewhere, or an account that hangs on his telephone."""


@transaction.atomic
def correct(owner_id: int, *, name: str, phone: str, reason: str, by: Actor, at: dt.datetime) -> list[OwnerCorrection]:
    """Put name and telephone right; each that differs leaves its record, and a new telephone is told to the old one.

    Raises: HasProblems, NotToBeCorrected.
    """
    owner = Owner.objects.select_for_update(of=("self",)).get(pk=owner_id)
    name, phone, reason = "".join(name.split()), _tidy_phone(phone), " ".join(reason.split())
    _check(name, reason)
    if not by.has(*OFFICE):
        _check_reach(owner, by, new_phone=phone != owner.phone)
    before = {"name": owner.name, "phone": owner.phone}
    changed = {field: value for field, value in (("name", name), ("phone", phone)) if value != before[field]}
    if not changed:
        raise HasProblems([Problem("", "姓名和电话都没有变化，不需要更正")])
    owner.name, owner.phone, owner.phone_hash = name, phone, lookup_hash(phone)
    try:
        with transaction.atomic():
            owner.save(update_fields=["name", "phone", "phone_hash"])
    except IntegrityError:
        raise NotToBeCorrected("同名、同证件号码的业主已登记过，请办理过户，或联系管理部门") from None
    if "phone" in changed:
        _tell(owner, before["phone"], at=at)
    return [
        OwnerCorrection.objects.create(
            owner=owner, field=field, before=before[field], after=value, reason=reason, by_id=by.user_id, at=at
        )
        for field, value in changed.items()
    ]


def _tidy_phone(phone: str) -> str:
    try:
        return phone_number(phone)
    except ValueError as wrong:
        raise HasProblems([Problem("phone", str(wrong))]) from None


def _check(name: str, reason: str) -> None:
    problems = []
    if not name or len(name) > _LONGEST_NAME:
        problems.append(Problem("name", "请填写业主姓名或名称，不超过 100 字"))
    if not reason or len(reason) > _LONGEST_REASON:
        problems.append(Problem("reason", "请写明更正原因，不超过 200 字"))
    if problems:
        raise HasProblems(problems)


def _check_reach(owner: Owner, by: Actor, *, new_phone: bool) -> None:
    """An organisation changes only what concerns its own areas, and no telephone by which somebody logs in."""
    owned = Ownership.objects.filter(owner=owner, until__isnull=True)
    if owned.exclude(house__area__in=visible_to(by)).exists():
        raise NotToBeCorrected("该业主在其他物业区域也有房屋，请由维修资金管理部门更正")
    if new_phone and OwnerAccount.objects.filter(owner=owner).exists():
        raise NotToBeCorrected("该业主已开通账号，联系电话请由维修资金管理部门更正")


def _tell(owner: Owner, former_phone: str, *, at: dt.datetime) -> None:
    notify(
        event=CORRECTED.code,
        jurisdiction_id=owner.jurisdiction_id,
        values={},
        at=at,
        key=f"owner-{owner.pk}-{at.isoformat()}",
        user_ids=OwnerAccount.objects.filter(owner=owner).values_list("user_id", flat=True),
        phone=former_phone,
    )
