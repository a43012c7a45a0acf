"""What the tests of the owners' pages begin with."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.web.owner.scene import OwnersHouse


@pytest.fixture
def mine(settled: Cast) -> OwnersHouse:
    return OwnersHouse(settled)


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    """Prints are kept in a folder of the test's own."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }
