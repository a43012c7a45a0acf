"""The environment in which Django runs, and the database that belongs to it."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from launch.embedded_postgres import APP, OWNER, product_cluster
from launch.places import ROOT, SOURCES, LaunchError, var


def has_own_database() -> bool:
    """Whether the user named a PostgreSQL server of his own.

    Raises: LaunchError when only one of the two addresses is set.
    """
    app, owner = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_OWNER_URL")
    if bool(app) != bool(owner):
        raise LaunchError(
            "使用自备数据库须同时设置两个地址：DATABASE_URL（服务角色，不拥有任何表）和 "
            "DATABASE_OWNER_URL（所有者，升级结构用）。建立两个角色的语句见 docs/runbooks/install.md。"
        )
    return bool(app)


def django_environment(*, settings: str = "config.settings.dev") -> dict[str, str]:
    """The process environment with everything Django needs but the database."""
    places = [str(SOURCES), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "UPKEEP_VAR": str(var()),
        "PYTHONPATH": os.pathsep.join(places),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE") or settings,
        "PYTHONUNBUFFERED": "1",
    }


def django_command(*arguments: str) -> list[str]:
    """A management command in this interpreter."""
    return [sys.executable, "-m", "django", *arguments]


def private_folder(path: Path) -> Path:
    """Made 0700: uploads, prints and backups below it are nobody else's to read."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def with_database() -> Iterator[dict[str, str]]:
    """Django's environment with a running database: the user's own server, or ours for as long as it is needed."""
    environment = django_environment()
    private_folder(var())
    if has_own_database():
        yield environment
        return
    with product_cluster(var()).running() as cluster:
        yield environment | {"DATABASE_URL": cluster.url(APP), "DATABASE_OWNER_URL": cluster.url(OWNER)}
