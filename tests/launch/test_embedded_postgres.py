"""The launcher's PostgreSQL: closed to strangers, durable, shared, and hard to kill."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from launch import identity
from launch.embedded_postgres import APP, OWNER, SUPERUSER, EmbeddedPostgres, product_cluster
from launch.places import ROOT, LaunchError


def answer(cluster: EmbeddedPostgres, role: str, question: str) -> object:
    with psycopg.connect(cluster.url(role)) as connection:
        row = connection.execute(question).fetchone()
    return row and row[0]


def server_pid(cluster: EmbeddedPostgres) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split("\n")[0])


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "it did not happen within 20 seconds"
        time.sleep(0.05)


class TestRunningCluster:
    def test_has_a_socket_folder_and_secrets_that_nobody_else_can_open(self, running: EmbeddedPostgres) -> None:
        secrets = list(running.secrets_folder.iterdir())

        assert stat.S_IMODE(running.socket_folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(running.secrets_folder.stat().st_mode) == 0o700
        assert len(secrets) == 3
        assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}

    def test_opens_no_port(self, running: EmbeddedPostgres) -> None:
        assert answer(running, SUPERUSER, "SHOW listen_addresses") == ""

    def test_lets_nobody_in_without_the_password(self, running: EmbeddedPostgres) -> None:
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=str(running.socket_folder), user=APP, dbname="upkeep", password="guess")

    @pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit", "data_checksums"])
    def test_keeps_what_it_has_confirmed(self, running: EmbeddedPostgres, setting: str) -> None:
        assert answer(running, APP, f"SHOW {setting}") == "on"

    def test_never_logs_statements_or_values(self, running: EmbeddedPostgres) -> None:
        with psycopg.connect(running.url(OWNER)) as connection:
            connection.execute("CREATE TEMP TABLE person (number text UNIQUE)")
            connection.execute("INSERT INTO person VALUES ('canary-110101')")
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO person VALUES ('canary-110101')")

        assert "canary" not in running.log.read_text()

    def test_orders_and_finds_chinese_alike_everywhere(self, running: EmbeddedPostgres) -> None:
        assert answer(running, APP, "SELECT datcollate FROM pg_database WHERE datname = 'upkeep'") == "C.UTF-8"
        assert answer(running, APP, "SELECT '江阳区' ~ '^[[:alpha:]]+$'") is True


class TestServingRole:
    def test_owns_nothing(self, running: EmbeddedPostgres) -> None:
        owned = f"SELECT count(*) FROM pg_shdepend WHERE deptype = 'o' AND refobjid = '{APP}'::regrole"

        assert answer(running, SUPERUSER, owned) == 0

    @pytest.mark.parametrize("attempt", ["CREATE TABLE loot (id int)", "CREATE SCHEMA loot", "CREATE DATABASE loot"])
    def test_makes_nothing(self, running: EmbeddedPostgres, attempt: str) -> None:
        refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
        with psycopg.connect(running.url(APP), autocommit=True) as connection, refused:
            connection.execute(attempt)

    @pytest.mark.parametrize("limit", ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"])
    def test_has_limits(self, running: EmbeddedPostgres, limit: str) -> None:
        assert answer(running, APP, f"SHOW {limit}") != "0"

    def test_cannot_become_the_owner(self, running: EmbeddedPostgres) -> None:
        refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
        with psycopg.connect(running.url(APP)) as connection, refused:
            connection.execute(f"SET ROLE {OWNER}")


class TestSharing:
    def test_lets_a_second_user_in_and_stops_with_the_last(self, place: Path) -> None:
        first, second = product_cluster(place / "shared"), product_cluster(place / "shared")
        first.start()
        second.start()

        assert first.stop() is False
        assert answer(second, APP, "SELECT 1") == 1
        assert second.stop() is True
        assert not second.is_running()

    def test_stops_when_its_only_user_is_killed(self, place: Path) -> None:
        cluster = product_cluster(place / "shared")
        program = (
            "import sys, time; from pathlib import Path; from launch.embedded_postgres import product_cluster;"
            "product_cluster(Path(sys.argv[1])).start(); print('ready', flush=True); time.sleep(60)"
        )
        user = subprocess.Popen(
            [sys.executable, "-c", program, str(place / "shared")], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert user.stdout is not None
        assert user.stdout.readline() == "ready\n"

        user.kill()
        user.wait()
        user.stdout.close()

        wait_until(lambda: not (cluster.data / "postmaster.pid").exists())
        assert not cluster.is_running()

    def test_is_not_removed_under_its_users(self, place: Path) -> None:
        with product_cluster(place / "shared").running(), pytest.raises(LaunchError, match="正在使用"):
            product_cluster(place / "shared").remove()


class TestAfterAFault:
    @pytest.fixture
    def cluster(self, place: Path) -> EmbeddedPostgres:
        cluster = product_cluster(place / "fault")
        with cluster.running(), psycopg.connect(cluster.url(OWNER)) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (amount int)")
            connection.execute("GRANT SELECT ON kept TO upkeep_app")
            connection.execute("DELETE FROM kept")
            connection.execute("INSERT INTO kept VALUES (7)")
        return cluster

    def kept(self, cluster: EmbeddedPostgres) -> object:
        return answer(cluster, APP, "SELECT amount FROM kept")

    def test_the_server_is_restarted_when_it_is_killed(self, cluster: EmbeddedPostgres) -> None:
        with cluster.running():
            killed = server_pid(cluster)
            os.kill(killed, signal.SIGKILL)
            wait_until(lambda: cluster.is_running() and server_pid(cluster) != killed)

            assert self.kept(cluster) == 7

    def test_a_new_start_takes_over_from_a_killed_keeper(self, cluster: EmbeddedPostgres) -> None:
        cluster.start()
        orphan = server_pid(cluster)
        assert cluster._keeper is not None
        cluster._keeper.kill()
        cluster._keeper.wait()

        with cluster.running():
            assert server_pid(cluster) != orphan
            assert self.kept(cluster) == 7

    def test_a_pid_file_that_names_somebody_else_is_no_hindrance(self, cluster: EmbeddedPostgres) -> None:
        (cluster.data / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.data}\n0\n5432\n\n\n0 0\nready\n")

        with cluster.running():
            assert self.kept(cluster) == 7

    def test_a_half_made_cluster_is_made_anew(self, place: Path) -> None:
        cluster = product_cluster(place / "half")
        (cluster.folder / "data.new").mkdir(parents=True)
        (cluster.folder / "data.new" / "PG_VERSION").write_text("18\n")

        with cluster.running():
            assert answer(cluster, APP, "SELECT 1") == 1

    def test_data_of_another_version_is_refused_with_a_sentence(self, place: Path) -> None:
        cluster = product_cluster(place / "old")
        (cluster.folder / "data").mkdir(parents=True)
        (cluster.folder / "data" / "PG_VERSION").write_text("9.6\n")

        with pytest.raises(LaunchError, match=r"由 PostgreSQL 9\.6 建立"):
            cluster.start()
        cluster.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL another account")
class TestAsRoot:
    def test_without_namespaces_runs_as_nobody_in_a_folder_of_its_own(
        self, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(identity, "PRIVATE_HOMES", place)
        cluster = product_cluster(place / "root")
        cluster.namespaces = False
        before = place.stat().st_mode

        with cluster.running():
            owner = Path(f"/proc/{server_pid(cluster)}").stat().st_uid

            assert owner != 0
            assert cluster.data.parent.parent == place
            assert stat.S_IMODE(cluster.data.parent.stat().st_mode) == 0o700
            assert place.stat().st_mode == before
            assert answer(cluster, APP, "SELECT 1") == 1
        cluster.remove()
        assert not cluster.data.exists()
