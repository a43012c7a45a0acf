"""Jobs asked for, run, failed, run again."""

import datetime as dt
import logging
from typing import Any

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction

from tests.jobs import handlers
from upkeep.jobs import actions
from upkeep.jobs.models import Job, JobState
from upkeep.jobs.registry import UnknownKind, job

AT = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)


def ask(kind: str, *, lock: str | None = None, **arguments: Any) -> Job:
    return actions.defer(kind=kind, title="清点", arguments=arguments, by_id=7, at=AT, lock=lock)


def queued(job_id: int) -> list[tuple[str, str | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status::text, lock FROM procrastinate_jobs WHERE args ->> 'job_id' = %s ORDER BY id", [str(job_id)]
        )
        return list(cursor.fetchall())


@pytest.mark.django_db
class TestAJobAskedFor:
    def test_has_its_row_and_its_place_in_the_queue(self) -> None:
        asked = ask("test_count", pieces=1, lock="case:1")

        assert asked.state == JobState.QUEUED
        assert queued(asked.pk) == [("todo", "case:1")]

    def test_is_not_there_when_the_transaction_that_asked_is_rolled_back(self) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            asked = ask("test_count", pieces=1)
            raise RuntimeError

        assert not Job.objects.filter(pk=asked.pk).exists()
        assert queued(asked.pk) == []

    def test_of_a_kind_nobody_knows_is_refused_at_once(self) -> None:
        with pytest.raises(UnknownKind):
            ask("no_such_kind")

    def test_keeps_its_arguments_encrypted(self) -> None:
        asked = ask("test_count", pieces=1, owner="510502199001011234")

        with connection.cursor() as cursor:
            cursor.execute("SELECT arguments FROM jobs_job WHERE id = %s", [asked.pk])
            assert "5105" not in cursor.fetchone()[0]
        assert Job.objects.get(pk=asked.pk).arguments["owner"] == "510502199001011234"


@pytest.mark.django_db
class TestAJobRun:
    def test_is_done_with_its_result(self) -> None:
        done = actions.run(ask("test_count", pieces=3).pk)

        done.refresh_from_db()
        assert (done.state, done.result, done.done, done.total, done.percent) == ("DONE", {"pieces": 3}, 3, 3, 100)
        assert done.note == "正在清点"
        assert Session.objects.count() == 3

    def test_twice_has_one_effect(self) -> None:
        asked = ask("test_count", pieces=3)

        actions.run(asked.pk)
        again = actions.run(asked.pk)

        assert (again.state, again.attempts) == ("DONE", 1)
        assert Session.objects.count() == 3

    def test_and_refused_shows_the_sentence(self) -> None:
        failed = actions.run(ask("test_refuse").pk)

        assert (failed.state, failed.reference) == ("FAILED", "")
        assert failed.sentences == ["房屋已在登记簿中，请核对后再导入"]

    def test_and_refused_for_several_reasons_names_them_all(self) -> None:
        failed = actions.run(ask("test_problems").pk)

        assert failed.sentences == ["建筑面积应大于 0", "房号必填"]
        assert failed.result["problems"] == [["K12", "建筑面积应大于 0"], ["H13", "房号必填"]]

    def test_that_broke_down_leaves_nothing_and_gives_a_number_that_the_log_knows(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.ERROR, logger="upkeep.jobs"):
            failed = actions.run(ask("test_break").pk)

        assert failed.state == "FAILED"
        assert failed.reference in failed.sentences[0]
        assert "510502199001011234" not in failed.sentences[0]
        assert failed.reference in caplog.text
        assert not Session.objects.exists()

    @pytest.mark.parametrize(("times", "state"), [(2, "DONE"), (3, "FAILED")])
    def test_that_met_another_transaction_is_tried_three_times(self, times: int, state: str) -> None:
        handlers.met.clear()

        done = actions.run(ask("test_conflict", times=times).pk)

        assert (done.state, len(handlers.met)) == (state, 3)

    def test_that_was_broken_off_too_often_is_given_up(self) -> None:
        asked = ask("test_count", pieces=1)
        Job.objects.filter(pk=asked.pk).update(attempts=actions.MOST_ATTEMPTS, state="RUNNING", started_at=AT)

        failed = actions.run(asked.pk)

        assert failed.state == "FAILED"
        assert "已中断 5 次" in failed.sentences[0]


@pytest.mark.commits
class TestProgress:
    def test_is_seen_from_another_connection_while_the_work_is_not(self, database_url: str) -> None:
        asked = ask("test_count", pieces=6, seconds=0.15)
        seen: list[tuple[Any, ...]] = []

        with psycopg.connect(database_url, autocommit=True) as other:
            watching = Watcher(other, asked.pk, seen)
            handlers.watch = watching.look
            try:
                actions.run(asked.pk)
            finally:
                handlers.watch = None
            watching.look()

        assert any(state == "RUNNING" and 0 < done < 6 and total == 6 for state, done, total, _, _ in seen)
        assert {rows for state, _, _, _, rows in seen if state == "RUNNING"} == {0}
        assert seen[-1] == ("DONE", 6, 6, "正在清点", 6)


class Watcher:
    """Reads the job's row and counts the handler's rows, as another session sees them."""

    def __init__(
        self, other: psycopg.Connection[Any], job_id: int, seen: list[tuple[str, int, int, str, int]]
    ) -> None:
        self.other, self.job_id, self.seen = other, job_id, seen

    def look(self) -> None:
        found = self.other.execute(
            "SELECT state, done, total, note, (SELECT count(*) FROM django_session) FROM jobs_job WHERE id = %s",
            [self.job_id],
        ).fetchone()
        assert found is not None
        self.seen.append(found)


@pytest.mark.commits
class TestAJobSomebodyIsAt:
    def test_is_left_to_him(self, database_url: str) -> None:
        asked = ask("test_count", pieces=1)

        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(hashtextextended('job', %s))", [asked.pk])
            left = actions.run(asked.pk)

            assert left.state == "QUEUED"
            other.execute("SELECT pg_advisory_unlock_all()")  # a closed connection lets go only a moment later
        assert actions.run(asked.pk).state == "DONE"


@pytest.mark.django_db
class TestAJobsRow:
    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"state": "GONE", "started_at": AT, "attempts": 1}, "job_state_is_known"),
            ({"state": "RUNNING"}, "job_started_at_unless_queued"),
            ({"state": "DONE", "started_at": AT, "attempts": 1, "result": {}}, "job_finished_at_iff_over"),
            ({"finished_at": AT}, "job_finished_at_iff_over"),
            ({"result": {}}, "job_has_a_result_iff_over"),
            ({"done": 3, "total": 2}, "job_done_within_total"),
            ({"reference": "E1"}, "job_reference_only_when_failed"),
        ],
    )
    def test_cannot_contradict_itself(self, changes: dict[str, Any], constraint: str) -> None:
        asked = ask("test_count", pieces=1)

        with pytest.raises(IntegrityError, match=constraint):
            Job.objects.filter(pk=asked.pk).update(**changes)


class TestTheRegistry:
    def test_refuses_two_handlers_of_one_kind(self) -> None:
        with pytest.raises(ValueError, match="test_count"):
            job("test_count")(handlers.count)
