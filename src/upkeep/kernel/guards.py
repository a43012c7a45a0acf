"""The database's guards (护栏): SQL files that are put in place after `migrate` and compared with a manifest.

Guards are functions and triggers in `src/upkeep/<package>/sql/guards/*.sql`, written so that they can be applied again.
Grants are in `src/upkeep/<package>/sql/grants.sql`, with `{app}` for the serving role, which owns nothing. The manifest
`src/upkeep/guards.json` says what a sound database holds; `differences` says in sentences where this one departs from it.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

PACKAGES = Path(__file__).resolve().parent.parent
MANIFEST = PACKAGES / "guards.json"

Snapshot = dict[str, dict[str, str]]

#: What the serving role may do with a table unless a package's grants say otherwise.
ORDINARY_PRIVILEGES = "SELECT INSERT UPDATE DELETE"

_DEFAULT_GRANTS = """
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {app};
"""

# Members of extensions belong to them; procrastinate's functions come and go with its own migrations.
_OURS = """{schema} IN ('public', 'ledger') AND {name} NOT LIKE 'procrastinate%%'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE pg_depend.objid = {oid} AND pg_depend.deptype = 'e')"""

# From the catalogue rather than pg_get_functiondef, whose layout differs between versions of PostgreSQL.
_FUNCTIONS = f"""
SELECT n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       p.prosrc, concat_ws(' ', l.lanname, p.provolatile, p.prosecdef, p.proconfig::text)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE {_OURS.format(schema="n.nspname", name="p.proname", oid="p.oid")}
"""
_TRIGGERS = f"""
SELECT n.nspname || '.' || c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid) || ' [' || t.tgenabled::text || ']'
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND {_OURS.format(schema="n.nspname", name="c.relname", oid="c.oid")}
"""
# Foreign keys are checked by internal triggers, which a superuser can switch off as well.
_DISABLED_FOREIGN_KEYS = f"""
SELECT n.nspname || '.' || c.relname || '.' || coalesce(k.conname, t.tgname), 'off'
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint
WHERE t.tgisinternal AND t.tgenabled = 'D' AND {_OURS.format(schema="n.nspname", name="c.relname", oid="c.oid")}
"""
_CONSTRAINTS = """
SELECT n.nspname || '.' || c.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'ledger' AND k.contype IN ('c', 'x', 'u', 'p', 'f')
"""
_UNIQUE_INDEXES = """
SELECT n.nspname || '.' || i.relname, pg_get_indexdef(i.oid) || CASE WHEN x.indisvalid THEN '' ELSE ' [invalid]' END
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_namespace n ON n.oid = i.relnamespace
WHERE n.nspname = 'ledger' AND x.indisunique
"""
_PRIVILEGES = f"""
SELECT n.nspname || '.' || c.relname,
       (SELECT coalesce(string_agg(p, ' ' ORDER BY place), '')
        FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES'])
             WITH ORDINALITY AS every(p, place)
        WHERE has_table_privilege(%(role)s, c.oid, p)),
       (SELECT coalesce(string_agg(a.attname, ' ' ORDER BY a.attname), '') FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          AND has_column_privilege(%(role)s, c.oid, a.attnum, 'INSERT')
          AND NOT has_table_privilege(%(role)s, c.oid, 'INSERT')),
       (SELECT coalesce(string_agg(a.attname, ' ' ORDER BY a.attname), '') FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          AND has_column_privilege(%(role)s, c.oid, a.attnum, 'UPDATE')
          AND NOT has_table_privilege(%(role)s, c.oid, 'UPDATE'))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND {_OURS.format(schema="n.nspname", name="c.relname", oid="c.oid")}
"""
_OWNED_BY_ROLE = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('public', 'ledger') AND c.relkind IN ('r', 'p') AND pg_has_role(%(role)s, c.relowner, 'USAGE')
ORDER BY c.relname LIMIT 3
"""
_MAY_CREATE_IN = """
SELECT nspname FROM pg_namespace
WHERE nspname IN ('public', 'ledger') AND has_schema_privilege(%(role)s, oid, 'CREATE')
"""

