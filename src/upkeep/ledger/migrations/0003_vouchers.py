"""Voucher numbers (凭证号): counted per book and month, given after the day is over or when somebody asks for them."""

from django.db import migrations

_TABLE = """
create table ledger.voucher (
    entry_id bigint not null,
    area_id  bigint not null,
    month    date not null,                              -- the first day of the month in which the entry is booked
    number   int not null,
    primary key (entry_id, area_id),
    constraint voucher_numbered_once unique (area_id, month, number),
    constraint voucher_number_is_positive check (number > 0)
);
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_entry_in_order")]
    operations = [migrations.RunSQL(_TABLE, "drop table ledger.voucher")]
