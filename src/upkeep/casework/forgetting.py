"""What is taken away of a case that came to nothing: the form, its rows, its papers, its prints. Number, subject and history
stay, so that it can still be said what became of it. The database lets nothing else of a closed case be changed.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from upkeep.casework.models import Case, CaseFile, CaseRow
from upkeep.casework.states import State
from upkeep.kernel.dates import day_of
from upkeep.kernel.stored_files import delete_after_commit
from upkeep.policy.retention_rule import retention_rule
from upkeep.printing import actions as printing

_AT_ONCE = 200


def empty(case: Case, *, at: dt.datetime) -> None:
    """Take away what the case holds of people. The caller saves the case."""
    case.data, case.contact_phone, case.forgotten_at = {}, "", at
    _take_away([case.pk])


def forget_withdrawn(*, at: dt.datetime) -> int:
    """Empty the withdrawn cases whose time has run out after their city's rule, and dropped drafts. Answers with their number.

    The day of withdrawal is not counted.
    """
    kept = Case.objects.filter(state=State.WITHDRAWN, forgotten_at__isnull=True)
    cities = kept.order_by().values_list("jurisdiction_id", flat=True).distinct()
    forgotten = 0
    for city_id in list(cities):
        days = retention_rule(jurisdiction_id=city_id, on=day_of(at)).withdrawn_days
        last = day_of(at) - dt.timedelta(days=days)
        mine = kept.filter(jurisdiction_id=city_id).only("pk", "closed_at", "submitted_at")
        over = [case.pk for case in mine.order_by("pk").iterator() if _is_over(case, last)]
        for first in range(0, len(over), _AT_ONCE):
            forgotten += _forget(over[first : first + _AT_ONCE], at=at)
    return forgotten


def _is_over(case: Case, last: dt.date) -> bool:
    """`last` is the youngest day of withdrawal that need not be kept any longer."""
    assert case.closed_at is not None
    return case.submitted_at is None or day_of(case.closed_at) < last


@transaction.atomic
def _forget(case_ids: Sequence[int], *, at: dt.datetime) -> int:
    held = Case.objects.select_for_update(of=("self",)).filter(pk__in=case_ids, forgotten_at__isnull=True)
    cases = list(held.order_by("pk"))
    for case in cases:
        case.data, case.contact_phone, case.forgotten_at = {}, "", at
        case.save(update_fields=["data", "contact_phone", "forgotten_at"])
    _take_away([case.pk for case in cases])
    return len(cases)


def _take_away(case_ids: Sequence[int]) -> None:
    CaseRow.objects.filter(case_id__in=case_ids).delete()
    files = CaseFile.objects.filter(case_id__in=case_ids)
    paths = list(files.values_list("path", flat=True))
    files.delete()
    delete_after_commit(paths)
    printing.forget([f"case:{pk}" for pk in case_ids])
