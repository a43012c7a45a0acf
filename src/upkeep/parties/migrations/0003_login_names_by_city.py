"""Login names are unique in their city and realm; passwords have an age; sessions a version."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Lower

REALMS = [('organisation', '单位办事'), ('office', '管理中心'), ('bank', '专户银行'), ('owner', '业主')]

# The city is the top of the tree above the user's jurisdiction, the realm that of his roles.
FILL = """
WITH RECURSIVE line(user_id, place, parent_id) AS (
    SELECT u.id, j.id, j.parent_id FROM parties_user u JOIN parties_jurisdiction j ON j.id = u.jurisdiction_id
    UNION ALL
    SELECT line.user_id, j.id, j.parent_id FROM line JOIN parties_jurisdiction j ON j.id = line.parent_id
)
UPDATE parties_user u SET city_id = line.place FROM line WHERE line.user_id = u.id AND line.parent_id IS NULL;

UPDATE parties_user u SET realm = CASE
    WHEN held.roles && ARRAY['WINDOW_CLERK', 'FIRST_REVIEWER', 'SECOND_REVIEWER', 'APPROVER', 'ACCOUNTANT', 'CASHIER',
        'EDITOR', 'AUDITOR', 'SYSTEM_ADMIN', 'SECURITY_ADMIN', 'AUDIT_ADMIN'] THEN 'office'
    WHEN held.roles && ARRAY['TELLER', 'TELLER_SUPERVISOR'] THEN 'bank'
    WHEN held.roles = ARRAY['OWNER'] THEN 'owner'
    ELSE 'organisation' END
FROM (SELECT user_id, array_agg(role::text) AS roles FROM parties_userrole GROUP BY user_id) held
WHERE held.user_id = u.id;

SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('parties', '0002_selling_units_and_administrators'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='city',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.jurisdiction', verbose_name='登录城市'),
        ),
        migrations.AddField(
            model_name='user',
            name='realm',
            field=models.CharField(choices=REALMS, default='organisation', max_length=12, verbose_name='登录入口'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='user',
            name='password_set_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='密码设置时间'),
        ),
        migrations.AddField(
            model_name='user',
            name='must_change_password',
            field=models.BooleanField(default=False, verbose_name='下次登录须修改密码'),
        ),
        migrations.AddField(
            model_name='user',
            name='session_version',
            field=models.PositiveIntegerField(default=0, verbose_name='会话版本'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='user',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.jurisdiction', verbose_name='登录城市'),
        ),
        migrations.AlterField(
            model_name='user',
            name='username',
            field=models.CharField(max_length=60, verbose_name='登录名'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(models.F('city'), models.F('realm'), Lower('username'), name='login_name_is_unique_in_its_city_and_realm'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('realm__in', ['organisation', 'office', 'bank', 'owner'])), name='user_realm_is_known'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('username', ''), _negated=True), name='login_name_is_not_empty'),
        ),
    ]
