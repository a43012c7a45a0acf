"""The sandbox bank from its command line to a platform over real HTTP.

# covers: F3
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.utils import timezone

from sandbox_bank.cli import main
from tests.bank_api.bank import Connected, connected
from tests.banking import town as town_module
from tests.banking.town import issue, make_town
from upkeep.banking.models import PaySlip, SlipState


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def _closing(environ, start_response):  # type: ignore[no-untyped-def]
    """The application, without connections that outlive the test's database."""
    try:
        return [b"".join(WSGIHandler()(environ, start_response))]
    finally:
        connections.close_all()


@pytest.fixture
def stage(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Connected:
    """Made now: the bank's clock is the real one."""
    monkeypatch.setattr(town_module, "AT", timezone.now())
    return connected(make_town(), at=timezone.now())


@pytest.fixture
def url(stage: Connected, settings) -> Iterator[str]:  # type: ignore[no-untyped-def]
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    server = make_server("127.0.0.1", 0, _closing, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.commits
class TestTheCommandLine:
    def test_does_a_day_of_the_bank(self, stage: Connected, url: str, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text(stage.bank.secret + "\n")
        common = ["--url", url, "--key", stage.bank.code, "--secret-file", str(tmp_path / "secret")]
        common += ["--store", str(tmp_path / "bank.sqlite3")]
        slip, said = issue(stage.town), list[str]()

        def run(*command: str) -> int:
            return main([*common, *command], say=said.append)

        statuses = [
            run("ping"),
            run("account", "62170001", "--opening", "1000.00"),
            run("--fault", "late", "pay", slip.number),
            run("--fault", "lost_answer", "resend"),
            run("pay", slip.number),
            run("orders"),
            run("interest", "62170001", "123.45"),
            run("statement"),
            run("reverse", slip.number),
        ]

        assert statuses == [0, 0, 0, 0, 1, 0, 0, 0, 0]
        words = "\n".join(said)
        assert (
            "已连通：建设银行江城分行" in words and "报文待发送" in words and "没有办成：该通知单已由银行接口" in words
        )
        assert PaySlip.objects.get(pk=slip.pk).state_now is SlipState.WAITING

    def test_says_when_nobody_answers(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("x")
        said = list[str]()

        status = main(
            [
                *("--url", "http://127.0.0.1:9", "--key", "BK1", "--secret-file", str(tmp_path / "secret")),
                *("--store", str(tmp_path / "bank.sqlite3"), "ping"),
            ],
            say=said.append,
        )

        assert status == 1 and "没有应答" in said[0]
