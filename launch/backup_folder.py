"""What a backup folder holds, and how it is checked: the database as pg_dump writes it, the papers, a manifest of checksums.

The keys are never in it: who has a backup and the keys can read everybody's data.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from launch.binaries import find_binaries
from launch.places import LaunchError, var

DUMP, FILES, MANIFEST = "database.dump", "files.tar", "manifest.json"
FORMAT = 1
#: The secrets without which a backup cannot be read, by the environment's name for them.
KEYS = {"data_key": "UPKEEP_DATA_KEY", "secret_key": "UPKEEP_SECRET_KEY"}
_CHUNK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What was backed up: rows by table at the moment of the dump, checksums of the files, which data key they need."""

    format: int
    made_at: str
    server: str
    tables: Mapping[str, int]
    papers: int
    sha256: Mapping[str, str]
    data_key: str

    def write(self, folder: Path) -> None:
        """Last of all, so that a folder with a manifest is whole."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup whose files are as they were written.

    Raises: LaunchError when there is none, a file is missing, or its checksum differs.
    """
    try:
        told: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**told)
    except (OSError, ValueError, TypeError):
        raise LaunchError(f"{folder} 不是完整的备份：没有可读的 {MANIFEST}。") from None
    if manifest.format != FORMAT:
        raise LaunchError(f"{folder} 的备份格式是 {manifest.format}，本版本只认 {FORMAT}，请用备份时的版本恢复。")
    for name, wanted in manifest.sha256.items():
        if not (folder / name).is_file() or checksum(folder / name) != wanted:
            raise LaunchError(f"备份文件 {name} 缺失或与清单的校验值不符，这份备份不能使用，请改用另一份。")
    return manifest


def checksum(path: Path) -> str:
    """SHA-256 of a file of any size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def key_of(name: str) -> str:
    """A key of this installation: from the environment, else kept under `var/`; empty when there is none yet."""
    path = var() / "secrets" / name
    kept = path.read_text(encoding="ascii").strip() if path.exists() else ""
    return os.environ.get(KEYS[name]) or kept


def fingerprint(key: str) -> str:
    """Tells keys apart and says nothing of them: they are random and long."""
    return hashlib.sha256(b"upkeep data key\0" + key.encode()).hexdigest()[:16]


def postgres_program(name: str, url: str, *arguments: str) -> None:
    """Run pg_dump or pg_restore against a database. The password goes by the environment, never on the command line.

    Raises: LaunchError with what the program said.
    """
    parts = urlsplit(url)
    environment = os.environ | {"PGPASSWORD": unquote(parts.password or "")}
    bare = parts._replace(
        netloc=parts.netloc.replace(f":{parts.password}@", "@", 1) if parts.password else parts.netloc
    )
    command = [str(find_binaries() / name), *arguments, f"--dbname={bare.geturl()}"]
    answer = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if answer.returncode != 0:
        raise LaunchError(f"{name} 没有成功：\n{answer.stderr.strip()}")


#: Every table of ours; the queue's own are there too.
TABLES = """
select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname in ('public', 'ledger')
and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') order by 1
"""
