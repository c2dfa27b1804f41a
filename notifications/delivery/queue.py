"""How the outbox stands, for operators: what waits, since when, what is dead, who works."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from notifications.models import Alert, Heartbeat, OutboxMessage
from notifications.watching import SILENT_AFTER, work_at

Status = OutboxMessage.Status
Way = OutboxMessage.Way

# What is counted: sent and cancelled ones are history, and many.
WAITING = (Status.QUEUED, Status.CLAIMED, Status.FAILED, Status.DEAD)
SHOWN = 100


@dataclass(frozen=True)
class Worker:
    """One process of background work."""

    name: str
    at: datetime
    silent: bool


@dataclass(frozen=True)
class Queue:
    """The operator's page. ``table`` has a row per way: its label and the numbers of ``WAITING``."""

    statuses: tuple[str, ...]
    table: tuple[tuple[str, tuple[int, ...]], ...]
    oldest: datetime | None
    dead: tuple[OutboxMessage, ...]
    dead_count: int
    workers: tuple[Worker, ...]
    alerts: tuple[Alert, ...]


def waiting() -> dict[tuple[str, str], int]:
    """(way, status) → how many messages, of those that have not left."""
    # One condition per index: each covers one of them, and sent messages are many.
    held = Q(status__in=[Status.QUEUED, Status.FAILED]) | Q(status=Status.CLAIMED) | Q(status=Status.DEAD)
    rows = OutboxMessage.objects.filter(held).order_by().values_list("way", "status").annotate(Count("pk"))
    return {(way, status): number for way, status, number in rows}


def queue_at(now: datetime) -> Queue:
    """The whole standing at ``now``, labels in the language active now."""
    counted = waiting()
    table = (
        (str(way.label), tuple(counted.get((way.value, status.value), 0) for status in WAITING))
        for way in Way
    )
    work = work_at(now)
    dead = OutboxMessage.objects.filter(status=Status.DEAD).select_related("notice__person")
    beats = Heartbeat.objects.order_by("worker")
    return Queue(
        statuses=tuple(str(status.label) for status in WAITING),
        table=tuple(table),
        oldest=work.waiting_since,
        dead=tuple(dead.order_by("-pk")[:SHOWN]),
        dead_count=work.dead,
        workers=tuple(Worker(row.worker, row.at, row.at < now - SILENT_AFTER) for row in beats),
        alerts=tuple(Alert.objects.filter(closed_at__isnull=True)[:SHOWN]),
    )
