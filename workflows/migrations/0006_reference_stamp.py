"""The stamp of the reference data; its triggers are laid after every migrate (workflows.stamping)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workflows", "0005_calendar_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReferenceStamp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.CharField(max_length=36)),
            ],
            options={
                "verbose_name": "reference stamp",
                "verbose_name_plural": "reference stamps",
            },
        ),
    ]
