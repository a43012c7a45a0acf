"""Interest in integers: day products (积数), agreed rates by how long money has stood, pools shared by largest remainder.

No database: `computing` does the same in SQL for a million sub-accounts, and the tests compare the two.

A period runs from one settlement day to the next. Of a stay the first day counts and the last does not: what is booked on the
settlement day begins to bear interest on it, in the next period. Source: bank custom 积数计息法, 算头不算尾; the cities' rules
differ in rate, day of settlement and days of the year, which are parameters (`policy.interest_rule`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from upkeep.kernel.allocation import allocate

#: A rate is a whole number of millionths a year: 0.95 % is 9,500.
MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A stretch of days, `last` not counted, in which one rate holds (分段计息)."""

    first: dt.date
    last: dt.date
    rate: int


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a period's interest is computed by. `year_days` counts what stood the whole period: a full interest year bears exactly
    a year's interest, however many days it has; `basis` (360 or 365) counts everything else.
    """

    first: dt.date
    settled_on: dt.date
    basis: int
    demand: Sequence[Segment]
    term: Sequence[Segment]
    long_term: Sequence[Segment]
    stood_since: dt.date
    long_since: dt.date

    @property
    def year_days(self) -> int:
        """The days of the period where it is a year, else the basis."""
        days = (self.settled_on - self.first).days
        return days if year_before(self.settled_on) == self.first else self.basis


@dataclass(frozen=True, kw_only=True)
class Stay:
    """How money stood in a period: product in fen × days, and the same with the demand rate of each day; how much of
    what is there at the end has stood since `Terms.stood_since` and `Terms.long_since`.
    """

    product: int
    weighted: int
    stood_fen: int
    long_fen: int


def year_before(day: dt.date, years: int = 1) -> dt.date:
    """The same day of an earlier year; of 29 February the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def weight(segments: Sequence[Segment], *, day: dt.date, until: dt.date) -> int:
    """Rate × days from a day until the end (not counted), summed over the segments."""
    return sum(max((min(one.last, until) - max(one.first, day)).days, 0) * one.rate for one in segments)


def stay_of(movements: Mapping[dt.date, int], terms: Terms) -> Stay:
    """The stay of a sub-account; `movements` are fen by booked day, what was paid out negative. Later days do not count.

    What is paid out leaves first what came last: what stood through is the least balance since.
    """
    end = terms.settled_on
    moved = sorted((day, fen) for day, fen in movements.items() if day < end)
    return Stay(
        product=sum(fen * (end - max(day, terms.first)).days for day, fen in moved),
        weighted=sum(fen * weight(terms.demand, day=max(day, terms.first), until=end) for day, fen in moved),
        stood_fen=_stood(moved, since=terms.stood_since),
        long_fen=_stood(moved, since=terms.long_since),
    )


def _stood(moved: Sequence[tuple[dt.date, int]], *, since: dt.date) -> int:
    balance = least = sum(fen for day, fen in moved if day <= since)
    for day, fen in moved:
        if day > since:
            balance += fen
            least = min(least, balance)
    return max(least, 0)


def agreed_interest(stay: Stay, terms: Terms) -> int:
    """约定利率: what stood through bears the term rate, the rest that of demand deposits; rounded to the fen once, halves up."""
    whole = weight(terms.demand, day=terms.first, until=terms.settled_on)
    term = weight(terms.term, day=terms.first, until=terms.settled_on)
    long = weight(terms.long_term, day=terms.first, until=terms.settled_on)
    parts = (stay.weighted - stay.stood_fen * whole) * terms.year_days
    parts += ((stay.stood_fen - stay.long_fen) * term + stay.long_fen * long) * terms.basis
    below = MILLION * terms.basis * terms.year_days
    return max((2 * parts + below) // (2 * below), 0)


def demand_interest(movements: Mapping[dt.date, int], terms: Terms) -> int:
    """What a sub-account that is closed within the period has earned by its last day: the demand rate on every day."""
    weighted = stay_of(movements, terms).weighted
    below = MILLION * terms.basis
    return max((2 * weighted + below) // (2 * below), 0)


def pool_shares(total_fen: int, products: Mapping[int, int]) -> dict[int, int]:
    """收益池: the pool divided by day products to the last fen (largest remainder, ties to the lower id)."""
    return allocate(total_fen, products)
