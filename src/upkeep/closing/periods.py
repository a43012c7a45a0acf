"""会计期间: a month of a city's books, or a whole year; 公历, as 财会〔2020〕7号 asks."""

import calendar
import datetime as dt
from dataclasses import dataclass

#: Before this no city kept books that could be asked for.
FIRST_YEAR = 1999


@dataclass(frozen=True, order=True)
class Period:
    """A month; with `month` 0 the whole year."""

    year: int
    month: int = 0

    def __post_init__(self) -> None:
        if not (FIRST_YEAR <= self.year <= 2100 and 0 <= self.month <= 12):
            raise ValueError(f"no period: {self.year}-{self.month}")

    @property
    def is_year(self) -> bool:
        return self.month == 0

    @property
    def first(self) -> dt.date:
        return dt.date(self.year, self.month or 1, 1)

    @property
    def last(self) -> dt.date:
        month = self.month or 12
        return dt.date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def begin_of_year(self) -> dt.date:
        return dt.date(self.year, 1, 1)

    @property
    def label(self) -> str:
        """2026年10月, 2026年度."""
        return f"{self.year}年{self.month}月" if self.month else f"{self.year}年度"

    @property
    def key(self) -> str:
        """As addresses spell it: 2026-10, 2026."""
        return f"{self.year}-{self.month:02d}" if self.month else str(self.year)

    def next_month(self) -> "Period":
        """The month after. Raises: ValueError for a year."""
        if not self.month:
            raise ValueError("a year has no next month")
        return Period(self.year + self.month // 12, self.month % 12 + 1)

    def month_before(self) -> "Period":
        """The month before. Raises: ValueError for a year."""
        if not self.month:
            raise ValueError("a year has no month before")
        return Period(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    def last_year(self) -> "Period":
        """The same period of the year before."""
        return Period(self.year - 1, self.month)


def month_of(day: dt.date) -> Period:
    """The month in which a day falls."""
    return Period(day.year, day.month)


def period_from(text: str) -> Period | None:
    """What an address names: "2026-10" or "2026"; None where it is neither."""
    year, _, month = text.strip().partition("-")
    parts = (year, month) if month else (year,)
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    try:
        return Period(int(year), int(month) if month else 0)
    except ValueError:
        return None
