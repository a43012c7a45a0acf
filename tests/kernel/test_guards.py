"""The guards in the database are those of the manifest, and every way of taking one away is noticed."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from config.database import database_from_url
from upkeep.kernel import guards

Owner = psycopg.Connection[tuple[Any, ...]]


@contextlib.contextmanager
def connected_as(url: str) -> Iterator[None]:
    """Django's own connection under another role for the length of the block."""
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(database_from_url(url))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@pytest.mark.django_db
class TestManifest:
    def test_is_what_the_files_make(self) -> None:
        assert guards.differences() == [], "after changing a guard run ./upkeep write-guard-manifest"

    def test_covers_the_journals_functions_triggers_constraints_and_privileges(self) -> None:
        found = guards.snapshot(role="upkeep_app")

        assert any(name.startswith("ledger.") for name in found["functions"])
        assert any(name.startswith("ledger.") for name in found["triggers"])
        assert any(name.startswith("ledger.") for name in found["constraints"])
        assert "UPDATE" not in found["privileges"]["ledger.line"]
        assert found["privileges"]["public.django_migrations"] == "SELECT"


@pytest.mark.commits
class TestDifferences:
    @pytest.mark.parametrize(
        ("damage", "sentence"),
        [
            ("ALTER TABLE ledger.line DISABLE TRIGGER append_only", "触发器与清单不符：ledger.line.append_only"),
            ("DROP TRIGGER append_only ON ledger.line", "缺少触发器：ledger.line.append_only"),
            (
                "CREATE OR REPLACE FUNCTION ledger.append_only() RETURNS trigger LANGUAGE plpgsql"
                " AS $$ begin return coalesce(new, old); end $$",
                "函数与清单不符：ledger.append_only()",
            ),
            (
                "ALTER TABLE ledger.sub_account DROP CONSTRAINT sub_account_never_below_held",
                "缺少约束：ledger.sub_account.sub_account_never_below_held",
            ),
            ("GRANT DELETE ON ledger.line TO upkeep_app", "服务角色对表的权限与清单不符：ledger.line"),
            ("GRANT TRUNCATE ON casework_case TO upkeep_app", "服务角色对表的权限与清单不符：public.casework_case"),
            ("GRANT UPDATE (amount_fen) ON ledger.hold TO upkeep_app", "服务角色对表的权限与清单不符：ledger.hold"),
            ("GRANT CREATE ON SCHEMA public TO upkeep_app", "能在 public 中建表"),
            (
                "CREATE FUNCTION ledger.back_door() RETURNS int LANGUAGE sql AS 'SELECT 1'",
                "多出函数：ledger.back_door()",
            ),
        ],
    )
    def test_name_what_the_owner_has_changed(self, owner_connection: Owner, damage: str, sentence: str) -> None:
        owner_connection.execute(damage.encode())
        owner_connection.commit()

        assert any(sentence in found for found in guards.differences())

    def test_are_mended_by_applying_the_files_again(self, owner_url: str, owner_connection: Owner) -> None:
        owner_connection.execute("ALTER TABLE ledger.line DISABLE TRIGGER append_only")
        owner_connection.execute("DROP TRIGGER append_only ON ledger.line")
        owner_connection.execute("GRANT DELETE ON ledger.line TO upkeep_app")
        owner_connection.commit()
        assert guards.differences()

        with connected_as(owner_url):
            guards.apply(role="upkeep_app")

        assert guards.differences() == []

    def test_name_a_serving_role_that_owns_tables(self, owner_url: str) -> None:
        with connected_as(owner_url):
            assert any("服务角色 upkeep_owner 拥有数据表" in sentence for sentence in guards.differences())
