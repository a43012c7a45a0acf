"""What was ordered and paid from each house's sub-account for a project, counted on its share."""

from collections.abc import Mapping

from django.db import connection

# The check of the share is on the row that is counted up, so no two payments can pass it together.
_COUNT = """
update repairs_projecthouse h set {column} = h.{column} + part.fen
from unnest(%s::bigint[], %s::bigint[]) as part (house_id, fen)
where h.project_id = %s and h.house_id = part.house_id
"""


def count_ordered(project_id: int, amounts: Mapping[int, int]) -> None:
    """Count what payment orders take from the houses, in fen by house id; negative gives it back.

    Raises: IntegrityError when a house would pay more than its share.
    """
    _count("ordered_fen", project_id, amounts)


def count_paid(project_id: int, amounts: Mapping[int, int]) -> None:
    """Count what the bank has paid from the houses, in fen by house id; negative takes it back.

    Raises: IntegrityError when it would be more than was ordered.
    """
    _count("paid_fen", project_id, amounts)


def _count(column: str, project_id: int, amounts: Mapping[int, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(column=column), [list(amounts), list(amounts.values()), project_id])
