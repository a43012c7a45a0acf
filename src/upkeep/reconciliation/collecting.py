"""Takes the day's movements of 1001 over from the journal, so that they can be matched and worked off one by one."""

import datetime as dt

from django.db import connection

from upkeep.banking.movements import voucher_of, vouchers_of_day
from upkeep.books.bank_movements import bank_days, bank_movements
from upkeep.estate.models import Area
from upkeep.kernel.ids import new_ids
from upkeep.reconciliation.models import BookMovement, CollectedDay

_WRITE = """
insert into reconciliation_bookmovement (
    custody_id, day, id, book_id, entry_id, ordinal, reason, source, serial, number, place, fen
)
select %s, %s, m.* from unnest(
    %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::bigint[]
) m
"""


def collect(*, custody_id: int, first: dt.date, last: dt.date) -> int:
    """Take over what is new in the books of the days; answers with the number of movements. Twice changes nothing.

    A day is read again when its sums in the books are no longer those it was taken over with.
    """
    known = {
        one.day: (one.debit_fen, one.credit_fen)
        for one in CollectedDay.objects.filter(custody_id=custody_id, day__range=(first, last))
    }
    added = 0
    for day, sums in bank_days(custody_id=custody_id, first=first, last=last).items():
        if known.get(day) != sums:
            added += _collect_day(custody_id, day)
            CollectedDay.objects.update_or_create(
                custody_id=custody_id, day=day, defaults={"debit_fen": sums[0], "credit_fen": sums[1]}
            )
    return added


def _collect_day(custody_id: int, day: dt.date) -> int:
    known = set(BookMovement.objects.filter(custody_id=custody_id, day=day).values_list("entry_id", flat=True))
    new = [one for one in bank_movements(custody_id=custody_id, day=day) if one.entry_id not in known]
    if not new:
        return 0
    vouchers = vouchers_of_day(custody_id=custody_id, day=day)
    books = {one.area_id for one in new}
    names = dict(Area.objects.filter(pk__in=books).values_list("pk", "name"))
    found = [voucher_of(vouchers, book_id=one.area_id, source=one.source) for one in new]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                *(custody_id, day, new_ids(len(new))),
                [one.area_id for one in new],
                [one.entry_id for one in new],
                [one.ordinal for one in new],
                [one.reason for one in new],
                [one.source[:100] for one in new],
                [voucher.serial for voucher in found],
                [voucher.number for voucher in found],
                [names.get(one.area_id, "") for one in new],
                [one.fen for one in new],
            ],
        )
    return len(new)
