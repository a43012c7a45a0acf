"""A browser and a server for the tests that need to see a page as people do."""

import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, Playwright

#: A browser that asks nothing of the network but the page under test.
_ARGUMENTS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium of the machine, else the one that playwright installed. Without either the test says so and is skipped."""
    program = shutil.which("chromium")
    try:
        one = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
    except Exception as missing:
        pytest.skip(f"NO BROWSER, so nobody looked at the pages: {missing}")
    yield one
    one.close()


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the tests speak for themselves."""


@pytest.fixture
def site() -> Iterator[str]:
    """The address of a server of this test. Pages that ask the database need the marker `commits` as well."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
