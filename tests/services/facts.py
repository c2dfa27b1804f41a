"""Jobs of a process: tell what stands in its database, and whether it agrees with itself."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from coordination.models import Commitment, Consultation, Issue, Meeting
from notifications.models import InboxCounter, Notice, OutboxMessage
from workflows import audit
from workflows.machines.base import Machine
from workflows.management.commands.verify_audit import faults
from workflows.models import Event, WorkItem
from workflows.registry import registry


def find(record: tuple[str, int]) -> Machine:
    """The record as it stands in the database."""
    machine, pk = record
    return registry.machines[machine]._base_manager.get(pk=pk)


def last_ids() -> dict[str, int]:
    """Where events and notices end now."""
    return {
        "event": Event.objects.aggregate(last=Max("id"))["last"] or 0,
        "notice": Notice.objects.aggregate(last=Max("id"))["last"] or 0,
    }


def told_since(since: dict[str, int]) -> dict[tuple[str, int], dict[str, Any]]:
    """Record → what happened to it since: its steps, and who was told what about each event.

    An event that another one caused is listed with its root.
    """
    events = list(Event.objects.filter(id__gt=since["event"]).exclude(kind="trail").order_by("id"))
    roots: dict[int, Event] = {}
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for event in events:
        root = roots.get(event.cause_id or 0, event)
        roots[event.pk] = root
        here = found.setdefault((root.machine, root.record_id), {"steps": [], "events": [], "notices": []})
        here["events"].append(f"{event.machine}.{event.name}")
        if event is root and event.kind == "step":
            here["steps"].append((event.person_name, event.name, event.at.isoformat(), event.channel))
    notices = Notice.objects.filter(id__gt=since["notice"]).select_related("person")
    messages = dict(OutboxMessage.objects.values_list("notice_id", "way"))
    for notice in notices:
        root = roots[notice.event_id]
        found[root.machine, root.record_id]["notices"].append(
            (notice.person.username, notice.code, notice.requires_action, messages[notice.pk])
        )
    return found


def happened(record: tuple[str, int], name: str) -> int:
    """How often this was done to a record."""
    return Event.objects.filter(machine=record[0], record_id=record[1], name=name).count()


def state_of(record: tuple[str, int]) -> str:
    """The record's state."""
    return str(find(record).state)


def key_of(record: tuple[str, int]) -> str:
    """The code of a record."""
    return find(record).key


def concluded(consultation: int) -> bool:
    """Whether a consultation ended, and its flow with it."""
    items = WorkItem.objects.filter(machine="consultation", record_id=consultation, finished__isnull=True)
    return Consultation.objects.get(pk=consultation).concluded_at is not None and not items.exists()


def born(issue: tuple[str, int]) -> int:
    """How many commitments an issue has."""
    return Commitment.objects.filter(issue=issue[1]).count()


def ill() -> list[str]:
    """What is wrong anywhere: broken chains, gaps in an inbox, work items that nobody's turn explains."""
    found = [str(fault) for fault in faults()]
    for counter in InboxCounter.objects.all():
        seqs = list(
            Notice.objects.filter(person_id=counter.person_id).order_by("seq").values_list("seq", flat=True)
        )
        if seqs != list(range(1, counter.seq + 1)):
            found.append(f"inbox of {counter.person_id}: {len(seqs)} notices, counter at {counter.seq}")
    assert registry.roles is not None
    for record in (*Issue.objects.all(), *Meeting.objects.all(), *Commitment.objects.all()):
        open_items = WorkItem.objects.filter(
            machine=record.machine, record_id=record.pk, finished__isnull=True
        ).exclude(holder="")
        holders = sorted(open_items.values_list("holder", flat=True))
        if holders != sorted(registry.roles.holders(record, timezone.now())):
            found.append(f"{record.machine} {record.pk} {record.state}: items of {holders}")
    return found


def first_chain() -> tuple[str, int]:
    """The ref of the first issue, and where its chain ends."""
    issue = Issue.objects.order_by("id")[0]
    return issue.ref, issue.event_count


def faults_after(statements: list[str], rewrite_from: int = 0) -> list[tuple[str, str, int]]:
    """What the proof finds after somebody wrote past the product; taken back at the end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        if rewrite_from:
            _rewrite(rewrite_from)
        found = [(fault.code, fault.record_ref, fault.seq) for fault in faults()]
        transaction.set_rollback(True)
    return found


def _rewrite(first: int) -> None:
    """Forge an event of the first issue, and every hash from there on, the head too."""
    issue = Issue.objects.order_by("id")[0]
    previous = ""
    for event in Event.objects.filter(machine="issue", record_id=issue.pk).order_by("seq"):
        if event.seq >= first:
            event.person_name, event.previous_hash = "Người khác", previous
            event.hash = audit.seal(event)
            event.save()
        previous = event.hash
    Issue.objects.filter(pk=issue.pk).update(head_hash=previous)


def shown(name: str) -> str:
    """A setting of this process's connection to PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])
