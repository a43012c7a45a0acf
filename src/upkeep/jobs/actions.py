"""Ask for background work, run it, take up what a dead worker left."""

import datetime as dt
import logging
import secrets
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from upkeep.jobs.claims import claimed
from upkeep.jobs.models import Job, JobState
from upkeep.jobs.progress import JobProgress
from upkeep.jobs.registry import handler_of
from upkeep.kernel.errors import HasProblems, Refusal

log = logging.getLogger(__name__)

#: The one task of the queue; `upkeep.tasks` declares it.
TASK = "upkeep.run_job"
#: A job that was broken off this often is not tried again: it may be what kills the worker.
MOST_ATTEMPTS = 5
_TRIES_IN_CONFLICT = 3
#: A worker says that it is alive every ten seconds.
_SILENT_S = 60

# Always Django's own connection, also inside a worker: the queue's row is part of the caller's transaction.
_queue = JobManager(DjangoConnector())


def defer(
    *, kind: str, title: str, arguments: dict[str, Any], by_id: int | None, at: dt.datetime, lock: str | None = None
) -> Job:
    """Put work off: its row and its place in the queue appear together when the caller's transaction commits.

    Jobs with the same `lock` run one after another. Raises: UnknownKind.
    """
    handler_of(kind)
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, title=title, arguments=arguments, asked_by_id=by_id, asked_at=at, lock=lock or ""
        )
        _enqueue(job)
    return job


def put_in_queue(*, task: str, priority: int = 0, **arguments: Any) -> None:
    """Give the queue a task of its own, without a job that somebody looks at; it begins once the caller has committed.

    The task keeps its own account of what is done: a worker that dies leaves nothing here to take up.
    """
    configure_task(name=task, job_manager=_queue, priority=priority).defer(**arguments)


def _enqueue(job: Job) -> None:
    configure_task(name=TASK, job_manager=_queue, lock=job.lock or None).defer(job_id=job.pk)


def run(job_id: int) -> Job:
    """Do a job, unless it is done or somebody is at it. What the handler writes and that the job is done are one
    transaction: a killed worker leaves nothing behind, and running twice has one effect."""
    with claimed(job_id) as is_mine:
        job = Job.objects.get(pk=job_id)
        if not is_mine or job.is_over:
            return job
        if job.attempts >= MOST_ATTEMPTS:
            return _fail(job, [f"任务已中断 {job.attempts} 次，不再重试"], reference=_reference())
        job.state, job.started_at, job.attempts = JobState.RUNNING, _now(), job.attempts + 1
        job.done, job.total = 0, 0
        job.save(update_fields=["state", "started_at", "attempts", "done", "total"])
        return _work(job)


def _work(job: Job) -> Job:
    try:
        return _handle(job)
    except HasProblems as refusal:
        problems = [[problem.field, problem.text] for problem in refusal.problems]
        return _fail(job, [problem.text for problem in refusal.problems], problems=problems)
    except Refusal as refusal:
        return _fail(job, [str(refusal)])
    except (InterfaceError, OperationalError) as error:
        if not connection.is_usable():  # left RUNNING: taken up again when the database is back
            raise
        return _fail_unexpectedly(job, error)
    except Exception as error:
        return _fail_unexpectedly(job, error)


def _handle(job: Job) -> Job:
    """The handler's work in one transaction, tried again when it met another one (serialization, deadlock)."""
    for tries in range(1, _TRIES_IN_CONFLICT + 1):
        try:
            with JobProgress(job.pk) as progress, transaction.atomic():
                result = handler_of(job.kind)(progress, **job.arguments)
                job.done, job.total, job.note = progress.done, progress.total, progress.text[:200]
                job.state, job.result, job.finished_at = JobState.DONE, result, _now()
                job.save(update_fields=["done", "total", "note", "state", "result", "finished_at"])
            return job
        except OperationalError as error:
            state = getattr(error.__cause__, "sqlstate", "")
            if state not in ("40001", "40P01") or tries == _TRIES_IN_CONFLICT:
                raise
            log.info("job=%s conflict=%s tries=%s", job.pk, state, tries)
    raise AssertionError("the last try returns or raises")


def _fail_unexpectedly(job: Job, error: Exception) -> Job:
    """A bug: the user gets a number to quote, the log gets the rest."""
    reference = _reference()
    log.error("job=%s kind=%s reference=%s", job.pk, job.kind, reference, exc_info=error)
    return _fail(job, [f"系统处理出错，未作任何更改，请联系管理员并告知错误编号 {reference}"], reference=reference)


def _fail(job: Job, sentences: list[str], *, problems: list[list[str]] | None = None, reference: str = "") -> Job:
    job.state, job.finished_at, job.reference = JobState.FAILED, _now(), reference
    job.result = {"sentences": sentences, "problems": problems or [["", text] for text in sentences]}
    if job.started_at is None:
        job.started_at, job.attempts = job.finished_at, max(job.attempts, 1)
    job.save(update_fields=["state", "finished_at", "reference", "result", "started_at", "attempts"])
    return job


def resume_abandoned() -> int:
    """Put back into the queue what workers that died were at; how many jobs that were.

    A RUNNING job that nobody holds lost its worker. One still QUEUED that the queue has given out was lost before it
    began; there only the worker's silence tells.
    """
    resumed = 0
    for job in Job.objects.filter(state=JobState.RUNNING):
        with claimed(job.pk) as is_mine:
            if is_mine and Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(state=JobState.QUEUED):
                _requeue(job)
                resumed += 1
    for job in Job.objects.filter(state=JobState.QUEUED):
        if _is_lost(job):
            _requeue(job)
            resumed += 1
    return resumed


@transaction.atomic
def _requeue(job: Job) -> None:
    """Back to its place in the queue; a new place when the queue has finished with the old one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM procrastinate_jobs"
            " WHERE task_name = %s AND args ->> 'job_id' = %s AND status = 'doing'",
            [TASK, str(job.pk)],
        )
        if cursor.rowcount:
            return
        cursor.execute(
            "SELECT 1 FROM procrastinate_jobs WHERE task_name = %s AND args ->> 'job_id' = %s AND status = 'todo'",
            [TASK, str(job.pk)],
        )
        if cursor.fetchone() is None:
            _enqueue(job)


def _is_lost(job: Job) -> bool:
    """Given out to a worker that has fallen silent, or in no queue at all."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(j.status = 'todo'"
            " OR j.status = 'doing' AND w.last_heartbeat > now() - make_interval(secs => %s))"
            " FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id"
            " WHERE j.task_name = %s AND j.args ->> 'job_id' = %s",
            [_SILENT_S, TASK, str(job.pk)],
        )
        return not cursor.fetchone()[0]


def _now() -> dt.datetime:
    """Jobs are one of the few places that read the clock: a worker is told nothing when it begins."""
    return dt.datetime.now(dt.UTC)


def _reference() -> str:
    """Short enough to read out on the telephone."""
    return f"E{secrets.randbelow(10**8):08d}"
