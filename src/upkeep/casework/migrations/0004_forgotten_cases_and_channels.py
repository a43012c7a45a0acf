from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0003_faulty_rows'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='forgotten_at',
            field=models.DateTimeField(blank=True, help_text='撤回后按资料保存规则删除填报内容和要件的时间', null=True, verbose_name='内容删除时间'),
        ),
        migrations.AddField(
            model_name='case',
            name='channel',
            field=models.CharField(choices=[('ONLINE', '网上'), ('WINDOW', '窗口'), ('BANK', '银行'), ('API', '接口')], default='ONLINE', max_length=8, verbose_name='交易渠道'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('channel__in', ['ONLINE', 'WINDOW', 'BANK', 'API'])), name='case_channel_is_known'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('forgotten_at__isnull', True), ('state', 'WITHDRAWN'), _connector='OR'), name='case_is_forgotten_only_when_withdrawn'),
        ),
    ]
