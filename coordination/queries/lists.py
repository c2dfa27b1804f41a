"""The meetings, dossiers and commitments a person may see, as rows of a list (rulebook §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from coordination.models import Commitment, Locality, Person
from coordination.queries.due import Calendars, Due, due_words, running_clocks
from coordination.queries.holders import holder_words
from coordination.queries.issues import open_holders, read_cursor, write_cursor
from coordination.visibility import visible_commitments, visible_dossiers, visible_meetings
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


@dataclass(frozen=True)
class SideSum:
    """What one side has promised: how many commitments run, and how many of them are late."""

    locality: Locality
    running: int
    late: int


def meetings_for(person: Person, at: datetime, cursor: str = "") -> RecordList:
    """Meetings, the last moved first."""
    rows = visible_meetings(person, at).select_related("home")
    return _page(rows.prefetch_related("sides__locality", "agenda_items__issue"), at, cursor)


def dossiers_for(person: Person, at: datetime, cursor: str = "") -> RecordList:
    """Dossiers, the last moved first."""
    return _page(visible_dossiers(person, at).select_related("home", "council", "issue"), at, cursor)


def commitments_for(
    person: Person, at: datetime, cursor: str = "", *, side: str = "", late: bool = False
) -> RecordList:
    """Commitments, the last moved first; of one side (its mnemonic), or only the late ones."""
    rows = visible_commitments(person, at).select_related("home", "locality", "lead", "issue")
    if side:
        rows = rows.filter(locality__mnemonic=side)
    if late:
        rows = rows.filter(_late(at))
    return _page(rows, at, cursor)


def sums_by_side(person: Person, at: datetime) -> list[SideSum]:
    """Who has not done what: running and late commitments of each side, as far as visible."""
    ids = visible_commitments(person, at).values("pk")
    running = ~Q(state__in=Commitment.TERMINAL)
    counts = (
        Commitment.objects.filter(pk__in=ids)
        .values("locality")
        .annotate(running=Count("pk", filter=running), late=Count("pk", filter=_late(at)))
    )
    by_place = {row["locality"]: row for row in counts if row["running"]}
    return [
        SideSum(place, by_place[place.pk]["running"], by_place[place.pk]["late"])
        for place in Locality.objects.filter(pk__in=by_place)
    ]


def _late(at: datetime) -> Q:
    today = timezone.localtime(at).date()
    return ~Q(state__in=Commitment.TERMINAL) & Q(due_on__lt=today)


def _page(rows: QuerySet[Any], at: datetime, cursor: str) -> RecordList:
    after = read_cursor(cursor)
    if after:
        moved_at, pk = after
        rows = rows.filter(Q(moved_at__lt=moved_at) | Q(moved_at=moved_at, pk__lt=pk))
    found = list(rows.order_by("-moved_at", "-id")[: SIZE + 1])
    more, found = len(found) > SIZE, found[:SIZE]
    return RecordList(_rows(found, at), write_cursor(found[-1]) if more else "")


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
            due_words(
                clocks[key],
                now=at,
                calendar=calendars.of(record.home.mnemonic),
            )
            if key in clocks
            else None
        )
        found.append(RecordRow(record, tuple(dict.fromkeys(held)), due))
    return found
