"""What the steps of a story left in the database, to be laid again instead of taken again.

Most tests begin where many others begin. The first story of a process that takes a step really takes
it; the rows it wrote are kept, and the next story that takes the same step from the same rows gets
them. From the same rows: every step is found under the steps before it, and the connection counts its
changes, so that anything else that was written in between leaves the trail, for the rest of the test.

SQLite only; elsewhere every step is really taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from workflows.models import ReferenceStamp

Rows = list[tuple[Any, ...]]


class Left(NamedTuple):
    """What a step left beside its rows: the story's time, the id of the record or event it made."""

    at: datetime
    pk: int


@dataclass
class Place:
    """The rows after some steps, table by table, and the places to which a further step led."""

    rows: dict[str, Rows]
    next: dict[str, tuple[Place, Left]] = field(default_factory=dict)


class _Trail:
    """Where this test stands, as long as it is on the trail."""

    def __init__(self) -> None:
        self.columns: dict[str, list[str]] = {}
        self.undeletable: set[str] = set()
        self.stamp = ""
        self.root = Place({})
        self.place: Place | None = None
        self.changes = -1

    def stand(self, place: Place) -> None:
        self.place, self.changes = place, connection.connection.total_changes

    def now(self) -> Place | None:
        """The place whose rows the database holds now; None off the trail."""
        # A test that counts statements wants the step itself.
        if not self.columns or connection.force_debug_cursor:
            return None
        if self.place is not None:
            return self.place if connection.connection.total_changes == self.changes else None
        if ReferenceStamp.objects.values_list("token", flat=True).first() != self.stamp or self._written():
            return None
        self.stand(self.root)
        return self.root

    def _written(self) -> bool:
        counts = " + ".join(f'(SELECT COUNT(*) FROM "{table}")' for table in self.columns)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {counts}")
            return bool(cursor.fetchone()[0])

    def read(self, before: Place) -> Place:
        rows = {}
        with connection.cursor() as cursor:
            for table, columns in self.columns.items():
                # An expression has no declared type: the values come as they are stored.
                values = ", ".join(f'+"{name}"' for name in columns)
                cursor.execute(f'SELECT {values} FROM "{table}"')
                found = cursor.fetchall()
                rows[table] = before.rows[table] if found == before.rows[table] else found
        return Place(rows)

    def lay(self, before: Place, after: Place) -> None:
        with connection.cursor() as cursor:
            for table, rows in after.rows.items():
                if rows is before.rows[table]:
                    continue
                if table not in self.undeletable:
                    cursor.execute(f'DELETE FROM "{table}"')
                marks = ", ".join(["%s"] * len(self.columns[table]))
                cursor.executemany(f'INSERT OR REPLACE INTO "{table}" VALUES ({marks})', rows)


_trail = _Trail()


def begin_session() -> None:
    """Once the demo's people are loaded: the tables that are empty now are those that stories write."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT COUNT(*) FROM "{table}"')
            if cursor.fetchone()[0] == 0:
                cursor.execute("SELECT name FROM pragma_table_info(%s)", [table])
                _trail.columns[table] = [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'")
        _trail.undeletable = {name for (name,) in cursor.fetchall()}
    _trail.root = Place({table: [] for table in _trail.columns})
    _trail.stamp = ReferenceStamp.objects.get().token


def begin_test() -> None:
    """The database is as it was at the beginning of the session."""
    _trail.place = None


def take(what: list[Any], really: Callable[[], Left]) -> Left:
    """What a step leaves: laid where it was taken before from the same rows, else ``really`` taken."""
    before = _trail.now()
    try:
        key = json.dumps(what, sort_keys=True)
    except TypeError:
        before = None  # a file, say: it leaves more than rows
    if before is None:
        return really()
    known = before.next.get(key)
    if known is not None:
        after, left = known
        _trail.lay(before, after)
    else:
        left = really()
        after = _trail.read(before)
        before.next[key] = after, left
    _trail.stand(after)
    return left
