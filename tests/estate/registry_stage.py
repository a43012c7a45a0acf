"""A housing registry that serves while a test runs, and the settings that lead to it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from upkeep.estate.sandbox_registry import SandboxRegistry


@contextmanager
def serving(settings: Any, *, key: str = "", seconds: float = 0.6) -> Iterator[SandboxRegistry]:
    """The registry, connected; whoever asks waits at most `seconds` for an answer."""
    server = SandboxRegistry(("127.0.0.1", 0), key=key)
    settings.HOUSING_REGISTRY_URL, settings.HOUSING_REGISTRY_SECONDS = server.url, seconds
    settings.HOUSING_REGISTRY_KEY = key
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shut()
        thread.join()
