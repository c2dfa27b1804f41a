from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_ways_out"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outboxmessage",
            name="status",
            field=models.CharField(
                choices=[
                    ("queued", "queued"),
                    ("claimed", "being sent"),
                    ("sent", "sent"),
                    ("failed", "failed, will be tried again"),
                    ("dead", "cannot be delivered"),
                    ("cancelled", "no longer needed"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="outboxmessage",
            index=models.Index(condition=models.Q(("status", "dead")), fields=["id"], name="message_dead"),
        ),
    ]
