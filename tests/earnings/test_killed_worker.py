"""A worker killed (kill -9) while it computes or books: the next one ends with the same fen.

# covers: F5
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.banking.town import Town
from tests.earnings.scene import LATER, balance, computed, houses_of, second_area, shares, start
from tests.earnings.test_runs import full_scene
from tests.staging import staged
from tests.tasks.test_runner import nobody_holds, wait_for, worker
from upkeep.books.audit import audit
from upkeep.earnings import posting, runs
from upkeep.earnings.models import InterestLine, InterestRun, RunState
from upkeep.jobs.models import Job

pytestmark = [pytest.mark.commits, pytest.mark.slow]
town = staged(full_scene)


def kill_a_worker(database_url: str, *, owner: psycopg.Connection[Any], hindered_by: str) -> None:
    """A worker begins the newest job, meets a lock that is held against it, and is killed there."""
    job = Job.objects.filter(kind__startswith="interest").latest("pk")
    with hindrance(owner, hindered_by), worker(database_url) as process:
        wait_for(lambda: _somebody_waits(database_url))
        process.kill()
        process.wait()
    wait_for(lambda: nobody_holds(database_url, job.pk))
    assert Job.objects.get(pk=job.pk).state == "RUNNING"


@contextmanager
def hindrance(owner: psycopg.Connection[Any], statement: str) -> Iterator[None]:
    owner.rollback()
    owner.execute(statement.encode())
    yield
    owner.rollback()


def _somebody_waits(database_url: str) -> bool:
    with psycopg.connect(database_url, autocommit=True) as other:
        found = other.execute("select exists (select from pg_locks where not granted)").fetchone()
        return bool(found and found[0])


def finish(database_url: str) -> None:
    while Job.objects.filter(kind__startswith="interest", state__in=("QUEUED", "RUNNING")).exists():
        with worker(database_url, "--once") as process:
            assert process.wait(timeout=60) == 0


class TestAWorkerThatIsKilled:
    def test_while_it_computes_leaves_nothing_and_the_next_one_computes_all(
        self, town: Town, database_url: str, owner_connection: psycopg.Connection[Any]
    ) -> None:
        run = start(town)
        kill_a_worker(
            database_url,
            owner=owner_connection,
            hindered_by="lock table earnings_interestpart in share row exclusive mode",
        )
        assert not InterestLine.objects.exists()

        finish(database_url)

        run.refresh_from_db()
        assert (run.state, run.total_fen, sum(shares(run).values())) == (RunState.WAITING, 101_000, 101_000)

    def test_while_it_books_leaves_whole_pieces_and_the_next_one_books_the_rest(
        self, town: Town, database_url: str, owner_connection: psycopg.Connection[Any]
    ) -> None:
        before = {house.pk: balance(house) for area in (town.area, second_area()) for house in houses_of(area)}
        run = computed(town)
        runs.approve(run.pk, by=town.people["approver"], at=LATER)
        assert posting.post_piece(run.pk, at=LATER, size=1)
        booked = InterestRun.objects.get(pk=run.pk).posted_fen

        kill_a_worker(
            database_url,
            owner=owner_connection,
            hindered_by=f"select 1 from ledger.book where area_id = {second_area().pk} for update",
        )
        run.refresh_from_db()
        assert (run.state, run.posted_fen) == (RunState.POSTING, booked) and 0 < booked < 101_000

        finish(database_url)

        run.refresh_from_db()
        assert (run.state, run.posted_fen) == (RunState.POSTED, 101_000)
        after = {house.pk: balance(house) for area in (town.area, second_area()) for house in houses_of(area)}
        assert {key: after[key] - before[key] for key in after} == {key: shares(run)[key] for key in after}
        assert audit() == []
