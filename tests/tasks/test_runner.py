"""A real worker in a process of its own: it works, it is told to stop, it is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.sessions.models import Session

from tests.jobs.test_actions import ask, queued
from upkeep.jobs import actions
from upkeep.jobs.models import Job

pytestmark = [pytest.mark.commits, pytest.mark.slow]

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def worker(database_url: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    process = subprocess.Popen([sys.executable, "-m", "tests.tasks.worker", *arguments], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(condition: Callable[[], Any], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


class TestTheWorker:
    def test_does_a_job_that_is_asked_for_while_it_waits_and_stops_when_told(self, database_url: str) -> None:
        with worker(database_url) as process:
            first = ask("test_count", pieces=2)
            wait_for(lambda: Job.objects.get(pk=first.pk).is_over)
            refused = ask("test_refuse")
            wait_for(lambda: Job.objects.get(pk=refused.pk).is_over)

            process.send_signal(signal.SIGTERM)

            assert process.wait(timeout=20) == 0
        assert Job.objects.get(pk=first.pk).result == {"pieces": 2}
        assert Job.objects.get(pk=refused.pk).sentences == ["房屋已在登记簿中，请核对后再导入"]

    def test_told_to_stop_finishes_the_job_at_hand(self, database_url: str) -> None:
        asked = ask("test_count", pieces=20, seconds=0.1)

        with worker(database_url) as process:
            wait_for(lambda: Job.objects.get(pk=asked.pk).done > 0)
            process.send_signal(signal.SIGTERM)

            assert process.wait(timeout=30) == 0
        assert (Job.objects.get(pk=asked.pk).state, Session.objects.count()) == ("DONE", 20)

    def test_killed_in_the_middle_leaves_nothing_and_the_next_one_does_the_job_once(self, database_url: str) -> None:
        asked = ask("test_count", pieces=30, seconds=0.1, lock="case:1")
        with worker(database_url) as process:
            wait_for(lambda: Job.objects.get(pk=asked.pk).done > 3)
            process.kill()
            process.wait()
        wait_for(lambda: nobody_holds(database_url, asked.pk))

        assert Job.objects.get(pk=asked.pk).state == "RUNNING"
        assert not Session.objects.exists()
        with worker(database_url, "--once") as process:
            assert process.wait(timeout=60) == 0

        done = Job.objects.get(pk=asked.pk)
        assert (done.state, done.attempts, done.result) == ("DONE", 2, {"pieces": 30})
        assert Session.objects.count() == 30


class TestAnAbandonedJob:
    def test_is_taken_up_only_when_nobody_is_at_it(self, database_url: str) -> None:
        asked = ask("test_count", pieces=1)
        Job.objects.filter(pk=asked.pk).update(state="RUNNING", started_at=asked.asked_at, attempts=1)

        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(hashtextextended('job', %s))", [asked.pk])
            assert actions.resume_abandoned() == 0

        assert actions.resume_abandoned() == 1
        assert queued(asked.pk) == [("todo", None)]
        assert Job.objects.get(pk=asked.pk).state == "QUEUED"

    def test_that_the_queue_has_lost_gets_a_new_place(self, owner_connection: psycopg.Connection[Any]) -> None:
        asked = ask("test_count", pieces=1)
        owner_connection.execute("DELETE FROM procrastinate_jobs")
        owner_connection.commit()

        assert actions.resume_abandoned() == 1
        assert queued(asked.pk) == [("todo", None)]
        assert actions.resume_abandoned() == 0


def nobody_holds(database_url: str, job_id: int) -> bool:
    with psycopg.connect(database_url, autocommit=True) as other:
        found = other.execute("SELECT pg_try_advisory_lock(hashtextextended('job', %s))", [job_id]).fetchone()
        return bool(found and found[0])
