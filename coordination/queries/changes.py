"""What changed in a record's content since somebody read it, as words: old and new, part by part.

Every amendment keeps old and new of what it changed in its event, and so does a second sharing of
minutes; folded together they say what a reader of an earlier version does not know yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from coordination.models import Meeting
from coordination.queries.minutes_words import attendance_changes, point_changes
from coordination.queries.records import minutes_reached
from coordination.visibility import FULL
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.registry import Change

Changes = list[Change]


def changes_since(record: Machine, version: int) -> Changes:
    """What was amended after ``version``, each part once, from what it was then to what it is now."""
    rows = Event.objects.filter(machine=record.machine, record_id=record.pk, version__gt=version)
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for event in rows.order_by("seq"):
        for name, (before, after) in _changed(event).items():
            old.setdefault(name, before)
            new[name] = after
    return words_of(record, {name: [old[name], new[name]] for name in new if old[name] != new[name]})


def _changed(event: Event) -> dict[str, Any]:
    return dict(event.data.get("changed") or {})


def words_of(record: Machine, changed: dict[str, Any]) -> Changes:
    """The old and new content of an event (name → [old, new]) as words."""
    return [change for name, pair in changed.items() for change in _words(record, name, *pair)]


def _words(record: Machine, name: str, old: Any, new: Any) -> Iterator[Change]:
    if isinstance(record, Meeting) and name == "points":
        yield from point_changes(old or [], new or [])
    elif isinstance(record, Meeting) and name == "participants":
        yield from attendance_changes(old or [], new or [])
    else:
        yield Change(_field_label(record, name), _plain(old), _plain(new))


def _field_label(record: Machine, name: str) -> str:
    fields = {field.name: field for field in record._meta.get_fields()}
    label = str(getattr(fields.get(name), "verbose_name", "") or name.replace("_", " "))
    return label[:1].upper() + label[1:]


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(_plain(item) for item in value)
    if isinstance(value, dict):
        return "; ".join(_plain(item) for item in value.values())
    return "" if value is None else str(value)


def changes_reached(record: Machine, version: int | None, level: str) -> Changes:
    """``changes_since`` as far as a reader may know: what the home has not shared yet is not told."""
    if version is None:
        return []
    if level != FULL:
        drafting = (
            isinstance(record, Meeting) and record.points.exists() and not minutes_reached(record, level)
        )
        if drafting or not isinstance(record, Meeting):
            return []
    return changes_since(record, version)


def changes_for_side(meeting: Meeting, locality_id: int) -> Changes:
    """What a side has to read again before it confirms: since it last answered for the minutes.

    A side that has not answered yet is told what changed since they were first shared.
    """
    answered = _latest(meeting, "confirm_minutes", "dispute_minutes", locality_id=locality_id)
    shared = Event.objects.filter(machine="meeting", record_id=meeting.pk, name="share_minutes")
    read = answered or shared.order_by("seq").first()
    return changes_since(meeting, read.version) if read else []


def _latest(meeting: Meeting, *names: str, locality_id: int) -> Event | None:
    rows = Event.objects.filter(
        machine="meeting", record_id=meeting.pk, name__in=names, locality_id=locality_id
    )
    return rows.order_by("seq").last()
