"""业务受理状态查询 (P2): how a business form stands, for whoever knows its number and proves that it is his."""

from django.utils.crypto import constant_time_compare

from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import State
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.queries import within


def find_handed_in(number: str, *, city_id: int) -> Case | None:
    """The form of that number that was handed in to the city or one of its districts, running or finished."""
    handed_in = Case.objects.filter(number=tidy_number(number), jurisdiction_id__in=within(city_id))
    return handed_in.exclude(state=State.DRAFT).select_related("applicant_organisation", "jurisdiction").first()


def phone_on_record(case: Case | None) -> str:
    """The telephone that the form was handed in with; empty without one, and without a form."""
    if case is None:
        return ""
    return register[case.procedure].applicant_phone(case) or case.contact_phone


def ends_with(case: Case | None, tail: str) -> bool:
    """Whether the telephone on record ends with these four digits."""
    phone = phone_on_record(case)
    return len(tail) == 4 and len(phone) >= 7 and constant_time_compare(phone[-4:].encode(), tail.encode())


def is_on_record(case: Case | None, phone: str) -> bool:
    """Whether this is the telephone on record, whole."""
    known = phone_on_record(case)
    return bool(known) and constant_time_compare(known.encode(), phone.encode())
