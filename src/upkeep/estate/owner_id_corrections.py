"""Putting right the number or kind of an owner's paper. One enters it and another approves (业主证件更正); the owner, found by
his number everywhere, stays the same record, and what stood before is kept sealed."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError, transaction

from upkeep.casework.models import Case
from upkeep.estate import owner_cases
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import Owner, OwnerAccount, OwnerCorrection, Ownership
from upkeep.estate.owner_corrections import NotToBeCorrected
from upkeep.kernel.errors import Problem
from upkeep.kernel.masking import mask_id_number
from upkeep.kernel.secrecy import lookup_hash
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, SMS, event
from upkeep.parties.actor import Actor

#: Where the data of a case keep the ownership it began from, and what the paper was on record as.
OWNERSHIP, SEEN = "ownership", "seen"

CORRECTED = event(
    "owner.id_corrected",
    "业主证件信息已更正",
    (IN_SITE, SMS),
    "您在{city}登记的业主证件信息已更正（业务单 {number}）。如非本人要求，请尽快联系{office}。",
)


def begun_for(owned: Ownership) -> dict[str, Any]:
    """What a draft for the owner begins with: his paper masked, and a hash by which a change meanwhile is noticed."""
    owner = owned.owner
    seen = {
        "kind": str(owner.get_id_kind_display()),
        "number": mask_id_number(owner.id_number),
        "hash": owner.id_hash,
    }
    return {OWNERSHIP: str(owned.pk), SEEN: seen, "id_kind": owner.id_kind}


def ownership_of(case: Case) -> Ownership | None:
    """The ownership that the case began from, whatever became of it."""
    value = str(case.data.get(OWNERSHIP, ""))
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        return None
    owned = Ownership.objects.select_related("owner", "house__area", "house__building")
    return owned.filter(pk=int(value)).first()


def problems(case: Case, *, id_kind: str, id_number: str) -> Iterator[Problem]:
    """What stands against the correction, in sentences that say what to do."""
    owned = ownership_of(case)
    if owned is None or owned.until is not None or owned.house.area_id not in set(owner_cases.areas_of(case)):
        yield Problem("", "该业主已不再拥有这套房屋，或房屋不在本单位的物业区域内，请撤销业务单")
        return
    owner, hashed = owned.owner, lookup_hash(id_number)
    if case.data[SEEN]["hash"] != owner.id_hash:
        yield Problem("", "该业主的证件信息在填写期间已由他人更正，请撤销业务单后重新核对")
    if (owner.id_kind, owner.id_hash) == (id_kind, hashed):
        yield Problem("id_number", "证件类型和号码与登记的相同，不需要更正")
    others = Owner.objects.filter(jurisdiction_id=owner.jurisdiction_id, id_kind=id_kind, id_hash=hashed)
    if others.exclude(pk=owner.pk).exists():
        text = "该证件号码在本市已登记为另一位业主，请核对；确属同一人的，请把房屋过户到已登记的业主名下"
        yield Problem("id_number", text)
    if case.applicant_organisation_id:
        yield from _beyond_an_organisation(case, owner)


def _beyond_an_organisation(case: Case, owner: Owner) -> Iterator[Problem]:
    owned = Ownership.objects.filter(owner=owner, until__isnull=True)
    if owned.exclude(house__area_id__in=owner_cases.areas_of(case)).exists():
        yield Problem("", "该业主在其他物业区域也有房屋，请由维修资金管理部门办理证件更正")
    if OwnerAccount.objects.filter(owner=owner).exists():
        yield Problem("", "该业主已开通账号，请由维修资金管理部门办理证件更正")


@transaction.atomic
def correct_id(
    case: Case, *, id_kind: IdKind, id_number: str, reason: str, by: Actor, at: dt.datetime
) -> list[OwnerCorrection]:
    """Put it in force; each of kind and number that differs leaves its record. Raises: NotToBeCorrected."""
    owned = ownership_of(case)
    assert owned is not None
    owner = Owner.objects.select_for_update(of=("self",)).get(pk=owned.owner_id)
    if owner.id_hash != case.data[SEEN]["hash"]:
        raise NotToBeCorrected("该业主的证件信息已由他人更正，请退回申请人核对")
    before = {"id_kind": str(owner.get_id_kind_display()), "id_number": owner.id_number}
    after = {"id_kind": str(id_kind.label), "id_number": id_number}
    owner.id_kind, owner.id_number, owner.id_hash = id_kind, id_number, lookup_hash(id_number)
    try:
        with transaction.atomic():
            owner.save(update_fields=["id_kind", "id_number", "id_hash"])
    except IntegrityError:
        raise NotToBeCorrected("同名、同证件号码的业主已登记过，请退回申请人核对") from None
    notify(
        event=CORRECTED.code,
        jurisdiction_id=owner.jurisdiction_id,
        values={"number": case.number},
        at=at,
        key=f"{case.number}-{owner.pk}",
        user_ids=OwnerAccount.objects.filter(owner=owner).values_list("user_id", flat=True),
        phone=owner.phone,
    )
    why = f"{reason}（业务单 {case.number}）"[:200]
    return [
        OwnerCorrection.objects.create(
            owner=owner, field=field, before=before[field], after=after[field], reason=why, by_id=by.user_id, at=at
        )
        for field in after
        if before[field] != after[field]
    ]
