"""Numbers are counted without gaps or doubles, also when many ask at once and some of them fail."""

import datetime as dt

import pytest
from django.db import transaction

from tests.cast import at_once
from upkeep.casework.models import NumberCounter
from upkeep.casework.numbering import next_number, next_numbers
from upkeep.kernel.numbers import is_number

DAY = dt.date(2026, 11, 20)


class Failed(Exception):
    """The work that asked for the number came to nothing."""


@pytest.mark.django_db
class TestNumbers:
    def test_count_from_one_within_kind_and_day(self) -> None:
        given = [next_number(*asked[:1], on=asked[1]) for asked in (("CJ", DAY), ("CJ", DAY), ("ZC", DAY))]
        tomorrow = next_number("CJ", on=DAY + dt.timedelta(days=1))

        assert [number[10:16] for number in (*given, tomorrow)] == ["000001", "000002", "000001", "000001"]
        assert all(is_number(number) for number in given)

    def test_are_given_many_at_once_in_order(self) -> None:
        next_number("CJ", on=DAY)

        assert [number[10:16] for number in next_numbers("CJ", on=DAY, count=3)] == ["000002", "000003", "000004"]

    def test_of_work_that_failed_are_given_again(self) -> None:
        with pytest.raises(Failed), transaction.atomic():
            next_number("CJ", on=DAY)
            raise Failed

        assert next_number("CJ", on=DAY)[10:16] == "000001"


@pytest.mark.commits
class TestNumbersAskedForAtOnce:
    def test_have_no_gap_and_no_double(self) -> None:
        def ask(fails: bool) -> str:
            with transaction.atomic():
                number = next_number("CJ", on=DAY)
                if fails:
                    raise Failed
            return number

        answers = at_once(*(lambda fails=place % 3 == 0: ask(fails) for place in range(12)))

        given = sorted(str(answer)[10:16] for answer in answers if isinstance(answer, str))
        assert given == [f"{place:06d}" for place in range(1, 9)]
        assert NumberCounter.objects.get().last == 8
