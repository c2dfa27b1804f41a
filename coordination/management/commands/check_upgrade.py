"""``manage.py check_upgrade``: whether the release that runs now can live with the migrations that wait.

While a service is upgraded the old release goes on after the migrations have run, and goes on again
where the new one does not start. So what waits may only add: a column with a default of the database's
own, a table, an index that is built while people write. What removes comes a release later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, models
from django.db.migrations import operations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

GOES_AWAY = (
    operations.DeleteModel,
    operations.RemoveField,
    operations.RenameField,
    operations.RenameModel,
    operations.AlterModelTable,
)


def unfit(operation: Operation, before: ProjectState, app: str, born: set[str]) -> str:
    """Why the running release could not live with an operation; "" where it can.

    ``born`` are the models that wait themselves: nobody uses them yet. What ``RunPython`` and
    ``RunSQL`` do is for their author to answer for.
    """
    model = str(getattr(operation, "model_name", getattr(operation, "name", ""))).lower()
    if model in born:
        return ""
    if isinstance(operation, GOES_AWAY):
        return "the running release still uses it"
    if isinstance(operation, operations.AddField) and not _fills_itself(operation.field):
        return "the running release writes rows without it: give it db_default, or null=True"
    if isinstance(operation, operations.AlterField):
        return _narrows(before.models[app, model].fields[operation.name], operation.field)
    if isinstance(operation, operations.AddConstraint):
        return "rows of the running release may not keep it"
    if isinstance(operation, operations.AddIndex) and not isinstance(operation, AddIndexConcurrently):
        return "everybody who writes waits while it is built: use AddIndexConcurrently"
    return ""


def _fills_itself(field: models.Field[Any, Any]) -> bool:
    return bool(field.null or field.many_to_many or field.db_default is not models.NOT_PROVIDED)


def _narrows(old: models.Field[Any, Any], new: models.Field[Any, Any]) -> str:
    if old.null and not new.null:
        return "the running release may leave it empty"
    if old.get_internal_type() != new.get_internal_type() or (old.max_length or 0) > (new.max_length or 0):
        return "the running release writes what it no longer holds"
    return ""


def waiting() -> Iterator[tuple[str, str, str]]:
    """(migration, operation, why) for what waits in the database and does not fit."""
    executor = MigrationExecutor(connection)
    if not executor.loader.applied_migrations:
        # Nothing runs on an empty database.
        return
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    born: set[tuple[str, str]] = set()
    for migration, _backwards in plan:
        state = executor.loader.project_state((migration.app_label, migration.name), at_end=False)
        for operation in migration.operations:
            here = {name for app, name in born if app == migration.app_label}
            why = unfit(operation, state, migration.app_label, here)
            if why:
                yield str(migration), operation.describe(), why
            if isinstance(operation, operations.CreateModel):
                born.add((migration.app_label, operation.name_lower))
            operation.state_forwards(migration.app_label, state)


class Command(BaseCommand):
    """Exit 1 and every operation that does not fit."""

    help = "Names the waiting migrations that the running release could not live with."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(waiting())
        for migration, operation, why in found:
            self.stderr.write(f"{migration}: {operation}: {why}.")
        if found:
            raise CommandError(
                "These migrations need a service at rest, or a release that comes first (deploy/upgrade.md).",
                returncode=1,
            )
        self.stdout.write("The running release can live with what waits.")
