"""The journal read from end to end, for exports that others can check."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from upkeep.ledger.database import streamed
from upkeep.ledger.types import BookedEntry, Line


def journal() -> Iterator[BookedEntry]:
    """Every entry with its lines in the order of booking, without holding them all in memory."""
    lines = streamed(
        "select e.id, e.ordinal, e.area_id, e.source, e.reason, e.fund, e.booked_on, e.reverses,"
        " l.custody_id, l.code, l.debit_fen, l.credit_fen, l.sub_account_id"
        " from ledger.entry e join ledger.line l on l.entry_id = e.id and l.area_id = e.area_id"
        " order by e.ordinal, l.line_no"
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
