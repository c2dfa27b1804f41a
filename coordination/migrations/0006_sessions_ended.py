from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("coordination", "0005_sessions")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="sessions_ended",
            field=models.PositiveIntegerField(
                default=0, editable=False, verbose_name="times signed out everywhere"
            ),
        ),
    ]
