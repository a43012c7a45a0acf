"""./upkeep restore FOLDER [--keys FOLDER]: a backup into an empty installation, proved sound before it is served from."""

import argparse
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from launch.backup import connected, counts_of
from launch.backup_folder import (
    DUMP,
    FILES,
    KEYS,
    TABLES,
    Manifest,
    fingerprint,
    key_of,
    postgres_program,
    read_manifest,
)
from launch.environment import django_command, private_folder, with_database
from launch.places import ROOT, LaunchError, var

HELP = "把备份恢复到空的数据库和文件目录，核对校验值、行数、护栏和账簿；目标不空时拒绝"
#: What must pass before anybody works with a restored database; the first runs as the owner.
_PROOFS = (("prepare_database", True), ("check_guards", False), ("audit_ledger", False))


def main(given: list[str]) -> int:
    """Exit status 0 when everything is there and sound."""
    parser = argparse.ArgumentParser(prog="./upkeep restore", description=HELP)
    parser.add_argument("folder", type=Path, help="备份目录")
    parser.add_argument("--keys", type=Path, help="另存密钥的目录（备份时 --keys 所写的）")
    asked = parser.parse_args(given)
    manifest = read_manifest(asked.folder)
    files = var() / "files"
    if files.exists() and any(files.iterdir()):
        raise LaunchError(f"{files} 里已有文件。只能恢复到空的安装，请用 UPKEEP_VAR 指到一个新目录。")
    _bring_keys(asked.keys, manifest)
    with with_database() as environment:
        _restore_database(asked.folder / DUMP, environment["DATABASE_OWNER_URL"], manifest)
        _unpack(asked.folder / FILES, files, manifest)
        for command, as_owner in _PROOFS:
            _prove(command, environment | ({"UPKEEP_AS_OWNER": "1"} if as_owner else {}))
    print(
        f"已恢复 {manifest.made_at} 的备份：{sum(manifest.tables.values()):,} 行，{manifest.papers:,} 个文件，核对全部通过"
    )
    return 0


def _bring_keys(folder: Path | None, manifest: Manifest) -> None:
    """Put the keys in their place, or make sure that the right ones are there already.

    Raises: LaunchError before anything is restored that could not be read.
    """
    if folder is not None:
        for name in KEYS:
            source = folder / name
            if not source.is_file():
                raise LaunchError(f"{folder} 里没有 {name}，请检查 --keys。")
            key, present = source.read_text(encoding="ascii").strip(), key_of(name)
            if present and present != key:
                raise LaunchError(
                    f"本安装已有另一个 {name}，恢复会使原有数据无法读出。请恢复到新的目录（UPKEEP_VAR）。"
                )
            if not present:
                path = private_folder(var() / "secrets") / name
                path.touch(mode=0o600)
                path.write_text(key, encoding="ascii")
    if fingerprint(key_of("data_key")) != manifest.data_key:
        raise LaunchError(
            "数据密钥不是备份时的那一个，恢复后个人信息和要件都读不出来。请用 --keys 指明备份时另存的密钥。"
        )


def _restore_database(dump: Path, owner_url: str, manifest: Manifest) -> None:
    """In one transaction: a restore that is broken off leaves the database as empty as it was."""
    with connected(owner_url) as connection:
        if connection.execute(TABLES).fetchone() is not None:
            raise LaunchError("数据库不是空的。只能恢复到空的数据库，以免覆盖现有数据。")
    postgres_program(
        "pg_restore", owner_url, "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(dump)
    )
    with connected(owner_url) as connection:
        connection.autocommit = True
        found = counts_of(connection)
        connection.execute("analyze")
    if found != dict(manifest.tables):
        wrong = sorted(name for name in {*found, *manifest.tables} if found.get(name) != manifest.tables.get(name))
        raise LaunchError(f"恢复后的行数与备份清单不符：{'、'.join(wrong)}。请勿使用这个数据库。")


def _unpack(archive: Path, files: Path, manifest: Manifest) -> None:
    draft = files.with_name(f".{files.name}.{os.getpid()}")
    private_folder(draft)
    try:
        with tarfile.open(archive) as opened:
            opened.extractall(draft, filter="data")
        count = sum(1 for path in draft.rglob("*") if path.is_file())
        if count != manifest.papers:
            raise LaunchError(f"备份应有 {manifest.papers} 个文件，实有 {count} 个。")
        if files.exists():
            files.rmdir()
        draft.rename(files)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _prove(command: str, environment: dict[str, str]) -> None:
    answer = subprocess.run(django_command(command), cwd=ROOT, env=environment, capture_output=True, text=True)
    if answer.returncode != 0:
        raise LaunchError(f"恢复后的 {command.replace('_', '-')} 没有通过：\n{answer.stdout}{answer.stderr}")
