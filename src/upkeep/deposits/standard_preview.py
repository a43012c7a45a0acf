"""What a new standard (交存标准) would do to the houses that have not paid yet: by kind of house, an example of each.

Houses are grouped by what standards look at, in one statement, so that a city of a million takes no longer to look at.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from upkeep.deposits.due import Due, due_of, known_of, why_not
from upkeep.estate.models import House
from upkeep.policy.deposit_standard import DepositStandard

MOST = 40
_GROUPS = """
select min(h.id), count(*), sum(h.area_dm2)::bigint
from estate_house h
join estate_building b on b.id = h.building_id
join estate_area a on a.id = h.area_id
left join deposits_houseprice p on p.house_id = h.id and p.until is null
where h.state = 'ACTIVE' and h.first_deposit_due_fen is null and a.jurisdiction_id = any (%s::bigint[])
group by b.kind, b.has_lift, h.use, h.nature, coalesce(b.storeys, h.floor), p.id is not null
order by count(*) desc
limit %s
"""


@dataclass(frozen=True)
class Example:
    """One kind of house: an example, how many there are, what it owes before and after, why nothing after if so."""

    house: House
    houses: int
    before: Due | None
    after: Due | None
    why_not: str

    @property
    def differs(self) -> bool:
        return (self.before and self.before.amount_fen) != (self.after and self.after.amount_fen)


def examples(*, places: Collection[int], before: DepositStandard | None, after: DepositStandard) -> list[Example]:
    """The kinds of houses of these jurisdictions that have not paid, those that change or fit nowhere first."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, [list(places), MOST])
        groups = {house_id: count for house_id, count, _ in cursor.fetchall()}
    houses = list(House.objects.filter(pk__in=groups).select_related("building", "area"))
    known = known_of(houses, before, after)
    found = [
        Example(
            house=house,
            houses=groups[house.pk],
            before=due_of(house, before, known) if before else None,
            after=due_of(house, after, known),
            why_not=why_not(house, after, known),
        )
        for house in houses
    ]
    return sorted(found, key=lambda one: (not one.why_not, not one.differs, -one.houses, one.house.pk))
