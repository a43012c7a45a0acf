"""The journal read from end to end, for exports that others can check."""

import datetime as dt
from collections.abc import Collection, Iterator
from itertools import groupby
from operator import itemgetter

from upkeep.ledger.database import array, streamed
from upkeep.ledger.types import BookedEntry, Line


def journal(*, book_ids: Collection[int] | None = None, last: dt.date | None = None) -> Iterator[BookedEntry]:
    """Every entry of the books with its lines in the order of booking, through a day, without holding them all in memory;
    None means all."""
    books = None if book_ids is None else array(book_ids)
    lines = streamed(
        "select e.id, e.ordinal, e.area_id, e.source, e.reason, e.fund, e.booked_on, e.reverses,"
        " l.custody_id, l.code, l.debit_fen, l.credit_fen, l.sub_account_id"
        " from ledger.entry e join ledger.line l on l.entry_id = e.id and l.area_id = e.area_id"
        " where (%s::bigint[] is null or e.area_id = any (%s::bigint[])) and (%s::date is null or e.booked_on <= %s)"
        " order by e.ordinal, l.line_no",
        [books, books, last, last],
    )
    for (id_, ordinal, area_id, source, reason, fund, booked_on, reverses), group in groupby(
        lines, itemgetter(*range(8))
    ):
        yield BookedEntry(
            id=id_,
            ordinal=ordinal,
            area_id=area_id,
            source=source,
            reason=reason,
            fund=fund,
            booked_on=booked_on,
            reverses=reverses,
            reversed_by=None,
            lines=[Line(*row[8:]) for row in group],
        )
