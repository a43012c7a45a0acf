"""Ids of large tables: 63 bits, ordered by time, made by the application so that rows can be spread over servers."""

import os
import secrets
import threading
import time

_EPOCH_MS = 1_704_067_200_000  # 2024-01-01T00:00:00Z
_COUNTER_BITS = 10
_PROCESS_BITS = 12


class _Maker:
    """41 bits of milliseconds, 12 bits that differ by process, 10 bits counting within the millisecond.

    A bulk load that outruns its millisecond borrows from the next ones, so ids of one process never repeat.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._renew()
        os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = threading.Lock()
        self._process = secrets.randbits(_PROCESS_BITS)
        self._tick = 0  # millisecond << counter bits | counter

    def take(self, count: int) -> list[int]:
        now = (time.time_ns() // 1_000_000 - _EPOCH_MS) << _COUNTER_BITS
        with self._lock:
            first = max(now, self._tick)
            self._tick = first + count
        mask = (1 << _COUNTER_BITS) - 1
        shift, process = _COUNTER_BITS + _PROCESS_BITS, self._process << _COUNTER_BITS
        return [((tick >> _COUNTER_BITS) << shift) | process | (tick & mask) for tick in range(first, first + count)]


_maker = _Maker()


def new_id() -> int:
    """One new id; larger than every earlier one of this process."""
    return _maker.take(1)[0]


def new_ids(count: int) -> list[int]:
    """`count` new ids in ascending order, at the cost of one."""
    return _maker.take(count)
