from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('estate', '0009_finding'),
    ]

    operations = [
        migrations.AlterField(
            model_name='ownercorrection',
            name='field',
            field=models.CharField(choices=[('name', '姓名或名称'), ('phone', '联系电话'), ('id_kind', '证件类型'), ('id_number', '证件号码')], max_length=10, verbose_name='更正项目'),
        ),
    ]
