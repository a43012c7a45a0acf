"""One GET to one fixed address, for the registries of others that the platform asks.

No redirect is followed, no more is read than an answer may hold, and nobody waits past the deadline, whether the answer
comes late, drop by drop or by half.
"""

import http.client
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import StrEnum
from urllib.parse import urlencode, urlsplit


class Why(StrEnum):
    """未得到答复: why there is no answer."""

    LATE = "没有及时答复"
    UNREACHABLE = "连接不上"
    TOO_LONG = "答复过长"
    HALF = "答复中断"


class NoAnswer(Exception):
    """There is no answer that could be read; `why` says why."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(why.value)


def ask(
    base: str,
    path: str,
    *,
    seconds: float,
    most_bytes: int,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    """Status and body of `base` + `path`, which the caller has made of safe pieces. Raises: NoAnswer."""
    address = urlsplit(base)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=seconds)
    target = address.path + path + (f"?{urlencode(query)}" if query else "")
    with _cut_off(connection, seconds) as late:
        try:
            connection.request("GET", target, headers={"Accept": "application/json", **(headers or {})})
            answer = connection.getresponse()
            body = answer.read(most_bytes + 1)
        except TimeoutError:
            raise NoAnswer(Why.LATE) from None
        except http.client.IncompleteRead:
            raise NoAnswer(Why.LATE if late.is_set() else Why.HALF) from None
        except (OSError, http.client.HTTPException):
            raise NoAnswer(Why.LATE if late.is_set() else Why.UNREACHABLE) from None
    if late.is_set():
        raise NoAnswer(Why.LATE)
    if len(body) > most_bytes:
        raise NoAnswer(Why.TOO_LONG)
    if answer.length:  # what the header promised and did not come
        raise NoAnswer(Why.HALF)
    return answer.status, body


@contextmanager
def _cut_off(connection: http.client.HTTPConnection, seconds: float) -> Iterator[threading.Event]:
    """Close the line when the time is up: a time-out of the socket begins anew with every byte."""
    late = threading.Event()
    sockets: list[socket.socket] = []

    def cut() -> None:
        late.set()
        for one in sockets:
            with suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        connection.connect()
        sockets.append(connection.sock)
        yield late
    except TimeoutError:
        raise NoAnswer(Why.LATE) from None
    except OSError:
        raise NoAnswer(Why.UNREACHABLE) from None
    finally:
        timer.cancel()
        connection.close()
