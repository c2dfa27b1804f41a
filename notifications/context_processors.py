"""What the bell on every page needs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from notifications.inbox import Counts, counts


def bell(request: HttpRequest) -> dict[str, Any]:
    """Unread and waiting for the signed-in person, and where live notices go on.

    As they were before the page was read, where that was asked (``CountsFirstMiddleware``).
    """
    person = getattr(request, "user", None)
    now = getattr(request, "counts", None)
    if now is None:
        now = counts(person) if person is not None and person.is_authenticated else Counts()
    return {
        "unread_count": now.unread,
        "action_count": now.actions,
        "live_cursor": now.cursor,
        "counts_version": now.version,
    }
