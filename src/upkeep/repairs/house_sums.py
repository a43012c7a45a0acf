"""What was ordered and paid for a project from each house's sub-account, and from the account of the unit that sold it
(售房单位分账), counted on the house's share.

Amounts are fen by house id; the id of a selling unit's account may stand beside them, as on payment orders. Its sum is then
counted on the houses it bears a part of, in proportion to what is open of each.
"""

from collections.abc import Mapping

from django.db import connection
from django.db.models import F
from django.db.models.functions import Coalesce

from upkeep.deposits.unit_accounts import accounts_behind
from upkeep.estate.unit_accounts import accounts_among
from upkeep.kernel.allocation import allocate
from upkeep.repairs.models import ProjectHouse

# The check of the share is on the row that is counted up, so no two payments can pass it together.
_COUNT = """
update repairs_projecthouse h set {column} = h.{column} + part.fen
from unnest(%s::bigint[], %s::bigint[]) as part (house_id, fen)
where h.project_id = %s and h.house_id = part.house_id
"""


def count_ordered(project_id: int, amounts: Mapping[int, int]) -> None:
    """Count what payment orders take, in fen by sub-account; negative gives it back.

    Raises: IntegrityError when a house would pay more than its share.
    """
    _count("ordered_fen", project_id, amounts)


def count_paid(project_id: int, amounts: Mapping[int, int]) -> None:
    """Count what the bank has paid, in fen by sub-account; negative takes it back.

    Raises: IntegrityError when it would be more than was ordered.
    """
    _count("paid_fen", project_id, amounts)


def count_unit_ordered(project_id: int, parts: Mapping[int, int]) -> None:
    """Count what payment orders take from selling units' accounts for each house, in fen by house id.

    Raises: IntegrityError when it would be more than the unit's part of the house's share.
    """
    _write("unit_ordered_fen", project_id, parts)


def _count(column: str, project_id: int, amounts: Mapping[int, int]) -> None:
    units = accounts_among(amounts)
    _write(column, project_id, {holder: fen for holder, fen in amounts.items() if holder not in units})
    if units:
        sums = {holder: fen for holder, fen in amounts.items() if holder in units}
        _write(f"unit_{column}", project_id, _by_house(column, project_id, sums))


def _by_house(column: str, project_id: int, sums: Mapping[int, int]) -> dict[int, int]:
    """The units' sums on the houses behind which their accounts stand, by what is open of each house's part."""
    rows = ProjectHouse.objects.filter(project_id=project_id).annotate(
        part=Coalesce("final_unit_fen", "unit_fen"),
        unordered=F("part") - F("unit_ordered_fen"),
        unpaid=F("unit_ordered_fen") - F("unit_paid_fen"),
    )
    rows = rows.filter(part__gt=0) | rows.filter(unit_ordered_fen__gt=0)
    found = {row.house_id: row for row in rows}
    behind = accounts_behind(list(found))
    counted: dict[int, int] = {}
    for account, fen in sums.items():
        if column == "ordered_fen":
            open_name = "unordered" if fen > 0 else "unpaid"
        else:
            open_name = "unpaid" if fen > 0 else "unit_paid_fen"
        weights = {pk: getattr(row, open_name) for pk, row in found.items() if behind.get(pk) == account}
        sign = 1 if fen > 0 else -1
        counted |= {pk: sign * part for pk, part in allocate(abs(fen), weights).items() if part}
    return counted


def _write(column: str, project_id: int, amounts: Mapping[int, int]) -> None:
    if amounts:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT.format(column=column), [list(amounts), list(amounts.values()), project_id])
