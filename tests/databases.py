"""Databases for tests: the owner builds one template per state of the code, and every worker gets copies of it.

The product's code never sees the owner: it connects as the serving role, so a missing grant is a failing test.
"""

import contextlib
import hashlib
import importlib.metadata
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from launch.embedded_postgres import APP, OWNER, EmbeddedPostgres, test_cluster
from launch.environment import django_environment
from launch.locks import exclusively
from launch.places import ROOT, var
from upkeep.kernel.guards import PACKAGES

_SCHEMA_PATTERNS = ("*/migrations/*.py", "*/sql/**/*.sql", "commands/**/prepare_database.py", "kernel/guards.py")
_TEMPLATE = re.compile(r"^test_template_[0-9a-f]{12}$")


def in_database(url: str, name: str) -> str:
    """The same address with another database."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def schema_hash() -> str:
    """Changes with everything that decides what a prepared database looks like."""
    digest = hashlib.sha256()
    for package in ("django", "procrastinate", "django-axes"):
        digest.update(importlib.metadata.version(package).encode())
    for pattern in _SCHEMA_PATTERNS:
        for path in sorted(PACKAGES.glob(pattern)):
            digest.update(str(path.relative_to(PACKAGES)).encode() + path.read_bytes())
    digest.update((ROOT / "config" / "settings" / "base.py").read_bytes())
    return digest.hexdigest()[:12]


@dataclass(frozen=True)
class Database:
    """One database with both its addresses."""

    name: str
    app_url: str
    owner_url: str


class TestServer:
    """The server that holds the test databases: one given by DATABASE_OWNER_URL and DATABASE_URL, else our own."""

    __test__ = False

    def __init__(self) -> None:
        self.cluster: EmbeddedPostgres | None = None
        self.app_url = os.environ.get("DATABASE_URL", "")
        self.owner_url = os.environ.get("DATABASE_OWNER_URL", "")
        self._count = 0

    def start(self) -> None:
        """Start or share the throw-away cluster; nothing to start on a server that was given."""
        if self.owner_url and self.app_url:
            return
        self.cluster = test_cluster(var())
        self.cluster.start()
        self.app_url, self.owner_url = self.cluster.url(APP), self.cluster.url(OWNER)

    def stop(self) -> None:
        """Let go of the cluster; it stops when the last worker has."""
        if self.cluster is not None:
            self.cluster.stop()

    def template(self) -> str:
        """The name of a prepared database nobody connects to; built by whichever worker comes first."""
        name = f"test_template_{schema_hash()}"
        lock = var() / "cache"
        lock.mkdir(parents=True, exist_ok=True)
        with exclusively(lock / "test-template.lock"):
            if not self._exists(name):
                self._drop_old_templates()
                draft = f"{name}_draft"
                self._drop(draft)
                self._execute("CREATE DATABASE {}", draft)
                self._prepare(draft)
                self._execute("ALTER DATABASE {} RENAME TO {}", draft, name)
        return name

    @contextlib.contextmanager
    def clone(self, template: str) -> Iterator[Database]:
        """A copy of the template for the length of the block, dropped afterwards whoever is still connected."""
        self._count += 1
        name = f"test_{os.getpid()}_{self._count}"
        self._drop(name)
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        try:
            yield Database(name, in_database(self.app_url, name), in_database(self.owner_url, name))
        finally:
            self._drop(name)

    def _prepare(self, name: str) -> None:
        environment = django_environment() | {
            "DATABASE_URL": in_database(self.app_url, name),
            "DATABASE_OWNER_URL": in_database(self.owner_url, name),
            "UPKEEP_AS_OWNER": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
        }
        command = [sys.executable, "-m", "django", "prepare_database", "--no-check", "-v0"]
        answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise RuntimeError(f"the template database could not be prepared:\n{answer.stderr}")

    def _exists(self, name: str) -> bool:
        with psycopg.connect(self.owner_url) as connection:
            return connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def _drop_old_templates(self) -> None:
        """Only in a cluster of our own: on a server that others use, other checkouts have their templates too."""
        if self.cluster is None:
            return
        with psycopg.connect(self.owner_url) as connection:
            names = [row[0] for row in connection.execute("SELECT datname FROM pg_database")]
        for name in names:
            if _TEMPLATE.match(name) or name.endswith("_draft"):
                self._drop(name)

    def _drop(self, name: str) -> None:
        """Gone, whoever is connected: sessions of the serving role, which the owner may not end, are ended by that role."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
                if time.monotonic() > deadline:
                    raise
                self._end_sessions(name)
                time.sleep(0.05)

    def _end_sessions(self, name: str) -> None:
        with psycopg.connect(self.app_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user",
                [name],
            )

    def _execute(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))
