"""A year of houses' money: what each had at its beginning, what came in and went out, what it had at its end."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from upkeep.ledger import api as ledger

_REPAIRS = ("repair_paid", "repair_paid_in_cash")
_INTEREST = ("earnings_distributed", "earnings_shared")


@dataclass(frozen=True, kw_only=True)
class HouseYear:
    """One house's year in fen; interest is part of what came in, repairs of what went out."""

    opening_fen: int = 0
    received_fen: int = 0
    interest_fen: int = 0
    spent_fen: int = 0
    repairs_fen: int = 0

    @property
    def closing_fen(self) -> int:
        return self.opening_fen + self.received_fen - self.spent_fen


def years_of(house_ids: Collection[int], *, year: int) -> dict[int, HouseYear]:
    """The year of each house, by house id. Two queries.

    A reversal counts against what it reverses: a deposit that was taken back in the same year came in and went out.
    """
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    opening = ledger.balances_on(ids=house_ids, on=first - dt.timedelta(days=1))
    parts: dict[int, dict[str, int]] = {}
    for house_id, reason, in_fen, out_fen in ledger.turnover(ids=house_ids, first=first, last=last):
        found = parts.setdefault(house_id, {"in": 0, "out": 0, "interest": 0, "repairs": 0})
        found["in"] += in_fen
        found["out"] += out_fen
        found["interest"] += in_fen if reason in _INTEREST else 0
        found["repairs"] += out_fen if reason in _REPAIRS else 0
    return {
        house_id: HouseYear(
            opening_fen=opening.get(house_id, 0),
            received_fen=moved.get("in", 0),
            interest_fen=moved.get("interest", 0),
            spent_fen=moved.get("out", 0),
            repairs_fen=moved.get("repairs", 0),
        )
        for house_id in house_ids
        for moved in (parts.get(house_id, {}),)
    }
