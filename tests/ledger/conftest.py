"""A seeded journal in a database of its own, with raw connections as the serving role and as the owner."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.databases import TestServer
from tests.ledger.attacks import Db, seed

PACKAGES = Path(__file__).resolve().parents[2] / "src" / "upkeep"
#: The books guard the journal's sub-accounts too: only they know houses.
GUARDS = [PACKAGES / name / "sql" / "guards" for name in ("ledger", "books")]


@pytest.fixture(scope="module")
def connections_by_role(test_server: TestServer, template_database: str) -> Iterator[dict[str, Db]]:
    """ "app" and "owner" on one seeded scratch database."""
    with (
        test_server.clone(template_database) as database,
        psycopg.connect(database.app_url) as app,
        psycopg.connect(database.owner_url) as owner,
    ):
        seed(owner, app)
        yield {"app": app, "owner": owner}


def put_guards_back(owner: Db) -> None:
    """Install the guards' files again."""
    for file in sorted(file for folder in GUARDS for file in folder.glob("*.sql")):
        owner.execute(file.read_bytes())
    owner.commit()
