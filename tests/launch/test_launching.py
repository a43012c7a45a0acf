"""What ./run, ./upkeep and ./test understand, and the sentences with which they refuse."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from launch import serve
from launch.command import django_arguments
from launch.embedded_postgres import product_cluster
from launch.environment import has_own_database
from launch.pip_settings import pip_settings, uv_variables
from launch.places import ROOT, LaunchError
from launch.testing import pytest_arguments


class TestRun:
    def test_refuses_a_port_that_is_taken_and_says_how_to_choose_another(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]

            with pytest.raises(LaunchError, match=f"端口 {port} 已被占用.*PORT=8001"):
                serve._free_port(str(port))

    @pytest.mark.parametrize("text", ["0", "65536", "eighty", "-1"])
    def test_refuses_what_is_no_port(self, text: str) -> None:
        with pytest.raises(LaunchError, match="不是端口号"):
            serve._free_port(text)

    def test_refuses_to_empty_a_database_of_the_users_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://app@db/upkeep")
        monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@db/upkeep")

        with pytest.raises(LaunchError, match="自备数据库请由管理员自行清空"):
            serve.start_over()

    def test_starting_over_deletes_data_and_keeps_keys(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
        monkeypatch.setenv("UPKEEP_VAR", str(tmp_path))
        for name in ("files", "postgres", "secrets"):
            (tmp_path / name).mkdir()

        serve.start_over()

        assert [path.name for path in tmp_path.iterdir()] == ["secrets"]

    def test_asks_for_both_addresses_of_a_database_or_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://app@db/upkeep")
        monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)

        with pytest.raises(LaunchError, match="DATABASE_OWNER_URL"):
            has_own_database()


class TestUpkeep:
    def test_alone_lists_the_commands(self) -> None:
        assert django_arguments([]) == ["list_commands"]

    def test_takes_names_with_hyphens_and_leaves_arguments_alone(self) -> None:
        given = ["load-demo", "--today", "2025-03-01", "two-words"]

        assert django_arguments(given) == ["load_demo", "--today", "2025-03-01", "two-words"]

    def test_hands_a_request_to_stop_on_to_its_command(self, place: Path) -> None:
        waiting = "import time; print('ready', flush=True); time.sleep(60)"
        process = subprocess.Popen(
            [sys.executable, "-m", "launch.command", "shell", "--no-imports", "-c", waiting],
            cwd=ROOT,
            env=os.environ | {"UPKEEP_VAR": str(place / "command"), "DATABASE_URL": "", "DATABASE_OWNER_URL": ""},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"

        process.terminate()
        process.communicate(timeout=30)

        assert process.returncode == 128 + signal.SIGTERM
        assert not (product_cluster(place / "command").data / "postmaster.pid").exists()


class TestTest:
    def test_brings_workers_unless_told_how_many(self) -> None:
        assert pytest_arguments(["tests/kernel"])[0] == "-n"
        assert pytest_arguments(["-n0", "tests/kernel"]) == ["-n0", "tests/kernel"]
        assert pytest_arguments(["-n", "4"]) == ["-n", "4"]


class TestPipSettings:
    def test_are_handed_on_in_uvs_words(self) -> None:
        listing = "global.index-url='https://mirror.example/simple'\nglobal.trusted-host='mirror.example'\n"

        assert uv_variables(pip_settings(listing)) == {
            "UV_DEFAULT_INDEX": "https://mirror.example/simple",
            "UV_INSECURE_HOST": "mirror.example",
        }

    def test_of_the_environment_overrule_the_files(self) -> None:
        listing = ":env:.index-url='https://near.example/simple'\nglobal.index-url='https://far.example/simple'\n"

        assert pip_settings(listing) == {"index-url": "https://near.example/simple"}

    def test_with_more_indexes_let_uv_choose_as_pip_does(self) -> None:
        listing = "global.extra-index-url='https://a.example/simple\\nhttps://b.example/simple'\n"

        assert uv_variables(pip_settings(listing)) == {
            "UV_INDEX": "https://a.example/simple https://b.example/simple",
            "UV_INDEX_STRATEGY": "unsafe-best-match",
        }
