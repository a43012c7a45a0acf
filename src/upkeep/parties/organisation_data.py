"""An organisation's own data: which fields there are, how a value is typed and said, and the one way to change them.

Core (核心信息) are name, nature, social credit code and legal representative; all the others are auxiliary (辅助信息).
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet

from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.masking import mask_phone
from upkeep.kernel.money import yuan
from upkeep.parties.actions import NameTaken
from upkeep.parties.actor import Actor
from upkeep.parties.models import Jurisdiction, Organisation, OrganisationChange

CORE = ("name", "nature", "social_credit_code", "legal_representative")
#: In the order of manual 003 §8.
AUXILIARY = (
    *("address", "postcode", "office_address", "office_postcode", "phone", "other_phone", "email", "founded_on"),
    *("capital_fen", "fax", "ownership", "certificate_number", "economic_type", "legal_phone", "legal_mobile"),
    *("supervisor", "fund_source", "affiliation", "is_legal_person", "budget_code", "founding_document", "industry"),
    *("licence_number", "tax_number", "department_code", "account_permit", "district"),
)
FIELDS = (*CORE, *AUXILIARY)
#: Of a person, not of the organisation: shown masked.
PERSONAL = frozenset({"legal_phone", "legal_mobile"})

_YES_NO = {True: "是", False: "否"}


def label_of(field: str) -> str:
    """What the field is called."""
    about = Organisation._meta.get_field(field)
    assert isinstance(about, models.Field)
    return str(about.verbose_name)


def in_words(field: str, value: Any) -> str:
    """A typed value as people read it: choices by their names, money in yuan, days in figures."""
    if value is None or value == "":
        return ""
    about = Organisation._meta.get_field(field)
    if field == "capital_fen":
        return f"{yuan(int(value))} 元"
    if field == "district":
        return Jurisdiction.objects.get(pk=int(value)).name
    if isinstance(value, bool):
        return _YES_NO[value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(about, models.CharField) and about.choices:
        return str(dict(about.flatchoices).get(value, value))
    return str(value)


def masked(field: str, words: str) -> str:
    """The words as they are shown."""
    return mask_phone(words) if field in PERSONAL and words else words


def values_of(organisation: Organisation) -> dict[str, Any]:
    """What the organisation's fields hold, the district as its id."""
    return {field: getattr(organisation, "district_id" if field == "district" else field) for field in FIELDS}


def facts_of(organisation: Organisation, *fields: str) -> list[tuple[str, str]]:
    """Labels and masked words of the fields, for showing."""
    held = values_of(organisation)
    return [(label_of(one), masked(one, in_words(one, held[one]))) for one in fields or FIELDS]


def history_of(organisation_id: int) -> QuerySet[OrganisationChange]:
    """What was changed, newest first."""
    return OrganisationChange.objects.filter(organisation_id=organisation_id).order_by("-at", "-id")


@transaction.atomic
def change_organisation(
    *,
    organisation_id: int,
    values: Mapping[str, Any],
    seen: Mapping[str, Any],
    by: Actor,
    at: dt.datetime,
    case_number: str = "",
) -> list[OrganisationChange]:
    """Give fields new values and write each change down. `seen` is what the one who asks for it saw before.

    Raises: HasProblems when a field no longer holds what was seen, NameTaken for another organisation's credit code.
    """
    organisation = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation_id)
    held = values_of(organisation)
    wanted = {field: value for field, value in values.items() if value != held[field]}
    overtaken = [field for field in wanted if field in seen and seen[field] != held[field]]
    if overtaken:
        raise HasProblems([Problem(field, overtaken_words(field, held[field])) for field in overtaken])
    for field, value in wanted.items():
        setattr(organisation, "district_id" if field == "district" else field, value)
    try:
        with transaction.atomic():
            organisation.save(update_fields=list(wanted))
    except IntegrityError:
        raise NameTaken("该统一社会信用代码已由其他单位登记，请核对；如确属本单位，请联系维修资金管理部门") from None
    return OrganisationChange.objects.bulk_create(
        [
            OrganisationChange(
                organisation=organisation,
                field=field,
                before=in_words(field, held[field]),
                after=in_words(field, value),
                by_user_id=by.user_id or None,
                by_name=by.name,
                at=at,
                case_number=case_number,
            )
            for field, value in wanted.items()
        ]
    )


def overtaken_words(field: str, held: Any) -> str:
    """What is said to whoever was overtaken."""
    now = masked(field, in_words(field, held)) or "空"
    return f"“{label_of(field)}”刚刚已由他人改为“{now}”，请重新打开信息变更页面核对后再改"


@transaction.atomic
def set_self_managed(*, organisation_id: int, is_self_managed: bool, by: Actor, at: dt.datetime) -> None:
    """The office says whether the owners' committee manages its area by itself (自管模式)."""
    organisation = Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation_id)
    before, organisation.is_self_managed = organisation.is_self_managed, is_self_managed
    if before == is_self_managed:
        return
    organisation.save(update_fields=["is_self_managed"])
    OrganisationChange.objects.create(
        organisation=organisation,
        field="is_self_managed",
        before=_YES_NO[before],
        after=_YES_NO[is_self_managed],
        by_user_id=by.user_id or None,
        by_name=by.name,
        at=at,
    )
