"""Jobs of a process for the load: sessions of many people, where their inboxes end, what has not left."""

from __future__ import annotations

from notifications.models import InboxCounter, OutboxMessage
from tests.services.live_jobs import session_of

Status = OutboxMessage.Status


def sessions_of(usernames: list[str]) -> list[str]:
    """A session of each, in this order; who is named twice has two devices."""
    return [session_of(name) for name in usernames]


def ends_of(usernames: list[str]) -> dict[str, int]:
    """The last ``seq`` of each of these people."""
    rows = InboxCounter.objects.filter(person__username__in=usernames)
    return dict.fromkeys(usernames, 0) | dict(rows.values_list("person__username", "seq"))


def open_letters() -> dict[str, int]:
    """How many messages that leave at once have not left, by status."""
    rows = OutboxMessage.objects.filter(bundled=False).exclude(status__in=[Status.SENT, Status.CANCELLED])
    statuses = list(rows.values_list("status", flat=True))
    return {status: statuses.count(status) for status in set(statuses)}
