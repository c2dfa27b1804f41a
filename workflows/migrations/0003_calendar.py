"""The country's working calendar 2024-2027, as rows that an administrator may edit."""

from django.db import migrations

from workflows.holidays import MAKE_UP_DAYS, OFF_DAYS


def fill(apps, schema_editor):
    calendar = apps.get_model("workflows", "Calendar").objects.create(scope="", name="Lịch làm việc chung")
    day = apps.get_model("workflows", "CalendarDay")
    day.objects.bulk_create(
        [day(calendar=calendar, day=row.day, kind="off", name=row.label, basis=row.basis) for row in OFF_DAYS]
        + [
            day(calendar=calendar, day=row.day, kind="worked", name=row.name, basis=row.basis)
            for row in MAKE_UP_DAYS
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("workflows", "0002_append_only")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
