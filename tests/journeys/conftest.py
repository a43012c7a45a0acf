"""A running product on a database of its own, holding the small city; skipped loudly where no Chromium can be had."""

import datetime as dt
from collections.abc import Iterator

import pytest

from tests.journeys.product import CHROMIUM, served
from upkeep.demo.load import load_small


@pytest.fixture
def base(database_url: str) -> Iterator[str]:
    """The address of the running product."""
    load_small(today=dt.datetime.now(tz=dt.UTC).date())
    with served(database_url) as address:
        yield address


@pytest.fixture(autouse=True)
def _needs_a_browser() -> None:
    """Walks need Debian's Chromium."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: install Debian's chromium to walk the browser journeys")
