"""Handlers that tests ask for; imported by the tests and by the workers they start."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from upkeep.jobs.registry import Progress, job
from upkeep.kernel.errors import HasProblems, Problem, Refusal

#: Called after each piece, by a test that looks on from outside.
watch: Callable[[], None] | None = None


@job("test_count")
def count(progress: Progress, *, pieces: int, seconds: float = 0.0, owner: str = "") -> dict[str, Any]:
    """Writes a row per piece, into the one ordinary table that belongs to no package of ours."""
    progress.begin(pieces, "正在清点")
    for piece in range(pieces):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, '', now())",
                [f"piece-{piece}"],
            )
        time.sleep(seconds)
        progress.advance()
        if watch is not None:
            watch()
    return {"pieces": pieces}


@job("test_refuse")
def refuse(progress: Progress) -> dict[str, Any]:
    progress.begin(2)
    raise Refusal("房屋已在登记簿中，请核对后再导入")


@job("test_problems")
def problems(progress: Progress) -> dict[str, Any]:
    raise HasProblems([Problem("K12", "建筑面积应大于 0"), Problem("H13", "房号必填")])


@job("test_break")
def break_down(progress: Progress) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date) VALUES ('half', '', now())"
        )
    raise ZeroDivisionError("张三 510502199001011234")


@job("test_conflict")
def conflict(progress: Progress, *, times: int) -> dict[str, Any]:
    """Meets another transaction the first `times` times."""
    met.append(times)
    if len(met) <= times:
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$")
    return {"tries": len(met)}


met: list[int] = []