_TITLES = {
    "functions": "函数",
    "triggers": "触发器",
    "disabled_foreign_keys": "被停用的外键检查",
    "constraints": "约束",
    "unique_indexes": "唯一索引",
    "privileges": "服务角色对表的权限",
}


def apply(*, role: str) -> None:
    """Put all guards and grants in place, in one transaction. Run by the owner after `migrate`."""
    packages = [Path(app.path) for app in apps.get_app_configs() if app.name.startswith("upkeep.")]
    guards = [file for package in packages for file in sorted((package / "sql" / "guards").glob("*.sql"))]
    grants = [file for package in packages if (file := package / "sql" / "grants.sql").exists()]
    quoted = sql.Identifier(role).as_string(None)
    with transaction.atomic(), connection.cursor() as cursor:
        for file in guards:
            cursor.execute(file.read_text(encoding="utf-8"))
        for text in [_DEFAULT_GRANTS, *(file.read_text(encoding="utf-8") for file in grants)]:
            cursor.execute(text.replace("{app}", quoted))


def snapshot(*, role: str) -> Snapshot:
    """What the database holds now, in the manifest's terms."""
    return {
        "functions": {name: _function_hash(body, settings) for name, body, settings in _rows(_FUNCTIONS)},
        "triggers": dict(_rows(_TRIGGERS)),
        "disabled_foreign_keys": dict(_rows(_DISABLED_FOREIGN_KEYS)),
        "constraints": dict(_rows(_CONSTRAINTS)),
        "unique_indexes": dict(_rows(_UNIQUE_INDEXES)),
        "privileges": _unusual_privileges(role),
    }


def write_manifest(*, role: str) -> None:
    """Take the present database for sound. Only for developers, on a database freshly prepared."""
    text = json.dumps(snapshot(role=role), ensure_ascii=False, indent=1, sort_keys=True)
    MANIFEST.write_text(text + "\n", encoding="utf-8")


def differences(*, role: str | None = None) -> list[str]:
    """Sentences (Chinese) on where the database departs from the manifest; empty when it is sound.

    `role` is the serving role; left out, it is the one we are connected as.
    """
    serving = role or str(_rows("SELECT current_user")[0][0])
    wanted: Snapshot = json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.exists() else {}
    found = snapshot(role=serving)
    sentences = list(_role_faults(serving))
    for kind, title in _TITLES.items():
        sentences += _compare(title, wanted.get(kind, {}), found[kind])
    return sentences


def _compare(title: str, wanted: dict[str, str], found: dict[str, str]) -> list[str]:
    missing = [f"缺少{title}：{name}" for name in sorted(wanted.keys() - found.keys())]
    unknown = [f"多出{title}：{name}（{found[name][:80]}）" for name in sorted(found.keys() - wanted.keys())]
    changed = [
        f"{title}与清单不符：{name}" for name in sorted(wanted) if found.get(name, wanted[name]) != wanted[name]
    ]
    return missing + unknown + changed


def _role_faults(role: str) -> list[str]:
    """The serving role must be a guest in the database: it owns nothing and makes nothing."""
    faults = []
    if owned := [row[0] for row in _rows(_OWNED_BY_ROLE, role=role)]:
        faults.append(f"服务角色 {role} 拥有数据表（{'、'.join(owned)}），须与迁移用的角色分开")
    if schemas := [row[0] for row in _rows(_MAY_CREATE_IN, role=role)]:
        faults.append(f"服务角色 {role} 能在 {'、'.join(schemas)} 中建表，须收回 CREATE 权限")
    return faults


def _unusual_privileges(role: str) -> dict[str, str]:
    unusual = {}
    for table, whole, insertable, updatable in _rows(_PRIVILEGES, role=role):
        if table.startswith("ledger.") or whole != ORDINARY_PRIVILEGES:
            columns = [f"INSERT({insertable})" if insertable else "", f"UPDATE({updatable})" if updatable else ""]
            unusual[table] = " ".join(filter(None, [whole, *columns]))
    return unusual


def _function_hash(body: str, settings: str) -> str:
    normal = re.sub(r"\s+", " ", body).strip()
    return hashlib.sha256(f"{normal}\n{settings}".encode()).hexdigest()


def _rows(query: str, **values: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
