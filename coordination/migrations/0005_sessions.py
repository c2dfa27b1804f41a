"""Sessions and conclusions become rows of their own; the dossier's loose columns go.

One session for each Council, name and day that dossiers named, in the term in force on that day; one
conclusion, still without a number, for each dossier that was decided or referred.
"""

from django.db import migrations
from django.db.models import Q

CONCLUDED = ("decided", "referred")


def to_rows(apps, schema_editor):
    dossiers, sessions, conclusions, terms = _tables(apps, schema_editor)
    for dossier in dossiers.filter(session=None, session_on__isnull=False).order_by("moved_at", "pk"):
        session, _created = sessions.get_or_create(
            council_id=dossier.council_id,
            name=dossier.session_name,
            held_on=dossier.session_on,
            defaults={
                "term": _term_on(terms, dossier.council_id, dossier.session_on),
                "place": dossier.session_place,
                "opened_at": dossier.moved_at,
            },
        )
        if dossier.session_place and not session.place:
            sessions.filter(pk=session.pk).update(place=dossier.session_place)
        concluded = None
        if dossier.state in CONCLUDED:
            concluded = conclusions.create(
                session=session, content=dossier.conclusion, recorded_at=dossier.moved_at
            )
        dossiers.filter(pk=dossier.pk).update(session=session, concluded_by=concluded)
    # PostgreSQL changes no table while foreign keys written just now are still to be checked.
    schema_editor.connection.check_constraints()


def to_columns(apps, schema_editor):
    dossiers, sessions, conclusions, _terms = _tables(apps, schema_editor)
    for dossier in dossiers.exclude(session=None).select_related("session", "concluded_by"):
        dossiers.filter(pk=dossier.pk).update(
            session_name=dossier.session.name,
            session_on=dossier.session.held_on,
            session_place=dossier.session.place,
            conclusion=dossier.concluded_by.content if dossier.concluded_by else "",
            session=None,
            concluded_by=None,
        )
    conclusions.all().delete()
    sessions.all().delete()
    schema_editor.connection.check_constraints()


def _tables(apps, schema_editor):
    names = ("Dossier", "CouncilSession", "Conclusion", "CouncilTerm")
    return [
        apps.get_model("coordination", name).objects.using(schema_editor.connection.alias) for name in names
    ]


def _term_on(terms, council_id, day):
    in_force = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    rows = terms.filter(in_force, council_id=council_id, valid_from__lte=day)
    return rows.order_by("-valid_from", "-pk").first()


class Migration(migrations.Migration):
    dependencies = [
        ("coordination", "0004_replacing_in_minutes"),
    ]

    operations = [
        migrations.RunPython(to_rows, to_columns),
        migrations.RemoveField(model_name="dossier", name="session_name"),
        migrations.RemoveField(model_name="dossier", name="session_on"),
        migrations.RemoveField(model_name="dossier", name="session_place"),
        migrations.RemoveField(model_name="dossier", name="conclusion"),
    ]
