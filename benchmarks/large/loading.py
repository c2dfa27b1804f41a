"""Fill a migrated PostgreSQL database with so many issues, and tell how far it has got.

The database writes its own rows, a stretch of issues in one transaction. Where many come at once, the
indexes go first and come back at the end; foreign keys are not asked about row by row, but all together
(``orphans``). The same seed gives the same rows; only the moments hang on when it was begun.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg

from benchmarks.large import directory, rows, words

# Issues in one transaction; the dice are thrown anew for each stretch, so the size may not change.
STRETCH = 10_000
# From so many issues on it pays to lay the indexes afterwards.
MANY = 50_000
SEED = 2026


@dataclass
class Loaded:
    """What was written so far, in all stages: rows by table, and the seconds it took."""

    readers: dict[str, int]
    issues: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


class Loader:
    """Issues 1 to n of one database, in stages."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(
            url, autocommit=True, prepare_threshold=None, options="-c statement_timeout=0 -c jit=off"
        )
        self._now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        for setting in ("synchronous_commit = off", "maintenance_work_mem = '512MB'", "work_mem = '64MB'"):
            self._run(f"SET {setting}")

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def people(self) -> Loaded:
        """The country without an issue: the first stage, on a database that is only migrated."""
        self._made = directory.build()
        written = directory.write(self._connection, self._made)
        rows.write_states(self._connection)
        return Loaded(self._made.readers, rows={"(the directory)": written})

    def issues(self, loaded: Loaded, upto: int) -> None:
        """Go on to issue ``upto``, a multiple of ``STRETCH``; ends with counters, indexes and statistics."""
        began = time.monotonic()
        assert upto % STRETCH == 0, upto
        dropped = self._take_off() if upto - loaded.issues >= MANY else []
        values = self._values()
        for first in range(loaded.issues + 1, upto, STRETCH):
            self._stretch(first, values, loaded)
            _tell(loaded, first + STRETCH - 1, upto, began)
        loaded.issues = upto
        for number, statement in enumerate(dropped, 1):
            self._run(statement)
            _say(f"  indexes {number}/{len(dropped)}  {time.monotonic() - began:.0f} s")
        self._counters()
        self._run("VACUUM (ANALYZE)")
        loaded.seconds += time.monotonic() - began
        total = sum(loaded.rows.values())
        _say(f"  {upto:,} issues, {total:,} rows in {loaded.seconds:.0f} s, with indexes and statistics")

    def orphans(self) -> list[str]:
        """Foreign keys that point nowhere, as ``table.column``: none, or the rows are wrong."""
        found = self._connection.execute(_FOREIGN_KEYS).fetchall()
        return [
            f"{table}.{column}"
            for table, column, target, key in found
            if self._run(
                f"SELECT 1 FROM {table} t WHERE {column} IS NOT NULL AND NOT EXISTS"
                f" (SELECT FROM {target} o WHERE o.{key} = t.{column}) LIMIT 1"
            ).fetchone()
        ]

    def _values(self) -> dict[str, Any]:
        """What the statements of ``sql/`` take."""
        units = self._run("SELECT id, n FROM bench_unit ORDER BY n").fetchall()
        home = self._run(
            "SELECT min(n), min(id) FROM bench_unit WHERE locality = %s", [directory.HOME]
        ).fetchone()
        works, works_folded = words.both([*words.projects(), words.RARE])
        verbs, verbs_folded = words.both(words.VERBS)
        whys, whys_folded = words.both(words.WHY)
        assert home is not None
        return {
            "now": self._now,
            "units": len(units),
            "narrow": home[0],
            "narrow_unit": home[1],
            "followers": [self._made.readers["narrow"], self._made.readers["wide"]],
            "rare_every": words.RARE_EVERY,
            "long": rows.LONG,
            "long_events": rows.LONG_EVENTS,
            "projects": works,
            "projects_folded": works_folded,
            "verbs": verbs,
            "verbs_folded": verbs_folded,
            "whys": whys,
            "whys_folded": whys_folded,
        }

    def _stretch(self, first: int, values: dict[str, Any], loaded: Loaded) -> None:
        last = first + STRETCH - 1
        with self._connection.transaction():
            self._run("SELECT setseed(%s)", [((SEED * 7919 + first) % 1_000_003) / 1_000_003])
            # Nobody asks row by row whether a foreign key is met; who may not say so, waits longer.
            self._run("SAVEPOINT quick")
            try:
                self._run("SET LOCAL session_replication_role = replica")
            except psycopg.errors.InsufficientPrivilege:
                self._run("ROLLBACK TO quick")
            for table, statement in rows.statements():
                written = self._run(statement, values | {"first": first, "last": last}).rowcount
                if table:
                    loaded.rows[table] = loaded.rows.get(table, 0) + written

    def _take_off(self) -> list[str]:
        """Drop the indexes and uniqueness of the big tables; returns the statements that lay them again."""
        tables = rows.tables()
        again = []
        for table, name, definition in self._run(_UNIQUE, [tables]).fetchall():
            self._run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for name, definition in self._run(_INDEXES, [tables]).fetchall():
            self._run(f'DROP INDEX "{name}"')
            again.append(definition)
        return again

    def _counters(self) -> None:
        """What the product counts by itself: ids, codes, places in an inbox."""
        for sequence, table, column in self._run(_SEQUENCES).fetchall():
            self._run(
                f"SELECT setval('{sequence}', (SELECT coalesce(max({column}), 0) + 1 FROM {table}), false)"
            )
        for prefix, table in (("VM", "issue"), ("NV", "commitment"), ("TT", "submission")):
            self._run(_CODES.format(table=f"coordination_{table}", prefix=prefix))
        self._run(_INBOXES)

    def _run(self, statement: str, values: Any = None) -> psycopg.Cursor[Any]:
        return self._connection.execute(statement.encode(), values)


_FOREIGN_KEYS = """
SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, b.attname FROM pg_constraint c
JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1] WHERE c.contype = 'f'"""
_UNIQUE = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'u' AND conrelid = ANY (%s::regclass[])"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY (%s::regclass[]) AND NOT EXISTS
  (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)"""
_SEQUENCES = """
SELECT pg_get_serial_sequence(table_name, column_name), table_name, column_name FROM
  information_schema.columns
WHERE table_schema = 'public' AND is_identity = 'YES'"""
_CODES = """
INSERT INTO coordination_codecounter (series, last)
SELECT '{prefix}-' || l.mnemonic || '-' || year, 1000000 FROM coordination_locality l
CROSS JOIN (SELECT DISTINCT extract(year FROM created_at) AS year FROM {table}) y ON CONFLICT (series)
  DO NOTHING"""
_INBOXES = """
INSERT INTO notifications_inboxcounter (person_id, seq, version)
SELECT person_id, max(seq), 1 FROM notifications_notice GROUP BY person_id
ON CONFLICT (person_id) DO UPDATE SET seq = excluded.seq"""


def _tell(loaded: Loaded, done: int, upto: int, began: float) -> None:
    passed, total = time.monotonic() - began, sum(loaded.rows.values())
    speed = (done - loaded.issues) / passed
    _say(
        f"  {done:>9,} of {upto:,} issues  {total:>10,} rows  {speed:,.0f} issues/s "
        f" {passed:.0f} s, about {(upto - done) / speed:.0f} s to go"
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
