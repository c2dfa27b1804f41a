"""The counters of inboxes, moved in one statement (design: notifications.md §2).

Beside the ORM because it has no upsert that adds and returns: begin, lock, read and move were three
statements, taken by every step that anybody hears of.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from notifications.models import InboxCounter

_TABLE = InboxCounter._meta.db_table


def advance(notices: Mapping[int, int]) -> dict[int, int]:
    """Make room for so many notices per person; returns the last ``seq`` before them.

    Each counter's row stays locked until the transaction ends, so that ``seq`` has no gaps and becomes
    visible in its own order. Rows are begun and locked in the order of the people, all in one go: two
    steps with overlapping recipients cannot wait for each other. ``version`` moves by one: counts may
    have moved, also of somebody (0 notices) who has to act no longer.
    """
    if not notices:
        return {}
    people = sorted(notices)
    rows = ", ".join(["(%s, %s, 1)"] * len(people))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_TABLE} (person_id, seq, version) VALUES {rows} "  # noqa: S608 (our own table)
            f"ON CONFLICT (person_id) DO UPDATE SET seq = {_TABLE}.seq + excluded.seq, "
            f"version = {_TABLE}.version + 1 RETURNING person_id, seq",
            [value for person in people for value in (person, notices[person])],
        )
        return {person: seq - notices[person] for person, seq in cursor.fetchall()}
