"""Two more reasons for which a decision link ends; a person to be reached may have been reached since."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_dead_letters")]

    operations = [
        migrations.AlterField(
            model_name="decisionlink",
            name="revoked_why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("replaced", "a newer message replaced it"),
                    ("unfit", "the record moved on"),
                    ("reported", "it was reported"),
                    ("changed", "the content changed after it was sent"),
                    ("signed_out", "its person signed out everywhere"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="reachtask",
            name="how",
            field=models.CharField(
                blank=True,
                choices=[
                    ("told", "told in person or by telephone"),
                    ("printed", "laid before them on paper"),
                    ("reached", "was reached since"),
                    ("decided", "has acted since"),
                ],
                max_length=8,
            ),
        ),
    ]
