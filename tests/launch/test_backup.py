"""The restore drill: what was backed up stands in an empty installation again, every balance of it; and what is refused.

# covers: F7
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.test import override_settings

from launch.places import ROOT
from tests.cast import AT
from tests.closing.scene import Scene, make_scene
from tests.databases import in_database
from tests.staging import staged
from upkeep.closing import prints
from upkeep.closing.periods import Period
from upkeep.closing.statements import Scope, StatementKind, sheet_of
from upkeep.kernel.secrecy import unseal

pytestmark = [pytest.mark.commits]
scene = staged(make_scene)

#: All that a city's money is by.
_FIGURES = (
    "select id, area_id, balance_fen, held_fen, day_product, closed_on from ledger.sub_account order by id, area_id",
    "select area_id, custody_id, code, booked_on, debit_fen, credit_fen from ledger.day_total order by 1, 2, 3, 4",
    "select id, area_id, ordinal, source, encode(content, 'hex') from ledger.entry order by id, area_id",
    "select * from ledger.line order by entry_id, line_no, area_id",
    "select area_id, closed_through::text from ledger.book order by area_id",
    "select id, number, state, total_fen from banking_payslip order by id",
    "select * from printing_keptprint order by id",
)


class Place:
    """One installation: a `var/`, a database and the environment in which commands run there."""

    def __init__(self, folder: Path, app_url: str, owner_url: str) -> None:
        self.var = folder
        self.owner_url = owner_url
        self.environment = {
            **os.environ,
            "UPKEEP_VAR": str(folder),
            "DATABASE_URL": app_url,
            "DATABASE_OWNER_URL": owner_url,
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
        }
        for name in ("UPKEEP_DATA_KEY", "UPKEEP_SECRET_KEY", "UPKEEP_AS_OWNER"):
            self.environment.pop(name, None)

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """A command of ./upkeep."""
        command = [sys.executable, "-m", "launch.command", *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)

    def figures(self) -> list[list[tuple[Any, ...]]]:
        with psycopg.connect(self.owner_url) as connection:
            return [connection.execute(query).fetchall() for query in _FIGURES]


@pytest.fixture
def home(scene: Scene, database_url: str, owner_url: str, tmp_path: Path, settings: Any) -> Place:
    """The city's installation: its database, its keys, a printed statement among its papers."""
    place = Place(tmp_path / "home", database_url, owner_url)
    secrets = place.var / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "data_key").write_text(settings.DATA_KEY)
    (secrets / "secret_key").write_text(settings.SECRET_KEY)
    storage = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    with override_settings(STORAGES=settings.STORAGES | storage, MEDIA_ROOT=str(place.var / "files")):
        scope = Scope(jurisdiction_id=scene.city_id)
        sheet = sheet_of(StatementKind.BALANCE, scope=scope, period=Period(2026, 10))
        prints.keep_statement(sheet, scope=scope, by_id=1, by_name="会计甲", at=AT)
    return place


@pytest.fixture
def elsewhere(home: Place, tmp_path: Path) -> Iterator[Place]:
    """An empty installation with an empty database on the same server."""
    name = f"test_restored_{os.getpid()}"
    with psycopg.connect(home.owner_url, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name}".encode())
        connection.execute(f"create database {name}".encode())
    urls = [in_database(home.environment[key], name) for key in ("DATABASE_URL", "DATABASE_OWNER_URL")]
    yield Place(tmp_path / "elsewhere", *urls)
    with psycopg.connect(home.owner_url, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)".encode())


