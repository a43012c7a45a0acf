"""How the journal talks to PostgreSQL: a cursor, arrays, and its refusals as our exceptions."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction

from upkeep.ledger.types import (
    AlreadyReversed,
    LedgerRefused,
    Overdrawn,
    PeriodClosed,
    SubAccountClosed,
    Unbalanced,
    Unsound,
)

_REFUSALS: dict[str, type[LedgerRefused]] = {
    "sub_account_never_below_held": Overdrawn,
    "sub_account_closed_is_empty": SubAccountClosed,
    "sub_account_closed_takes_nothing": SubAccountClosed,
    "period_is_open": PeriodClosed,
    "entry_reversed_once": AlreadyReversed,
    "reversal_is_mirror": AlreadyReversed,
    "entry_balances": Unbalanced,
}


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """A savepoint around statements on the journal; a guard's refusal rolls back to it and becomes a LedgerRefused."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        raise _REFUSALS.get(rule, Unsound)(rule, str(error).splitlines()[0]) from error


def rows(sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """Run one statement and give back what it returned, if anything."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def array(values: Iterable[int | str | None]) -> str:
    """An array as PostgreSQL writes it. For numbers and chart codes only: nothing is quoted.

    Adapting a Python list costs several times as much, and a batch has a million lines.
    """
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def named_rows(sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[dict[str, Any]]:
    """As `rows`, each row with its columns' names."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextlib.contextmanager
def whole_tables() -> Iterator[None]:
    """For questions that go through whole tables: no join row by row, which the planner chooses for tables that have
    grown since their statistics were taken. They may take longer than a page may ask for; until the transaction ends.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set local enable_nestloop = off")
            cursor.execute("set local statement_timeout = 0")
        yield
        with connection.cursor() as cursor:
            cursor.execute("set local enable_nestloop = on")


def streamed(sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """Row by row through a cursor on the server, for results that may not fit in memory."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while chunk := cursor.fetchmany(5_000):
            yield from chunk
