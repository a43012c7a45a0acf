"""办理期限 in working days: the state's calendar where it is known, Saturdays and Sundays where it is not yet."""

import datetime as dt

import chinese_calendar


def is_working_day(day: dt.date) -> bool:
    """The State Council announces holidays in November for the next year; an unknown year has plain weekends."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def add_working_days(start: dt.date, days: int) -> dt.date:
    """The day on which a term of `days` working days ends that began on `start` (not counted itself)."""
    day = start
    while days > 0:
        day += dt.timedelta(days=1)
        if is_working_day(day):
            days -= 1
    return day
