"""The database itself refuses to change or remove an event (SQLite and PostgreSQL)."""

from django.db import migrations

REFUSAL = "workflows_event is append-only"

SQLITE = [
    f"""
    CREATE TRIGGER workflows_event_no_{verb.lower()} BEFORE {verb} ON workflows_event
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """
    for verb in ("UPDATE", "DELETE")
]
SQLITE_BACK = [f"DROP TRIGGER IF EXISTS workflows_event_no_{verb}" for verb in ("update", "delete")]
POSTGRESQL = [
    f"""
    CREATE FUNCTION workflows_event_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
    """,
    """
    CREATE TRIGGER workflows_event_no_change BEFORE UPDATE OR DELETE ON workflows_event
    FOR EACH ROW EXECUTE FUNCTION workflows_event_refuse()
    """,
    """
    CREATE TRIGGER workflows_event_no_truncate BEFORE TRUNCATE ON workflows_event
    FOR EACH STATEMENT EXECUTE FUNCTION workflows_event_refuse()
    """,
]
POSTGRESQL_BACK = [
    "DROP TRIGGER IF EXISTS workflows_event_no_truncate ON workflows_event",
    "DROP TRIGGER IF EXISTS workflows_event_no_change ON workflows_event",
    "DROP FUNCTION IF EXISTS workflows_event_refuse()",
]


def _run(statements):
    def run(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement)

    return run


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_tables")]

    operations = [
        migrations.RunPython(
            _run({"sqlite": SQLITE, "postgresql": POSTGRESQL}),
            _run({"sqlite": SQLITE_BACK, "postgresql": POSTGRESQL_BACK}),
        )
    ]
