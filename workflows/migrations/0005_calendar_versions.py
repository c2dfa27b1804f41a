from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0004_clocks_and_policies"),
    ]

    operations = [
        migrations.AddField(
            model_name="clock",
            name="calendar_version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="calendar",
            name="weekly_rest",
            field=models.CharField(blank=True, default="67", max_length=6, verbose_name="weekly rest"),
        ),
    ]
