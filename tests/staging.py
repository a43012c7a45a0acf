"""States of the database that many tests begin with: made once by each worker, for every test as if made for it alone.

A staged fixture names the function that makes its state. A worker runs it once on a database of its own and commits; tests
with that fixture work on this database, in a transaction that is rolled back, or with `commits` on a copy of it. What the
function gave back is handed to every test anew, so that one test's changes are not the next one's.
"""

import contextlib
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage, default_storage
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from config.database import database_from_url
from tests.databases import Database, TestServer

Make = Callable[[], Any]
_ATTRIBUTE = "makes_the_state"


def staged(make: Make) -> Any:
    """A fixture whose tests begin with what `make` made, and are given what it gave back."""

    def standing(_django_db_helper: None, stages: "Stages") -> Any:
        return stages.given_back(make)

    setattr(standing, _ATTRIBUTE, make)
    return pytest.fixture(standing)


def stage_of(item: pytest.Item) -> Make | None:
    """The function that makes the state which a test begins with; None: an empty database."""
    definitions = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    for name in item.fixturenames:  # type: ignore[attr-defined]
        if name in definitions and (make := getattr(definitions[name][-1].func, _ATTRIBUTE, None)):
            return make  # type: ignore[no-any-return]
    return None


@dataclass(frozen=True)
class _Stage:
    """The database that copies are made from, the one that tests are rolled back in, and what came with it."""

    template: str
    database: Database
    given_back: bytes


class Stages:
    """The databases of one worker, and which of them Django is connected to. Connections stay open between tests."""

    def __init__(self, server: TestServer, template: str, blocker: DjangoDbBlocker) -> None:
        self._server, self._template, self._blocker = server, template, blocker
        self._kept = contextlib.ExitStack()
        self._stages: dict[Make | None, _Stage] = {}
        self._open: dict[str, BaseDatabaseWrapper] = {}
        self._standing: Make | None = None

    def begin(self, make: Make | None) -> None:
        """Connect Django to the database of that state; the first test that begins with it has it made."""
        if make not in self._stages:
            with self._blocker.unblock():
                self._stages[make] = self._made(make) if make else self._empty()
        self._standing = make
        self.connect(self._stages[make].database)

    def _empty(self) -> _Stage:
        return _Stage(self._template, self._kept.enter_context(self._server.clone(self._template)), b"")

    def _made(self, make: Make) -> _Stage:
        first = self._kept.enter_context(self._server.clone(self._template))
        self.connect(first)
        memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
        with override_settings(STORAGES={"default": memory, "staticfiles": memory}), transaction.atomic():
            given_back = pickle.dumps(make())
            assert not connections["default"].run_on_commit, f"{make}: what follows a commit is no test's business"
            assert isinstance(default_storage, InMemoryStorage) or default_storage.listdir("") == ([], []), make
        self.forget(first)
        return _Stage(first.name, self._kept.enter_context(self._server.clone(first.name)), given_back)

    @contextlib.contextmanager
    def copy(self, make: Make | None) -> Iterator[None]:
        """Django is connected to a copy for the length of the block, in all its threads."""
        with self._server.clone(self._stages[make].template) as database:
            self._standing = make
            self.connect(database)
            try:
                yield
            finally:
                self.forget(database)

    def given_back(self, make: Make) -> Any:
        """What came with the state; a test that asks for it late has it made on the spot."""
        return pickle.loads(self._stages[make].given_back) if self._standing is make else make()

    def connect(self, database: Database) -> None:
        """Point Django at a database. Other threads connect for themselves, by the settings."""
        settings = connections.settings["default"]
        settings.update(database_from_url(database.app_url))
        settings["UPKEEP"] = database
        if database.name not in self._open:
            self._open[database.name] = connections.create_connection("default")
        connections["default"] = self._open[database.name]

    def forget(self, database: Database) -> None:
        """Close the connection to a database that is going."""
        self._open.pop(database.name).close()

    def end(self) -> None:
        """Close and drop everything."""
        with self._blocker.unblock():
            for wrapper in self._open.values():
                wrapper.close()
        self._kept.close()
