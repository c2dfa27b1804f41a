"""What time alone brings about, as tasks; the same functions run in the trial's one process.

Each may run on any worker, at any time, twice at once: what it does it asks again under the record's
lock (``workflows.sweeps``). Sentry is told when a run begins and ends, and misses one that never came.
"""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone
from sentry_sdk.crons import monitor

from workflows import anchors, sweeps

# Minutes: how often it runs, how late it may come, how long it may take.
EVERY_MINUTE: Any = {
    "schedule": {"type": "interval", "value": 1, "unit": "minute"},
    "checkin_margin": 5,
    "max_runtime": 10,
}


@shared_task(name="workflows.sweep")
@monitor("sweep", EVERY_MINUTE)
def sweep() -> None:
    """Reminders, lapses, ends of consultations, silence: whatever is due by now."""
    sweeps.sweep(timezone.now())


@shared_task(name="workflows.anchor")
@monitor("anchor", EVERY_MINUTE)
def anchor() -> None:
    """Sign the heads of all chains, once a day."""
    anchors.anchor_if_due(timezone.now())