class TestTheDrill:
    def test_brings_every_balance_back(self, home: Place, elsewhere: Place, tmp_path: Path) -> None:
        backup, keys = tmp_path / "backups" / "1", tmp_path / "keys"
        made = home.run("backup", backup, "--keys", keys)
        assert made.returncode == 0, made.stderr
        assert sorted(path.name for path in backup.iterdir()) == ["database.dump", "files.tar", "manifest.json"]
        assert {path.stat().st_mode & 0o077 for path in (backup, keys, *backup.iterdir(), *keys.iterdir())} == {0}
        told = (backup / "manifest.json").read_text(encoding="utf-8")
        assert json.loads(told)["papers"] == 1
        secret = (home.var / "secrets" / "data_key").read_text()
        assert secret not in told and secret.encode() not in (backup / "files.tar").read_bytes()

        restored = elsewhere.run("restore", backup, "--keys", keys)

        assert restored.returncode == 0, restored.stderr + restored.stdout
        assert "核对全部通过" in restored.stdout
        before, after = home.figures(), elsewhere.figures()
        assert [len(rows) for rows in before] == [len(rows) for rows in after]
        assert min(len(rows) for rows in before) > 0
        assert after == before
        papers = [path for path in (elsewhere.var / "files").rglob("*") if path.is_file()]
        (digest,) = {row[0] for row in kept_digests(elsewhere)}
        assert [hashlib.sha256(unseal(path.read_bytes())).hexdigest() for path in papers] == [digest]

        again = elsewhere.run("restore", backup, "--keys", keys)
        assert again.returncode == 1 and "里已有文件" in again.stderr


class TestARestore:
    def test_is_refused_into_a_database_that_is_not_empty(self, home: Place, tmp_path: Path) -> None:
        backup, keys = tmp_path / "b", tmp_path / "k"
        assert home.run("backup", backup, "--keys", keys).returncode == 0
        before = home.figures()
        other = Place(tmp_path / "other", home.environment["DATABASE_URL"], home.owner_url)
        refused = other.run("restore", backup, "--keys", keys)
        assert refused.returncode == 1 and "数据库不是空的" in refused.stderr
        assert home.figures() == before

    def test_is_refused_what_was_changed_or_cannot_be_read(
        self, home: Place, elsewhere: Place, tmp_path: Path
    ) -> None:
        backup = tmp_path / "b"
        assert home.run("backup", backup).returncode == 0
        refused = elsewhere.run("restore", backup)
        assert refused.returncode == 1 and "数据密钥不是备份时的那一个" in refused.stderr
        dump = backup / "database.dump"
        dump.write_bytes(dump.read_bytes()[:-1] + b"?")
        refused = elsewhere.run("restore", backup)
        assert refused.returncode == 1 and "校验值不符" in refused.stderr
        (backup / "manifest.json").unlink()
        assert "不是完整的备份" in elsewhere.run("restore", backup).stderr
        assert not (elsewhere.var / "files").exists()


class TestABackup:
    def test_never_writes_over_another_nor_beside_its_keys(self, home: Place, tmp_path: Path) -> None:
        backup = tmp_path / "b"
        backup.mkdir()
        assert "已经存在" in home.run("backup", backup).stderr
        assert "分开保存" in home.run("backup", tmp_path / "c", "--keys", tmp_path / "c" / "keys").stderr
        assert list(tmp_path.glob(".c*")) == [] and not (tmp_path / "c").exists()

    def test_that_could_not_be_made_leaves_nothing(self, home: Place, tmp_path: Path) -> None:
        broken = Place(home.var, home.environment["DATABASE_URL"], in_database(home.owner_url, "nowhere"))
        assert broken.run("backup", tmp_path / "b").returncode == 1
        assert not (tmp_path / "b").exists() and list(tmp_path.glob(".b*")) == []

    def test_stands_among_the_commands(self, home: Place) -> None:
        listed = home.run().stdout
        assert "backup" in listed and "restore" in listed

    def test_never_shows_the_password(self, home: Place, tmp_path: Path) -> None:
        """On a command line every user of the machine could read it."""
        seen = tmp_path / "seen"
        spy = tmp_path / "pg_dump"
        spy.write_text(f'#!/bin/sh\necho "$@" > {seen}\nexit 1\n')
        spy.chmod(0o755)
        code = (
            "import launch.backup_folder as b, pathlib\n"
            f"b.find_binaries = lambda: pathlib.Path({str(tmp_path)!r})\n"
            "try: b.postgres_program('pg_dump', 'postgresql://me:s3cr3t@/db?host=%2Ftmp', '--file=x')\n"
            "except b.LaunchError: pass\n"
        )
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=home.environment, check=True)
        assert "me@" in seen.read_text() and "s3cr3t" not in seen.read_text()


def kept_digests(place: Place) -> list[tuple[str]]:
    with psycopg.connect(place.owner_url) as connection:
        return connection.execute("select sha256 from printing_keptprint").fetchall()
