"""The journal's tables, from sql/tables.sql. Guards and grants are installed after every migration, not here."""

from pathlib import Path

from django.db import migrations

TABLES = Path(__file__).resolve().parent.parent / "sql" / "tables.sql"


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunSQL(TABLES.read_text(encoding="utf-8"), "drop schema ledger cascade")]
