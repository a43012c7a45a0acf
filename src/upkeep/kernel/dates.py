"""Days are days in Shanghai, whatever the server thinks."""

import datetime as dt
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(at: dt.datetime) -> dt.date:
    """The day in Shanghai on which the moment falls."""
    return at.astimezone(SHANGHAI).date()


def in_letters(day: dt.date) -> str:
    """2026-11-21 -> 2026年11月21日, the form used in letters and on paper."""
    return f"{day.year}年{day.month}月{day.day}日"


def to_the_minute(at: dt.datetime) -> str:
    """A moment for tables: 2026-11-21 15:40, Shanghai time."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def start_of(day: dt.date) -> dt.datetime:
    """The moment at which the day begins in Shanghai."""
    return dt.datetime.combine(day, dt.time.min, SHANGHAI)


def in_iso(at: dt.datetime) -> str:
    """2026-11-22T10:30:00+08:00, for programs."""
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")
