"""Whether the background work goes on: heartbeats of its processes, and the age of what waits.

A queue that is stuck grows unseen (pitfalls: glpi): so the oldest message, the dead ones and each
silent process are alerts, in the administrator's list and in the error reports.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, Q
from django.utils import timezone

from notifications.alerts import raise_alert, settle_alert
from notifications.models import Alert, Heartbeat, OutboxMessage

log = logging.getLogger(__name__)

SILENT_AFTER = timedelta(minutes=3)
# A process that never came back is forgotten; its alert stays until somebody closes it.
FORGOTTEN_AFTER = timedelta(days=1)
WAITS_TOO_LONG = timedelta(minutes=15)

Status = OutboxMessage.Status


@dataclass(frozen=True)
class Work:
    """How the background work stands at a moment; ``heard`` are all its processes."""

    heard: tuple[tuple[str, datetime], ...]
    alive: tuple[str, ...]
    silent: tuple[tuple[str, datetime], ...]
    waiting_since: datetime | None
    dead: int


def beat(worker: str, *, at: datetime) -> None:
    """A process of background work says that it is alive."""
    Heartbeat.objects.update_or_create(worker=worker[:120], defaults={"at": at})


def ended(worker: str, *, at: datetime) -> None:
    """A process of background work was stopped on purpose: nobody is to miss it."""
    Heartbeat.objects.filter(worker=worker[:120]).delete()
    settle_alert("worker_silent", worker[:120], at=at)


def work_at(now: datetime) -> Work:
    """How the background work stands: three short queries."""
    beats = list(Heartbeat.objects.order_by("worker").values_list("worker", "at"))
    due = Q(status__in=[Status.QUEUED, Status.FAILED], next_attempt_at__lte=now)
    lost = Q(status=Status.CLAIMED, claimed_until__lte=now)
    waiting = OutboxMessage.objects.filter(due | lost)
    return Work(
        heard=tuple(beats),
        alive=tuple(worker for worker, at in beats if at >= now - SILENT_AFTER),
        silent=tuple((worker, at) for worker, at in beats if at < now - SILENT_AFTER),
        waiting_since=waiting.aggregate(oldest=Min("next_attempt_at"))["oldest"],
        dead=OutboxMessage.objects.filter(status=Status.DEAD).count(),
    )


def watch(now: datetime) -> None:
    """Raise what is wrong, once each, and settle what is over by itself."""
    found = work_at(now)
    for worker, heard in found.silent:
        _set("worker_silent", worker, {"since": _moment(heard)}, now)
    for worker in found.alive:
        settle_alert("worker_silent", worker, at=now)
    Heartbeat.objects.filter(at__lt=now - FORGOTTEN_AFTER).delete()
    since = found.waiting_since
    if since is not None and since < now - WAITS_TOO_LONG:
        _set("oldest_message", "", {"since": _moment(since)}, now)
    else:
        settle_alert("oldest_message", "", at=now)
    if found.dead:
        _set("dead_letters", "", {"number": found.dead}, now)
    else:
        settle_alert("dead_letters", "", at=now)


def _set(code: str, about: str, params: dict[str, str | int], now: datetime) -> None:
    """Raise an alert that is not open yet, or whose figures moved: standing still is told once."""
    known = Alert.objects.filter(code=code, about=about, closed_at__isnull=True).first()
    if known is None:
        # The error reports hear of it, too: an administrator may look there first.
        log.error("alert %s %s: %s", code, about, params)
    if known is None or known.params != params:
        raise_alert(code, about, params, now)


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%H:%M %d/%m/%Y")
