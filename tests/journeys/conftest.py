"""A running product on a database of its own, holding the small city; skipped loudly where no Chromium can be had."""

import datetime as dt
from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.journeys.product import CHROMIUM, served
from upkeep.demo.load import load_small


@pytest.fixture
def base(database_url: str) -> Iterator[str]:
    """The address of the running product."""
    load_small(today=dt.datetime.now(tz=dt.UTC).date())
    with served(database_url) as address:
        yield address


@pytest.fixture
def playwright() -> Iterator[Playwright]:
    """The browser's driver."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: install Debian's chromium to walk the browser journeys")
    with sync_playwright() as driver:
        yield driver
