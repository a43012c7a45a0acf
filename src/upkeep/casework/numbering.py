"""Gives out the numbers of cases, slips, orders and projects: counted per kind and day, without gaps or doubles."""

import datetime as dt

from django.db import connection

from upkeep.kernel.numbers import make_number


def next_numbers(prefix: str, *, on: dt.date, count: int = 1) -> list[str]:
    """`count` new numbers of the kind for the day. The counter row is locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            """insert into casework_numbercounter (prefix, day, last) values (%s, %s, %s)
               on conflict (prefix, day) do update set last = casework_numbercounter.last + excluded.last
               returning last""",
            [prefix, on, count],
        )
        last: int = cursor.fetchone()[0]
    return [make_number(prefix, on, sequence) for sequence in range(last - count + 1, last + 1)]


def next_number(prefix: str, *, on: dt.date) -> str:
    """One new number."""
    return next_numbers(prefix, on=on)[0]
