"""Takes matches apart again: what they joined is open, the match itself stays readable with who did it and why."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection

from upkeep.parties.actor import Actor

# One statement: in between, a match would have one side only, which the database refuses.
_DISSOLVE = """
with theirs as (
    update reconciliation_bankline set match_id = null where match_id = any (%(ids)s)
), ours as (
    update reconciliation_bookmovement set match_id = null where match_id = any (%(ids)s)
)
update reconciliation_match set dissolved_at = %(at)s, dissolved_by_id = %(by)s, dissolved_by_name = %(name)s,
    dissolved_reason = %(reason)s
where id = any (%(ids)s) and dissolved_at is null
"""


def dissolve(match_ids: Sequence[int], *, reason: str, by: Actor | None, at: dt.datetime) -> None:
    """Open again what the matches joined; the caller has locked the custody account. `by` None: by rule."""
    with connection.cursor() as cursor:
        cursor.execute(
            _DISSOLVE,
            {
                "ids": list(match_ids),
                "at": at,
                "by": by.user_id if by else None,
                "name": by.name if by else "",
                "reason": reason,
            },
        )
