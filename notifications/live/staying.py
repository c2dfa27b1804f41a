"""Whose sockets may stay open: their session lives, and what they may see is what it was.

Asked for all sockets of a process together, every minute and at once where somebody is signed out,
switched off or loses a seat (notifications.md §10): two queries for the sessions and their people,
one for the stamp of the reference data, however many sockets there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from workflows.registry import registry
from workflows.remembering import reading


@dataclass(frozen=True)
class Verdict:
    """What was found: sessions that still sign their person in, people switched off, everybody's seats."""

    living: dict[str, int] = field(default_factory=dict)
    active: frozenset[int] = frozenset()
    acting_in: dict[int, frozenset[Hashable]] = field(default_factory=dict)

    def lets_stay(self, person_id: int, session_key: str) -> bool:
        """Whether a socket of this person and session may stay; "" is a socket without a session."""
        if person_id not in self.active:
            return False
        return not session_key or self.living.get(session_key) == person_id


def look(people: Iterable[int], session_keys: Iterable[str], *, at: datetime) -> Verdict:
    """Ask whether these people are active, these sessions theirs, and in which seats they act."""
    model = get_user_model()
    found = {
        person.pk: person for person in model._default_manager.filter(pk__in=set(people), is_active=True)
    }
    rows = Session.objects.filter(session_key__in=set(session_keys) - {""}, expire_date__gt=at)
    living = {row.session_key: person for row in rows if (person := _signed_in(row, found))}
    assert registry.roles is not None
    with reading():
        return Verdict(living, frozenset(found), registry.roles.acting_in(found, at))


def claimed(session_keys: Iterable[str], *, at: datetime) -> dict[str, int]:
    """Session key → the person whom the session names; whether it still signs them in, ``look`` says."""
    rows = Session.objects.filter(session_key__in=set(session_keys), expire_date__gt=at)
    found = ((row.session_key, str(row.get_decoded().get(SESSION_KEY, ""))) for row in rows)
    return {key: int(person) for key, person in found if person.isdecimal()}


def _signed_in(session: Session, people: dict[int, Any]) -> int:
    """Whom a session signs in, 0 where nobody: a changed password ends every other session."""
    said = session.get_decoded()
    if said.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return 0
    try:
        person = people[int(said[SESSION_KEY])]
    except (KeyError, TypeError, ValueError):
        return 0
    given = said.get(HASH_SESSION_KEY, "")
    known = [person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()]
    return person.pk if any(constant_time_compare(given, one) for one in known) else 0


def name_of(session_key: str) -> str:
    """A session's name on the channel layer: the key itself would sign its finder in."""
    return hashlib.sha256(session_key.encode()).hexdigest() if session_key else ""
