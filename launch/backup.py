"""./upkeep backup FOLDER [--keys FOLDER]: the database, the papers and, apart, the keys; while people work."""

import argparse
import datetime as dt
import os
import shutil
import tarfile
from pathlib import Path

import psycopg
from psycopg import sql

from launch.backup_folder import (
    DUMP,
    FILES,
    FORMAT,
    KEYS,
    TABLES,
    Manifest,
    checksum,
    fingerprint,
    key_of,
    postgres_program,
)
from launch.environment import with_database
from launch.places import LaunchError, var

HELP = "备份数据库、要件和打印存档到一个新目录，附校验清单；密钥用 --keys 另存一处"


def main(given: list[str]) -> int:
    """Exit status 0 when the backup is whole."""
    parser = argparse.ArgumentParser(prog="./upkeep backup", description=HELP)
    parser.add_argument("folder", type=Path, help="备份目录，须尚不存在")
    parser.add_argument("--keys", type=Path, help="另存密钥的目录，须在备份目录之外")
    asked = parser.parse_args(given)
    folder, keys = asked.folder.absolute(), asked.keys.absolute() if asked.keys else None
    _check_places(folder, keys)
    os.umask(0o077)
    with with_database() as environment:
        manifest = back_up(folder, environment["DATABASE_OWNER_URL"])
    if keys is not None:
        _save_keys(keys)
    rows = sum(manifest.tables.values())
    print(f"已备份到 {folder}：{len(manifest.tables)} 张表 {rows:,} 行，{manifest.papers:,} 个文件")
    print(f"密钥已另存到 {keys}，请与备份分开保管" if keys else "密钥不在备份中，请确认已另行保管（见 --keys）")
    return 0


def _check_places(folder: Path, keys: Path | None) -> None:
    if folder.exists():
        raise LaunchError(f"{folder} 已经存在，请换一个新目录，以免覆盖原来的备份。")
    if folder.is_relative_to(var() / "files"):
        raise LaunchError("备份不能放在文件目录里面，请换一个目录。")
    if keys is not None and (keys.is_relative_to(folder) or folder.is_relative_to(keys)):
        raise LaunchError("密钥须与备份分开保存，请把 --keys 指到备份目录之外。")
    if keys is not None and keys.exists() and any(keys.iterdir()):
        raise LaunchError(f"{keys} 不是空目录，请换一个，以免覆盖另一套密钥。")


def back_up(folder: Path, owner_url: str) -> Manifest:
    """Write the backup beside its place and move it there once it is whole; nothing half-made ever bears its name.

    The database comes first: every paper that it knows of is there already, and one that came since does no harm.
    """
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    draft.mkdir(parents=True, mode=0o700)
    try:
        tables, server = _dump(draft / DUMP, owner_url)
        papers = _pack(draft / FILES)
        manifest = Manifest(
            format=FORMAT,
            made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            server=server,
            tables=tables,
            papers=papers,
            sha256={name: checksum(draft / name) for name in (DUMP, FILES)},
            data_key=fingerprint(key_of("data_key")),
        )
        manifest.write(draft)
        _to_disk(draft)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return manifest


def _dump(path: Path, owner_url: str) -> tuple[dict[str, int], str]:
    """The dump and the number of rows in each table, of one and the same moment."""
    with connected(owner_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row = connection.execute("select pg_export_snapshot(), current_setting('server_version')").fetchone()
        assert row is not None
        snapshot, server = row
        postgres_program("pg_dump", owner_url, "--format=custom", f"--snapshot={snapshot}", f"--file={path}")
        return counts_of(connection), str(server)


def connected(owner_url: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection as the owner. Raises: LaunchError."""
    try:
        return psycopg.connect(owner_url)
    except psycopg.OperationalError as error:
        raise LaunchError(f"数据库连接不上，请检查 DATABASE_OWNER_URL 和数据库是否在运行：{error}") from None


def counts_of(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    """Rows by table."""
    counts = {}
    for (name,) in connection.execute(TABLES).fetchall():
        query = sql.SQL("select count(*) from {}").format(sql.Identifier(*str(name).split(".", 1)))
        found = connection.execute(query).fetchone()
        assert found is not None
        counts[str(name)] = int(str(found[0]))
    return counts


def _pack(path: Path) -> int:
    """All papers and kept prints, as they lie: sealed, so not worth compressing. Their number."""
    root, count = var() / "files", 0
    with tarfile.open(path, "w") as archive:
        for file in sorted(root.rglob("*")) if root.exists() else []:
            if file.is_file() and not file.is_symlink():
                archive.add(file, arcname=str(file.relative_to(root)), recursive=False)
                count += 1
    return count


def _to_disk(folder: Path) -> None:
    for path in (*folder.iterdir(), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _save_keys(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in KEYS:
        if key := key_of(name):
            path = folder / name
            path.touch(mode=0o600)
            path.write_text(key, encoding="ascii")
