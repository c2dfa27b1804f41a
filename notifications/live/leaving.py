"""What closes sockets at once: the end of a session, a person switched off, a seat gained or lost.

Only words travel, after the commit; each process looks for itself (``notifications.live.staying``). What
is missed is found by the look of every minute.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import post_delete, post_save

from notifications.inbox import PROCESSES
from notifications.live.staying import name_of

# Columns of a person that say nothing about who may stay.
_HARMLESS = {"last_login", "language"}


class _Waiting(threading.local):
    """The people to be looked at after the running transaction: many seats are often saved in one."""

    def __init__(self) -> None:
        self.people: set[int] = set()


_waiting = _Waiting()


def close_sockets(person_id: int, session_key: str = "") -> None:
    """After the commit, close the sockets of one session of a person, or all of them ("everywhere")."""
    message = {"type": "signed.out", "people": [person_id], "session": name_of(session_key)}
    transaction.on_commit(lambda: async_to_sync(_tell)([message]), robust=True)


def look_again(people: Iterable[int]) -> None:
    """After the commit, have the sockets of these people looked at: something about them changed.

    A rolled back change may leave names behind; they are looked at with the next, which does no harm.
    """
    _waiting.people.update(people)
    transaction.on_commit(_look_now, robust=True)


def _look_now() -> None:
    people, _waiting.people = _waiting.people, set()
    if people:
        async_to_sync(_tell)([{"type": "look.again", "people": sorted(people)}])


async def _tell(messages: list[dict[str, Any]]) -> None:
    layer = get_channel_layer()
    for message in messages:
        await layer.group_send(PROCESSES, message)


def listen() -> None:
    """Connect the signals; called once, when the app is ready.

    A session ends in one way only, whoever ends it (sign-out, "everywhere", a new key): its row goes.
    """
    post_delete.connect(_session_ended, sender=Session, dispatch_uid="sockets of a session")
    post_save.connect(_person_saved, sender=get_user_model(), dispatch_uid="sockets of a person")


def _session_ended(instance: Session, **_signal: Any) -> None:
    person = instance.get_decoded().get(SESSION_KEY, "")
    if str(person).isdecimal():
        close_sockets(int(person), instance.session_key)


def _person_saved(instance: Any, *, created: bool, update_fields: Any = None, **_signal: Any) -> None:
    if not created and not (update_fields and set(update_fields) <= _HARMLESS):
        look_again([instance.pk])
