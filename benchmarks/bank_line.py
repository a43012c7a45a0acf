"""A bank's system that does not wait: sends each message at its moment, whether the one before was answered or not.

Run as a program of its own; reads what to send from standard input and writes what became of it. A message's time counts from
the moment at which it was due, so that a server that falls behind cannot hide it.
"""

import http.client
import json
import sys
import threading
import time
from dataclasses import asdict, dataclass

from sandbox_bank.wire import Signer, new_nonce

LINES = 24


@dataclass(frozen=True)
class Sent:
    """One message: seconds from its moment to the answer, and the answer's status."""

    seconds: float
    status: int


class Line(threading.Thread):
    """One connection that is kept; takes every message whose turn has come."""

    def __init__(
        self, plan: dict[str, object], messages: list[tuple[str, str]], begin: float, sent: list[Sent]
    ) -> None:
        super().__init__()
        self._signer = Signer(str(plan["key"]), str(plan["secret"]))
        self._host, self._port, self._rate = str(plan["host"]), int(str(plan["port"])), float(str(plan["rate"]))
        self._messages, self._begin, self._sent, self._first = messages, begin, sent, int(str(plan["first"]))

    def run(self) -> None:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=30)
        while True:
            with _turn:
                if not self._messages:
                    return
                place = len(self._sent)
                path, body = self._messages.pop()
                self._sent.append(Sent(0.0, 0))
            due = self._begin + place / self._rate
            time.sleep(max(0.0, due - time.perf_counter()))
            headers = self._signer.headers(
                method="POST",
                path=path,
                query="",
                body=body.encode(),
                time=int(time.time()),
                nonce=new_nonce(),
                idempotency_key=f"bench-{self._first + place:08d}",
            )
            connection.request("POST", path, body.encode(), headers)
            answer = connection.getresponse()
            answer.read()
            self._sent[place] = Sent(time.perf_counter() - due, answer.status)


_turn = threading.Lock()


def main() -> None:
    """Send it all at the planned rate."""
    plan = json.load(sys.stdin)
    messages, sent = [(path, body) for path, body in reversed(plan["messages"])], list[Sent]()
    begin = time.perf_counter() + 0.5
    lines = [Line(plan, messages, begin, sent) for _ in range(LINES)]
    for line in lines:
        line.start()
    for line in lines:
        line.join()
    json.dump({"sent": [asdict(one) for one in sent], "seconds": time.perf_counter() - begin}, sys.stdout)


if __name__ == "__main__":
    main()
