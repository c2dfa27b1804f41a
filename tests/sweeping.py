"""Time goes on, in a test's words: the sweeps run, and what they did is read."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from notifications.models import Notice, OutboxMessage
from tests.workflows.test_calendar import at
from workflows import sweeps
from workflows.models import Event
from workflows.registry import registry


def events(record: Any, name: str) -> list[Event]:
    """What happened to a record by this name, in order."""
    rows = Event.objects.filter(machine=record.machine, record_id=record.pk, name=name)
    return list(rows.order_by("seq"))


def told(event: Event) -> dict[str, bool]:
    """Who was told, and whether they were asked to act."""
    rows = Notice.objects.filter(event_id=event.pk)
    return dict(rows.values_list("person__username", "requires_action"))


def reminded(record: Any) -> list[tuple[str, int]]:
    """The reminders it was sent: of which kind, and the how many-eth."""
    sent = [event.data["reminder"] for event in events(record, "remind")]
    return [(reminder["kind"], reminder["number"]) for reminder in sent]


def named(name: str) -> Any:
    """The sweep of this name."""
    return next(sweep for sweep in registry.sweeps or () if sweep.name == name)


def mails_leave() -> None:
    """So that no sweep finds a leader whom nothing has reached."""
    waiting = OutboxMessage.objects.filter(status="queued")
    waiting.update(status="sent", sent_at=F("next_attempt_at"))


def run(moment: str) -> dict[str, int]:
    """Sweep at a moment; nothing may fail."""
    mails_leave()
    report = sweeps.run(at(moment))
    assert report.failed == []
    return report.taken
