"""./run from outside: it serves, it stops with all that it started, and it finds its data again."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from launch.embedded_postgres import OWNER, product_cluster
from launch.places import ROOT

START_SECONDS = 180


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def processes_of(var: Path) -> list[str]:
    """Living processes that were told to keep their things in `var`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            told = (process / "environ").read_bytes().split(b"\0") + (process / "cmdline").read_bytes().split(b"\0")
            is_dead = "\nState:\tZ" in (process / "status").read_text()
            if not is_dead and any(str(var) in part.decode(errors="replace") for part in told):
                found.append((process / "cmdline").read_text(errors="replace").replace("\0", " "))
    return found


@contextlib.contextmanager
def running(var: Path, port: int, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """./run behind its setting up, until it says that it serves."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "DJANGO_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "launch.serve", *arguments],
        cwd=ROOT,
        env=environment | {"UPKEEP_VAR": str(var), "PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = ""
        deadline = time.monotonic() + START_SECONDS
        while f"http://127.0.0.1:{port}" not in said:
            assert time.monotonic() < deadline
            line = process.stdout.readline()
            assert line, said
            said += line
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute(question.encode()).fetchone()


def healthz(port: int) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/healthz")
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return answer


@pytest.mark.slow
class TestRun:
    def test_serves_stops_whole_and_finds_its_data_again(self, place: Path) -> None:
        var, port = place / "run", free_port()

        with running(var, port) as first:
            assert healthz(port)["status"] == "ok"
        assert first.returncode == 0
        assert processes_of(var) == []

        cities = "SELECT count(*) FROM parties_jurisdiction"
        with product_cluster(var).running() as cluster:
            before = ask(cluster.url(OWNER), cities)
        assert before != (0,)
        with running(var, port):
            assert healthz(port)["status"] == "ok"
        with product_cluster(var).running() as cluster:
            assert ask(cluster.url(OWNER), cities) == before

    def test_leaves_no_orphan_when_it_is_killed(self, place: Path) -> None:
        var, port = place / "run", free_port()

        with running(var, port) as process:
            process.kill()
            process.wait()
            deadline = time.monotonic() + 30
            while processes_of(var) and time.monotonic() < deadline:
                time.sleep(0.2)

            assert processes_of(var) == []
