"""A close whose worker is killed after the books were shut and before the job was done leaves every book open.

# covers: F7
"""

import psycopg
import pytest
from django.utils import timezone

from tests.cast import AT
from tests.closing.scene import Scene, make_scene
from tests.staging import staged
from tests.tasks.test_runner import wait_for, worker
from upkeep.books import closing as books
from upkeep.books.audit import audit
from upkeep.closing import closing_cases, prints
from upkeep.closing.models import ClosingCase
from upkeep.closing.periods import Period
from upkeep.jobs.models import Job

pytestmark = [pytest.mark.commits, pytest.mark.slow]


def _audited() -> Scene:
    scene = make_scene()
    scene.audited()
    return scene


scene = staged(_audited)
OCTOBER = Period(2026, 10)


class TestAKilledWorker:
    def test_leaves_every_book_open_and_the_next_one_closes_them_once(self, scene: Scene, database_url: str) -> None:
        case = closing_cases.ask_to_close(
            city_id=scene.city_id, period=OCTOBER, reason="正常", by=scene.accountant, at=AT
        )
        closing_cases.approve(case.pk, by=scene.approver, at=AT)
        job = Job.objects.order_by("-pk")[0]
        with psycopg.connect(database_url) as other:
            # The number of the first statement is taken by somebody who has not committed: there the worker stands, all
            # books booked and shut in its transaction.
            other.execute(
                "insert into casework_numbercounter (prefix, day, last) values ('BB', %s, 1)", [timezone.localdate()]
            )
            with worker(database_url) as process:
                wait_for(lambda: Job.objects.get(pk=job.pk).note == "正在生成会计报表")
                process.kill()
                process.wait()
            other.rollback()
        assert books.closed_through(scene.area.pk) is None
        assert ClosingCase.objects.get(pk=case.pk).state == "RUNNING" and prints.kept_of(case) == []
        assert books.unclosed(area_ids=scene.books, through=OCTOBER.last) != {}

        with worker(database_url):
            wait_for(lambda: Job.objects.get(pk=job.pk).is_over, seconds=90)
        assert ClosingCase.objects.get(pk=case.pk).state == "DONE"
        assert books.closed_through(scene.area.pk) == OCTOBER.last and len(prints.kept_of(case)) == 3
        assert books.unclosed(area_ids=scene.books, through=OCTOBER.last) == {}
        assert audit() == []
