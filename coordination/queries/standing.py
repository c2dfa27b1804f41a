"""How the whole installation stands, for operators: what waits, since when, who works, what is open.

Few statements, and the one that counts all records once a minute: monitoring asks every few seconds.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from django.db.models import Count, Value
from django.utils.functional import Promise

from coordination.presentation import KINDS
from notifications.delivery.queue import waiting
from notifications.models import Alert
from notifications.watching import work_at
from workflows.registry import registry

PATIENCE_SECONDS = 2.0
COUNTED_FOR_SECONDS = 60.0
# The list in which Celery's Redis transport keeps a queue's tasks, and the hash of those handed out.
WORK_QUEUE, HANDED_OUT = "work", "unacked"


@dataclass(frozen=True)
class Standing:
    """What the database says. Ages are in seconds; ``messages`` is by way and status."""

    messages: Mapping[tuple[str, str], int]
    oldest_message: float
    workers: Mapping[str, float]
    alerts: Mapping[str, int]
    records: Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Tasks:
    """What the broker holds: tasks that no worker has taken, and those that workers are at."""

    waiting: int
    handed_out: int


def standing_at(now: datetime) -> Standing:
    """What the database says at ``now``, the count of records at most a minute old."""
    work = work_at(now)
    alerts = Alert.objects.filter(closed_at__isnull=True).order_by().values_list("code")
    return Standing(
        messages=waiting(),
        oldest_message=(now - work.waiting_since).total_seconds() if work.waiting_since else 0.0,
        workers={worker: (now - at).total_seconds() for worker, at in work.heard},
        alerts=dict(alerts.annotate(Count("pk"))),
        records=open_records(),
    )


def open_records() -> Mapping[tuple[str, str], int]:
    """(machine, state) → how many records, of those that still move; asked once a minute."""
    return _counted(int(time.monotonic() // COUNTED_FOR_SECONDS))


@lru_cache(maxsize=1)
def _counted(_minute: int) -> Mapping[tuple[str, str], int]:
    machines: dict[str, Any] = dict(sorted(registry.machines.items()))
    counts = [
        model._base_manager.exclude(state__in=model.TERMINAL)
        .order_by()
        .values_list(Value(name), "state")
        .annotate(Count("pk"))
        for name, model in machines.items()
    ]
    return {(machine, state): number for machine, state, number in counts[0].union(*counts[1:], all=True)}


def records_by_state() -> list[tuple[str | Promise, list[tuple[str, int]]]]:
    """The records that still move: kind, and how many in which state, as words in the states' order."""
    counted = open_records()
    found: list[tuple[str | Promise, list[tuple[str, int]]]] = []
    for machine, kind in KINDS.items():
        states = registry.machines[machine].State
        rows = [(one.label, counted[machine, one.value]) for one in states if (machine, one.value) in counted]
        if rows:
            found.append((kind, rows))
    return found


def tasks() -> Tasks | None:
    """What waits for the workers; None where there is no broker. Raises ``redis.RedisError``."""
    if not settings.REDIS_URL:
        return None
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS
    ) as client:
        asked = client.pipeline(transaction=False).llen(WORK_QUEUE).hlen(HANDED_OUT)
        return Tasks(*map(int, asked.execute()))


def pool() -> Mapping[str, int]:
    """The figures of this process's connection pool, as psycopg's pool names them; empty without one."""
    found = getattr(connection, "pool", None)
    return found.get_stats() if found is not None else {}
