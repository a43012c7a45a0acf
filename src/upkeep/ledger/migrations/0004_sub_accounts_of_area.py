"""The sub-accounts of an area, for what goes over all of them: interest."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_vouchers")]

    operations = [
        migrations.RunSQL(
            "create index sub_account_of_area on ledger.sub_account (area_id, id)",
            "drop index ledger.sub_account_of_area",
        )
    ]
