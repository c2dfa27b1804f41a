"""The stamp of the reference data: written by the database when one of its tables changes.

Triggers, because a bulk update, a data fix by hand and a restored backup send no signal. They are laid
after every ``migrate``, not by a migration: SQLite drops them with each table that it alters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connections
from django.db.models import Model

from workflows.models import ReferenceStamp

# Model → the columns that matter; none: every column.
Watched = Mapping[type[Model], tuple[str, ...]]

_STAMP = ReferenceStamp._meta.db_table
_WRITE = (
    f"INSERT INTO {_STAMP} (id, token) VALUES (1, {{token}}) "  # noqa: S608 (our own table's name)
    "ON CONFLICT (id) DO UPDATE SET token = excluded.token"
)
_TOKEN = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()::text"}


def lay_triggers(using: str, watched: Watched) -> None:
    """Make the database stamp every change of the watched tables, and stamp it now.

    Where it was migrated half-way only, the tables that are there are watched.
    """
    connection = connections[using]
    write = _WRITE.format(token=_TOKEN[connection.vendor])
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        if _STAMP not in there:
            return
        known = {model: columns for model, columns in watched.items() if model._meta.db_table in there}
        for statement in (*_statements(connection.vendor, write, known), write):
            cursor.execute(statement)


def _statements(vendor: str, write: str, watched: Watched) -> Iterable[str]:
    if vendor == "postgresql":
        yield (
            "CREATE OR REPLACE FUNCTION reference_changed() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {write}; RETURN NULL; END $$"
        )
    for model, columns in watched.items():
        table, of = model._meta.db_table, f" OF {', '.join(columns)}" if columns else ""
        if vendor == "postgresql":
            yield (
                f"CREATE OR REPLACE TRIGGER {table}_reference AFTER INSERT OR DELETE OR TRUNCATE OR "
                f"UPDATE{of} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION reference_changed()"
            )
        else:
            yield from _for_sqlite(table, of, write)


def _for_sqlite(table: str, of: str, write: str) -> Iterable[str]:
    for name, event in (("insert", "INSERT"), ("delete", "DELETE"), ("update", f"UPDATE{of}")):
        trigger = f"{table}_reference_{name}"
        yield f"DROP TRIGGER IF EXISTS {trigger}"
        yield f"CREATE TRIGGER {trigger} AFTER {event} ON {table} BEGIN {write}; END"


def watch(model: type[Model], *fields: str) -> dict[type[Model], tuple[str, ...]]:
    """A model to watch: named fields only, or all of them."""
    columns: dict[str, Any] = {field.name: field.column for field in model._meta.concrete_fields}
    return {model: tuple(columns[name] for name in fields)}
