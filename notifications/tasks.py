"""Sending and watching, as tasks; the same functions run in the trial's one process."""

from __future__ import annotations

import socket
import time
from typing import Any

from celery import shared_task
from django.utils import timezone
from sentry_sdk.crons import monitor

from notifications import watching
from notifications.delivery import outbox
from workflows.tasks import EVERY_MINUTE

# The trial's one process, where no worker has a name.
ONE_PROCESS = f"serve@{socket.gethostname()}"
# A worker that finds much to send goes on for so long, then lets others' tasks in.
SECONDS_AT_A_STRETCH = 5.0


@shared_task(name="notifications.deliver")
def deliver() -> None:
    """Send what is due; each message is claimed by one worker."""
    end = time.monotonic() + SECONDS_AT_A_STRETCH
    while outbox.deliver_due(timezone.now()) and time.monotonic() < end:
        pass


@shared_task(name="notifications.heartbeat", bind=True)
def heartbeat(self: Any) -> None:
    """Say that this worker takes tasks and does them; every worker gets one of its own."""
    watching.beat(self.request.hostname or ONE_PROCESS, at=timezone.now())


@shared_task(name="notifications.watch")
@monitor("watch", EVERY_MINUTE)
def watch() -> None:
    """Raise alerts where a worker is silent or messages lie about, and settle those that are over."""
    watching.watch(timezone.now())
