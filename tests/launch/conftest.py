"""A cluster of its own for the launcher's tests, under a name short enough for a socket."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch.embedded_postgres import EmbeddedPostgres, product_cluster


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder for one `var/`; others may pass through it, as `nobody` must."""
    with tempfile.TemporaryDirectory(prefix="upk-") as name:
        os.chmod(name, 0o711)
        yield Path(name)


@pytest.fixture(scope="module")
def running(place: Path) -> Iterator[EmbeddedPostgres]:
    """The product's kind of cluster, started."""
    with product_cluster(place / "var").running() as cluster:
        yield cluster
