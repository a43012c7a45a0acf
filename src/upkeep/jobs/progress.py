"""Progress written on a connection of its own: pages see it while the handler's transaction is still open."""

import time
from types import TracebackType

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

#: Seconds between two writes; people read no faster.
_PAUSE = 0.3


class JobProgress:
    """The progress of one job. Opened on the first word; a handler that says nothing costs no connection."""

    def __init__(self, job_id: int) -> None:
        self.job_id = job_id
        self.done, self.total, self.text = 0, 0, ""
        self._connection: BaseDatabaseWrapper | None = None
        self._written = 0.0

    def __enter__(self) -> "JobProgress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.close()

    def begin(self, total: int, note: str = "") -> None:
        self.done, self.total = 0, total
        self.text = note or self.text
        self._write()

    def advance(self, count: int = 1) -> None:
        self.done = min(self.done + count, self.total)
        if time.monotonic() - self._written >= _PAUSE:
            self._write()

    def note(self, text: str) -> None:
        self.text = text
        self._write()

    def _write(self) -> None:
        if self._connection is None:
            self._connection = connections[DEFAULT_DB_ALIAS].copy()
        with self._connection.cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_job SET done = %s, total = %s, note = %s WHERE id = %s AND state = 'RUNNING'",
                [self.done, self.total, self.text[:200], self.job_id],
            )
        self._written = time.monotonic()
