"""Jobs of a process: sessions for devices, many notices fast, and how the background work stands."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from notifications.inbox import counts, sink
from notifications.models import Heartbeat, OutboxMessage
from tests.people import person
from tests.story import Story
from workflows.models import Event
from workflows.registry import Hearing, Telling

STORY: list[Story] = []


def session_of(username: str) -> str:
    """Sign a device in; returns its session key."""
    someone = person(username)
    store = SessionStore()
    store[SESSION_KEY] = str(someone.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = someone.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def end_session(key: str) -> None:
    """Sign a device out, as the sign-out page does."""
    SessionStore(key).flush()


def switch_off(username: str) -> None:
    """An administrator switches an account off."""
    someone = person(username)
    someone.is_active = False
    someone.save()


def tell(username: str, count: int, *, pause: float = 0.0) -> int:
    """Tell a person so many things of one record, a few per transaction; returns their last ``seq``.

    ``pause`` is the longest wait in seconds between two transactions.
    """
    if not STORY:
        STORY.append(Story(at=timezone.now() - timedelta(days=1)))
    record = STORY[0].refreshed()
    event = Event.objects.filter(machine=record.machine, record_id=record.pk).latest("seq")
    pk, left, stamp = person(username).pk, count, time.monotonic_ns()
    while left:
        some = min(left, random.randint(1, 9))
        keys = [f"told:{stamp}:{left - one}" for one in range(some)]
        with transaction.atomic():
            sink(
                [Telling(event, record, (Hearing(pk, "follower", key=key),), timezone.now()) for key in keys]
            )
        left -= some
        time.sleep(random.uniform(0, pause))
    return counts(person(username)).cursor


def messages() -> dict[str, int]:
    """Outgoing messages by status."""
    statuses = list(OutboxMessage.objects.values_list("status", flat=True))
    return {status: statuses.count(status) for status in set(statuses)}


def hearts() -> dict[str, float]:
    """Worker → how many seconds ago it was heard of."""
    now = timezone.now()
    return {row.worker: (now - row.at).total_seconds() for row in Heartbeat.objects.all()}


def sessions_left() -> int:
    """How many sessions there are."""
    return Session.objects.count()


def counted(username: str) -> dict[str, Any]:
    """The counts of a person."""
    return vars(counts(person(username)))
