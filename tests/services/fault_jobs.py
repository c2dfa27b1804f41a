"""Jobs of a process for the fault table: act, and tell what the database holds."""

from __future__ import annotations

from datetime import timedelta

from django.db import connections
from django.utils import timezone

from notifications.delivery import outbox
from notifications.delivery.email import message_id
from notifications.models import InboxCounter, Notice, OutboxMessage
from tests.people import person
from tests.story import Story
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.registry import registry


def fresh_connections() -> None:
    """After the database was restarted: what was open is broken."""
    connections.close_all()


def report(state: str = "submitted", count: int = 2, *, lines_are_cut: bool = False) -> list[int]:
    """New issues brought there by real steps of the last hours; none where the database went away.

    Submitted ones wait for the focal point: a mail each leaves at once.
    """
    try:
        stories = [Story(at=timezone.now() - timedelta(hours=3)) for _ in range(count)]
        return [story.to(state).pk for story in stories]
    except Exception:
        if not lines_are_cut:
            raise
        connections.close_all()
        return []


def ref_of(pk: int) -> str:
    """The reference under which an issue's page is found."""
    issue: Machine = registry.machines["issue"]._base_manager.get(pk=pk)
    return issue.ref


def end_of(username: str) -> int:
    """The last ``seq`` of a person."""
    row = InboxCounter.objects.filter(person=person(username)).first()
    return row.seq if row else 0


def holes() -> list[str]:
    """What is not as it must be: a gap in somebody's inbox, a step that nobody was told of."""
    found = []
    for counter in InboxCounter.objects.all():
        seqs = list(
            Notice.objects.filter(person=counter.person_id).order_by("seq").values_list("seq", flat=True)
        )
        if seqs != list(range(1, counter.seq + 1)):
            found.append(f"person {counter.person_id}: {seqs} of {counter.seq}")
    told = set(Notice.objects.values_list("event_id", flat=True))
    steps = Event.objects.filter(kind="step").exclude(told="").values_list("pk", "name")
    return found + [f"nobody was told of {name} ({pk})" for pk, name in steps if pk not in told]


def letters() -> dict[int, str]:
    """Every message that leaves at once, and what became of it."""
    rows = OutboxMessage.objects.filter(bundled=False, way=OutboxMessage.Way.EMAIL)
    return dict(rows.values_list("pk", "status"))


def send_the_dead_again() -> int:
    """An operator looks at the dead letters once the mail server is well again."""
    dead = OutboxMessage.objects.filter(status=OutboxMessage.Status.DEAD).values_list("pk", flat=True)
    return outbox.try_again(list(dead), at=timezone.now())


def message_ids(pks: list[int]) -> dict[int, str]:
    """Message → the Message-ID under which a mail server knows it."""
    return {pk: message_id(pk) for pk in pks}
