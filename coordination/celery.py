"""The workers: ``celery -A coordination worker`` on any number of machines, ``… beat`` on one.

The rows of the database say what is to be done (outbox, deadlines); a task only says "look now". So
a lost task costs a moment, a doubled one nothing, and no result is kept.
"""

from __future__ import annotations

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coordination.settings")
# A process of a worker has one thread and does one task: there is nobody to share a connection with.
os.environ["DATABASE_POOL_MAX"] = "0"
django.setup()

from celery import Celery  # noqa: E402 (needs the apps, as everything below)
from celery.signals import task_prerun, worker_shutdown  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from django.utils import timezone  # noqa: E402
from kombu.common import Broadcast  # noqa: E402
from kombu.entity import Exchange, Queue  # noqa: E402

from coordination.checks import refuse_what_is_unsafe  # noqa: E402
from coordination.chores import CHORES, Chore  # noqa: E402
from notifications import watching  # noqa: E402
from workflows import tracing  # noqa: E402

if not settings.REDIS_URL:
    raise ImproperlyConfigured("Set REDIS_URL: workers and pages are processes that must hear each other.")
if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    raise ImproperlyConfigured(
        "Set DATABASE_URL to a PostgreSQL: workers and pages would wait for one SQLite file."
    )
refuse_what_is_unsafe()

TO_ONE, TO_EACH = "work", "each"
EACH = Exchange(TO_EACH, type="fanout")
# Longer than any task takes by itself (the outbox stops at its lease of ten minutes), shorter than
# the hour after which Redis hands an unfinished task to another worker.
TIME_LIMIT_SECONDS = 15 * 60
# A task that waited so long is dropped: the next one does the same. Clocks may differ by less.
SHORTEST_LIFE_SECONDS = 30.0


def entry(chore: Chore) -> dict[str, Any]:
    """A chore as the schedule has it."""
    options: dict[str, Any] = {"expires": max(chore.every, SHORTEST_LIFE_SECONDS)}
    if chore.everywhere:
        # Nobody else tells the broker of this exchange: a message to one that it does not know gets lost.
        options |= {"queue": TO_EACH, "declare": (EACH,)}
    return {"task": chore.name, "schedule": chore.every, "options": options}


app = Celery("lien-tinh", broker=settings.REDIS_URL)
app.conf.update(
    task_default_queue=TO_ONE,
    task_queues=(Queue(TO_ONE), Broadcast(TO_EACH, exchange=EACH, routing_key=TO_EACH)),
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_time_limit=TIME_LIMIT_SECONDS,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_connection_retry_on_startup=True,
    timezone=settings.TIME_ZONE,
    beat_schedule={chore.name: entry(chore) for chore in CHORES},
    beat_schedule_filename=str(settings.VAR_DIR / "beat-schedule"),
)


@task_prerun.connect
def _begun(task_id: str, **_signal: Any) -> None:
    """Whatever the task has logged carries its id."""
    tracing.begin(task_id)


@worker_shutdown.connect
def _ended(sender: Any, **_signal: Any) -> None:
    """A worker that is stopped is not missed; one that dies is."""
    watching.ended(sender.hostname, at=timezone.now())
