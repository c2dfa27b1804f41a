from django.db import migrations, models

from workflows.indexes import AddIndexAtWork


class Migration(migrations.Migration):
    # Built while people work (docs/adr/0019).
    atomic = False
    dependencies = [("workflows", "0006_reference_stamp")]

    operations = [
        AddIndexAtWork("clock", models.Index(fields=["machine", "record_id"], name="clock_by_record")),
    ]
