"""The order in which 交易明细 lists entries: without it every page would sort the whole journal of an area."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_journal")]
    operations = [
        migrations.RunSQL(
            "create index entry_in_order on ledger.entry (area_id, booked_on, ordinal)",
            "drop index ledger.entry_in_order",
        )
    ]
