"""Gives every test its database: one of the worker's that is rolled back, or with `commits` a copy of its own.

The journal refuses TRUNCATE, so Django's way of flushing after a test with real commits cannot work here, and
`django_db(transaction=True)` without the marker `commits` is an error.
"""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.test import TestCase
from hypothesis.configuration import set_hypothesis_home_dir
from playwright.sync_api import Playwright, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from launch.environment import django_environment
from launch.places import var
from tests.cast import Cast, make_cast
from tests.databases import TestServer
from tests.staging import Make, Stages, stage_of, staged


def pytest_configure() -> None:
    """Programs that tests start find the packages as the tests do; what is written lies under var/."""
    os.environ["PYTHONPATH"] = django_environment()["PYTHONPATH"]
    set_hypothesis_home_dir(var() / "cache" / "hypothesis")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse tests that would flush."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        asks = bool(marker and (marker.kwargs.get("transaction") or marker.args))
        asks = asks or bool({"transactional_db", "django_db_reset_sequences"} & set(getattr(item, "fixturenames", ())))
        if asks and not item.get_closest_marker("commits"):
            raise pytest.UsageError(f"{item.nodeid}: a test that commits is marked `commits`, not transaction=True")


_STAGES, _MAKE = pytest.StashKey[Stages](), pytest.StashKey[Make | None]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """What a test begins with is there before its fixtures change settings or replace something."""
    make = item.config.stash[_MAKE] = stage_of(item)
    if (stages := item.config.stash.get(_STAGES, None)) is not None:
        stages.begin(make)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The browser's driver: one per worker, for two cannot stand in one thread.

    It keeps an event loop in this thread; Django would take that for asynchronous code.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def test_server() -> Iterator[TestServer]:
    """The PostgreSQL server of this run, shared by the workers."""
    server = TestServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def template_database(test_server: TestServer) -> str:
    """The name of the prepared database that copies are made from."""
    return test_server.template()


@pytest.fixture(scope="session")
def stages(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    test_server: TestServer,
    template_database: str,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Stages]:
    """The databases of this worker: an empty one, and one for each state that its tests begin with."""
    stages = request.config.stash[_STAGES] = Stages(test_server, template_database, django_db_blocker)
    stages.begin(request.config.stash[_MAKE])
    yield stages
    del request.config.stash[_STAGES]
    stages.end()


@pytest.fixture(scope="session")
def django_db_setup(stages: Stages) -> None:
    """Replaces pytest-django's: the worker's databases are made once."""


@pytest.fixture
def _django_db_helper(
    request: pytest.FixtureRequest, django_db_setup: None, stages: Stages, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Replaces pytest-django's, which knows rolling back and flushing only."""
    if request.node.get_closest_marker("commits"):
        with django_db_blocker.unblock(), stages.copy(stage_of(request.node)):
            yield
        return
    with django_db_blocker.unblock():
        RolledBack.setUpClass()
        case = RolledBack(methodName="__init__")
        case._pre_setup()  # type: ignore[attr-defined]
        yield
        case._post_teardown()  # type: ignore[attr-defined]
        RolledBack.tearDownClass()
        RolledBack.doClassCleanups()


@pytest.fixture(autouse=True)
def _database_of_its_own(request: pytest.FixtureRequest) -> None:
    """`commits` alone is enough to be given a database."""
    if request.node.get_closest_marker("commits"):
        request.getfixturevalue("_django_db_helper")


@pytest.fixture
def database_url(_django_db_helper: None) -> str:
    """The serving role's address of this test's database, for threads' and other processes' own connections."""
    return _url_of_the_test("app_url")


@pytest.fixture
def owner_url(_django_db_helper: None) -> str:
    """The owner's address of this test's database."""
    return _url_of_the_test("owner_url")


@pytest.fixture
def owner_connection(owner_url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A raw connection as the owner, rolled back unless the test commits (then mark it `commits`)."""
    with psycopg.connect(owner_url, options="-c lock_timeout=10s") as connection:
        yield connection
        connection.rollback()


def _settled() -> Cast:
    return make_cast(settled=True)


#: A city and its people.
cast = staged(make_cast)
#: The same with three small areas, their houses, owners and deposits.
settled = staged(_settled)


class RolledBack(TestCase):
    """Django's transaction around a test, without the class-wide one (as pytest-django does it)."""

    @classmethod
    def setUpClass(cls) -> None:
        super(TestCase, cls).setUpClass()

    @classmethod
    def tearDownClass(cls) -> None:
        super(TestCase, cls).tearDownClass()


def _url_of_the_test(kind: str) -> str:
    return str(getattr(connections["default"].settings_dict["UPKEEP"], kind))
