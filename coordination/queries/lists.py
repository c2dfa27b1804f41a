"""The meetings and dossiers a person may see, as rows of a list (rulebook §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from coordination.models import Person
from coordination.queries.due import Calendars, Due, due_of, running_clocks
from coordination.queries.holders import holder_words
from coordination.queries.issues import open_holders
from coordination.queries.latest import beyond, read_cursor, write_cursor
from coordination.visibility import visible_dossiers, visible_meetings
from workflows.machines.base import Machine

SIZE = 25


@dataclass(frozen=True)
class RecordRow:
    """One record on a list: whose turn it is, and until when."""

    record: Any
    turns: tuple[str, ...]
    due: Due | None


@dataclass(frozen=True)
class RecordList:
    """One page of records and where the next one begins ("" at the end)."""

    rows: list[RecordRow]
    next_cursor: str


def meetings_for(person: Person, at: datetime, cursor: str = "") -> RecordList:
    """Meetings, the last moved first."""
    rows = visible_meetings(person, at).select_related("home")
    return _page(rows.prefetch_related("sides__locality", "agenda_items__issue"), at, cursor)


def dossiers_for(person: Person, at: datetime, cursor: str = "") -> RecordList:
    """Dossiers, the last moved first."""
    rows = visible_dossiers(person, at).select_related("home", "council", "issue", "session")
    return _page(rows, at, cursor)


def keyset_page(rows: QuerySet[Any], cursor: str) -> tuple[list[Any], str]:
    """The records after ``cursor``, the last moved first, and where the next page begins."""
    after = read_cursor(cursor)
    if after:
        rows = rows.filter(beyond(after))
    found = list(rows.order_by("-moved_at", "-id")[: SIZE + 1])
    more, found = len(found) > SIZE, found[:SIZE]
    return found, write_cursor(found[-1]) if more else ""


def _page(rows: QuerySet[Any], at: datetime, cursor: str) -> RecordList:
    found, next_cursor = keyset_page(rows, cursor)
    return RecordList(_rows(found, at), next_cursor)


def _rows(records: Sequence[Machine], at: datetime) -> list[RecordRow]:
    keys = [(record.machine, record.pk) for record in records]
    holders = open_holders(keys)
    clocks = running_clocks(keys)
    words = holder_words({holder for held in holders.values() for holder in held}, at)
    calendars = Calendars()
    found = []
    for record in records:
        key = (record.machine, record.pk)
        held = [words[holder] for holder in holders.get(key, ()) if words.get(holder)]
        due = (
            due_of(
                clocks[key],
                now=at,
                calendar=calendars.of(record.home.mnemonic),
            )
            if key in clocks
            else None
        )
        found.append(RecordRow(record, tuple(dict.fromkeys(held)), due))
    return found
