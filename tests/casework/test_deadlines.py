"""Terms run in working days: holidays do not count, shifted weekends do."""

import datetime as dt

import pytest

from upkeep.casework.deadlines import add_working_days, is_working_day


class TestATerm:
    @pytest.mark.parametrize(
        ("start", "days", "end"),
        [
            ("2026-11-20", 1, "2026-11-23"),  # over a weekend
            ("2026-11-16", 3, "2026-11-19"),
            ("2026-11-21", 1, "2026-11-23"),  # handed in on a Saturday
            ("2025-09-30", 1, "2025-10-09"),  # over the National Day week
            ("2025-01-24", 1, "2025-01-26"),  # that Sunday was worked
            ("2026-11-20", 0, "2026-11-20"),
        ],
    )
    def test_ends_on_the_last_working_day(self, start: str, days: int, end: str) -> None:
        assert add_working_days(dt.date.fromisoformat(start), days) == dt.date.fromisoformat(end)

    def test_of_a_year_not_yet_announced_has_plain_weekends(self) -> None:
        friday = dt.date(2040, 3, 2)

        assert [is_working_day(friday + dt.timedelta(days=n)) for n in range(4)] == [True, False, False, True]
        assert add_working_days(friday, 2) == dt.date(2040, 3, 6)
