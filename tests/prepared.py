"""The test database, migrated and with the demo's people: made once per state of the code, then copied.

Migrating takes a quarter of a minute and every test process needs it. The copy lies under var/ and is
named after all that it is made of, so that it is never older than the code.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from coordination.demo.loading import load_organisations, load_people
from tests.made_of import kept, one_at_a_time

_opened: list[tuple[object, str, bool]] = []


def open_test_database() -> None:
    """Open this process's own test database, with organisations and people in it."""
    if connection.vendor != "sqlite":
        _opened.extend(setup_databases(verbosity=0, interactive=False))
        _load()
        return
    name = connection.creation._get_test_db_name()
    _opened.append((connection, connection.settings_dict["NAME"], True))
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    with one_at_a_time("test-database"):
        template = kept("test-database", "sqlite3")
        if not template.exists():
            call_command("migrate", verbosity=0)
            _load()
            _keep(template)
            return
    connection.ensure_connection()
    with sqlite3.connect(template) as made:
        made.backup(connection.connection)
    made.close()


def close_test_database() -> None:
    """Give the database back."""
    teardown_databases(_opened, verbosity=0)


def _load() -> None:
    load_organisations()
    load_people()


def _keep(template: Path) -> None:
    """Written beside, then named: another process may be at it too."""
    draft = template.with_suffix(f".{os.getpid()}")
    with sqlite3.connect(draft) as kept_one:
        connection.connection.backup(kept_one)
    kept_one.close()
    draft.replace(template)
