"""A house table read by a real worker: killed in the middle it leaves nothing, and is read again once.

# covers: E3 E4
"""

import base64
from typing import Any

import pytest

from tests.cast import AT, Cast
from tests.procedures.test_area_collection import HOUSE, draft
from tests.tasks.test_runner import nobody_holds, wait_for, worker
from tests.web.pages import do_work
from upkeep.casework.models import Case
from upkeep.casework.parts import row_count
from upkeep.estate.house_sheet import HouseTable
from upkeep.jobs import actions as jobs
from upkeep.jobs.models import Job

MANY = 8_000


def table(count: int) -> list[dict[str, Any]]:
    return [
        HOUSE | {"building": f"{number // 500 + 1}幢", "floor": number % 30 + 1, "room": str(number % 500 + 1)}
        for number in range(count)
    ]


def ask(cast: Cast, case: Case, content: bytes) -> Job:
    return jobs.defer(
        kind="case_import",
        title="导入",
        arguments={
            "case_id": case.pk,
            "part": "houses",
            "content": base64.b64encode(content).decode(),
            "user_id": cast["demo-developer"].user_id,
            "back": "/",
        },
        by_id=cast["demo-developer"].user_id,
        at=AT,
        lock=f"case:{case.pk}",
    )


@pytest.mark.commits
@pytest.mark.slow
class TestAnImportWhoseWorkerIsKilled:
    def test_leaves_what_was_there_and_is_done_once_by_the_next_worker(self, cast: Cast, database_url: str) -> None:
        case = draft(cast)
        ask(cast, case, HouseTable().export(table(3)))
        assert do_work().state == "DONE"
        asked = ask(cast, case, HouseTable().export(table(MANY)))

        with worker(database_url) as process:
            wait_for(lambda: Job.objects.get(pk=asked.pk).note == "正在读取和核对", seconds=60)
            process.kill()
            process.wait()
        wait_for(lambda: nobody_holds(database_url, asked.pk))

        assert Job.objects.get(pk=asked.pk).state == "RUNNING"
        assert (row_count(case, "houses"), Case.objects.get().version) == (3, 1)
        with worker(database_url, "--once") as process:
            assert process.wait(timeout=120) == 0
        done = Job.objects.get(pk=asked.pk)
        assert (done.state, done.attempts, (done.result or {})["rows"]) == ("DONE", 2, MANY)
        assert (row_count(case, "houses"), Case.objects.get().version) == (MANY, 2)


@pytest.mark.django_db
class TestAnImportOfManyRows:
    def test_names_and_marks_every_one_of_500_faults_and_keeps_nothing(self, cast: Cast) -> None:
        case, rows = draft(cast), table(5_000)
        wrong = (
            ("K", {"area_dm2": None}),
            ("I", {"use": "公寓"}),
            ("G", {"floor": 0}),
            ("E", {"built_month": "202513"}),
        )
        expected = []
        for place in range(500):
            column, change = wrong[place % 4]
            rows[place * 10] |= change
            expected.append(f"{column}{place * 10 + 2}")

        ask(cast, case, HouseTable().export(rows))
        result = do_work().result or {}

        assert result["fault_count"] == 500
        assert sorted(cell for cell, _, _ in result["faults"]) == sorted(expected)
        assert base64.b64decode(result["marked"]).startswith(b"PK")
        assert row_count(case, "houses") == 0
