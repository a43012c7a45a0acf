"""Who works on a job: PostgreSQL itself answers, for the lock goes with the connection of a worker that was killed."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def claimed(job_id: int) -> Iterator[bool]:
    """Hold the job while in the block; False when somebody else does. The session holds it, across transactions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended('job', %s))", [job_id])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended('job', %s))", [job_id])
