"""The floor of a step: the rows that it leaves behind, written by the bare driver.

The rows are read back from a step that the product took, and written again for another record in the
same state: lock, guard, and every INSERT and UPDATE, with the statements pipelined on PostgreSQL (one
round trip) and one after the other on SQLite. No rule is checked and nobody is looked up: what a floor is.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

Row = dict[str, Any]
Statement = tuple[str, list[Any]]

ISSUE, EVENT = "coordination_issue", "workflows_event"
ITEM, CLOCK = "workflows_workitem", "workflows_clock"
NOTICE, OUTBOX = "notifications_notice", "notifications_outboxmessage"
COUNTER = "notifications_inboxcounter"
# Ids and numbers of rows that the product never reaches here.
FAR = 50_000_000
OPEN_ITEM = f"SELECT id FROM {ITEM} WHERE machine = 'issue' AND record_id = %s AND finished IS NULL"


@dataclass
class Left:
    """What one step left behind: rows written anew, and the columns that it changed in old ones."""

    event: Row
    item: Row
    clock: Row
    notices: list[Row]
    outbox: list[Row]
    issue: Row
    closed_item: Row
    done: int


class Floor:
    """A connection of the bare driver to the product's database."""

    def __init__(self, url: str) -> None:
        self.postgresql = url.startswith("postgres")
        if self.postgresql:
            self._pg = psycopg.connect(url, autocommit=True, row_factory=dict_row)
        else:
            self._lite = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
            self._lite.row_factory = sqlite3.Row

    def close(self) -> None:
        """Leave the database."""
        (self._pg if self.postgresql else self._lite).close()

    def rows(self, statement: str, *values: Any) -> list[Row]:
        """Rows as dictionaries."""
        if self.postgresql:
            return self._pg.execute(statement.encode(), values).fetchall()
        with closing(self._lite.execute(statement.replace("%s", "?"), values)) as cursor:
            return [dict(row) for row in cursor.fetchall()]

    def left_by(self, issue: int) -> Left:
        """What the newest step of an issue left."""
        [event] = self.rows(
            f"SELECT * FROM {EVENT} WHERE machine = 'issue' AND record_id = %s ORDER BY seq DESC LIMIT 1",
            issue,
        )
        notices = self.rows(f"SELECT * FROM {NOTICE} WHERE event_id = %s ORDER BY id", event["id"])
        outbox = [
            row
            for notice in notices
            for row in self.rows(f"SELECT * FROM {OUTBOX} WHERE notice_id = %s", notice["id"])
        ]
        closed, item = self.rows(
            f"SELECT * FROM {ITEM} WHERE machine = 'issue' AND record_id = %s ORDER BY id DESC LIMIT 2", issue
        )[::-1]
        [clock] = self.rows(
            f"SELECT * FROM {CLOCK} WHERE machine = 'issue' AND record_id = %s ORDER BY id DESC LIMIT 1",
            issue,
        )
        [row] = self.rows(f"SELECT * FROM {ISSUE} WHERE id = %s", issue)
        done = self.rows(
            f"SELECT id FROM {NOTICE} WHERE machine = 'issue' AND record_id = %s AND done_at IS NOT NULL"
            " AND event_id <> %s",
            issue,
            event["id"],
        )
        return Left(event, item, clock, notices, outbox, row, closed, len(done))

    def statements(self, issue: int, left: Left, number: int) -> list[Statement]:
        """The same for another issue in the state that the first one was in; ``number`` is never reused."""
        [open_item] = self.rows(OPEN_ITEM, issue)
        [open_clock] = self.rows(
            f"SELECT id FROM {CLOCK} WHERE machine = 'issue' AND record_id = %s AND stopped_at IS NULL", issue
        )
        asking = self.rows(
            f"SELECT id FROM {NOTICE} WHERE machine = 'issue' AND record_id = %s AND requires_action"
            " AND done_at IS NULL",
            issue,
        )
        first = FAR + number * 100
        people = sorted(row["person_id"] for row in left.notices)
        notices = [
            row
            | {"id": first + place, "seq": first + place, "record_id": issue, "dedupe_key": f"floor:{first}"}
            for place, row in enumerate(left.notices)
        ]
        told = {row["id"]: first + place for place, row in enumerate(left.notices)}
        outbox = [
            row | {"id": first + place, "notice_id": told[row["notice_id"]]}
            for place, row in enumerate(left.outbox)
        ]
        moved = ("state", "version", "event_count", "head_hash", "moved_at")
        lock = f"SELECT * FROM {ISSUE} WHERE id = %s" + (" FOR UPDATE" if self.postgresql else "")
        marks = ", ".join(["(%s, 0, 1)"] * len(people))
        sets = ", ".join(f"{name} = %s" for name in moved)
        written: list[Statement] = [
            (lock, [issue]),
            (OPEN_ITEM, [issue]),
            (f"UPDATE {ISSUE} SET {sets} WHERE id = %s", [*(left.issue[name] for name in moved), issue]),
            self._insert(EVENT, [left.event | {"id": first, "record_id": issue, "seq": first}]),
            (
                f"UPDATE {ITEM} SET status = %s, finished = %s WHERE id = %s",
                [left.closed_item["status"], left.closed_item["finished"], open_item["id"]],
            ),
            self._insert(ITEM, [left.item | {"id": first, "record_id": issue}]),
            (
                f"UPDATE {CLOCK} SET stopped_at = %s WHERE id = %s",
                [left.clock["started_at"], open_clock["id"]],
            ),
            self._insert(CLOCK, [left.clock | {"id": first, "record_id": issue}]),
            (
                f"INSERT INTO {COUNTER} (person_id, seq, version) VALUES {marks} ON CONFLICT (person_id)"
                f" DO UPDATE SET version = {COUNTER}.version + 1 RETURNING person_id, seq",
                people,
            ),
            self._insert(NOTICE, notices),
            self._insert(OUTBOX, outbox),
        ]
        if asking:
            ids = [row["id"] for row in asking]
            marks = ", ".join(["%s"] * len(ids))
            written.append(
                (f"UPDATE {NOTICE} SET done_at = %s WHERE id IN ({marks})", [left.event["at"], *ids])
            )
        return written

    def write(self, statements: list[Statement]) -> float:
        """Write them in one transaction; returns the seconds it took."""
        if not self.postgresql:
            ready = [(text.replace("%s", "?"), values) for text, values in statements]
            began = time.perf_counter()
            self._lite.execute("BEGIN IMMEDIATE")
            for text, values in ready:
                self._lite.execute(text, values).fetchall()
            self._lite.execute("COMMIT")
            return time.perf_counter() - began
        encoded = [(text.encode(), values) for text, values in statements]
        began = time.perf_counter()
        with self._pg.pipeline(), self._pg.transaction():
            for text, values in encoded:
                self._pg.execute(text, values)
        return time.perf_counter() - began

    def _insert(self, table: str, rows: list[Row]) -> Statement:
        names = ", ".join(f'"{name}"' for name in rows[0])
        one = f"({', '.join(['%s'] * len(rows[0]))})"
        values = [self._value(value) for row in rows for value in row.values()]
        return f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * len(rows))}", values

    def _value(self, value: Any) -> Any:
        return Jsonb(value) if self.postgresql and isinstance(value, dict | list) else value
