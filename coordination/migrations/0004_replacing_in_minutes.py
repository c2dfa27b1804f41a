import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("coordination", "0003_whole_rulebook"),
    ]

    operations = [
        migrations.AddField(
            model_name="plannedcommitment",
            name="replaces",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="coordination.commitment",
            ),
        ),
    ]
