"""A small city whose books have a year of everything: deposits, interest, a fee, a repair, a refund, shared earnings."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from tests.cast import AT, Cast, make_cast
from upkeep.banking.custody_books import books_of, charge_fee, credit_interest
from upkeep.banking.models import CustodyAccount
from upkeep.books import postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.closing.models import LedgerAudit
from upkeep.estate.models import Area
from upkeep.estate.queries import houses_of_area
from upkeep.kernel.dates import start_of
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role

#: A working day after the month that tests close.
IN_NOVEMBER = dt.date(2026, 11, 5)
OCTOBER, LAST_OF_OCTOBER = "2026-10", dt.date(2026, 10, 31)


@dataclass
class Scene:
    """The city, its people and two houses with money."""

    cast: Cast
    city_id: int
    area: Area
    custody: CustodyAccount
    houses: list[int]

    @property
    def accountant(self) -> Actor:
        return self.cast["demo-accountant"]

    @property
    def approver(self) -> Actor:
        return self.cast["demo-approver"]

    @property
    def books(self) -> list[int]:
        return books_of(self.city_id)

    def audited(self, *, at: dt.datetime = AT) -> None:
        """As after a night's audit that found nothing."""
        LedgerAudit.objects.create(began_at=at, ended_at=at, entries=1, lines=2, rules=27)


def make_scene() -> Scene:
    """The settled city and a year's business in its first area, in 2025 a little and in 2026 a bit of everything."""
    cast = make_cast(settled=True)
    cast.hire("second-accountant", [Role.ACCOUNTANT])
    area = cast.area()
    city_id = cast.city.jurisdiction.pk
    custody = CustodyAccount.objects.get(
        jurisdiction_id=city_id, fund_kind=FundKind.COMMODITY, is_default=True, is_active=True
    )
    ids = [house.pk for house in houses_of_area(area.pk)]
    rich = [pk for pk, found in sub_accounts.balances(ids).items() if found.balance_fen > 1_000_000][:2]
    head: dict[str, Any] = {"area_id": area.pk, "custody_id": custody.pk, "fund_kind": FundKind.COMMODITY}
    postings.deposit_confirmed(**head, amounts={rich[0]: 50_000}, source="s:1", booked_on=dt.date(2025, 12, 30))
    postings.repair_paid(
        **head, amounts={rich[0]: 30_000, rich[1]: 20_000}, source="s:2", booked_on=dt.date(2026, 9, 9)
    )
    postings.refund_paid(**head, amounts={rich[1]: 1_000}, source="s:3", booked_on=dt.date(2026, 10, 8))
    at = start_of(IN_NOVEMBER)
    credit_interest(custody_id=custody.pk, fen=7_777, serial="LX1", booked_on=dt.date(2026, 9, 21), at=at)
    charge_fee(custody_id=custody.pk, fen=77, serial="SX1", booked_on=dt.date(2026, 10, 21), at=at)
    return Scene(cast=cast, city_id=city_id, area=area, custody=custody, houses=rich)
