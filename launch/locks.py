"""File locks. The kernel drops them when their holder dies, even by kill -9, which no pid file can promise."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import IO


def open_lock(path: Path) -> IO[str]:
    """The lock file, opened and not yet locked."""
    return path.open("a", encoding="ascii")


def try_lock(file: IO[str], kind: int) -> bool:
    """Take the lock without waiting; False when somebody else's lock is in the way."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Wait for the lock and hold it for the length of the block."""
    with open_lock(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
