"""The digest of the morning: one mail about everything that was not sent at once, by record.

As every mail it says nothing beyond title, code and what was done; it carries no decision link.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override

from notifications.messages import (
    Mail,
    Read,
    due_words,
    language_of,
    read,
    still_needed,
    what_was_done,
    who_acted,
)
from notifications.models import OutboxMessage
from workflows.registry import Heading

# A mail that nobody can read to the end helps nobody: the rest is in the list of notices.
MOST_RECORDS = 60


@dataclass(frozen=True)
class Line:
    """One thing that was done."""

    at: datetime
    words: str


@dataclass(frozen=True)
class Entry:
    """One record of the digest, the newest line last."""

    present: Heading
    url: str
    lines: tuple[Line, ...]
    why: str
    requires_action: bool
    due: str


def digest(messages: Sequence[OutboxMessage], *, at: datetime) -> tuple[Mail | None, list[OutboxMessage]]:
    """The mail of these bundled messages of one person, and which of them are still needed.

    Its Message-ID is that of the first of them, so that a retry carries the same.
    """
    ordered = sorted(messages, key=lambda message: message.pk)
    seen = dict(zip(ordered, read([message.notice for message in ordered], at=at), strict=True))
    needed = [message for message, words in seen.items() if still_needed(words)]
    if not needed:
        return None, []
    return mail_of(needed, [seen[message] for message in needed], at=at), needed


def mail_of(messages: Sequence[OutboxMessage], seen: Sequence[Read], *, at: datetime) -> Mail:
    """The digest of what a person sees, in their language."""
    person = messages[0].notice.person
    language = language_of(person)
    with override(language):
        entries = _entries(seen)
        day = timezone.localtime(at).strftime("%d/%m/%Y")
        subject = ngettext(
            "Digest of %(day)s: %(n)d file", "Digest of %(day)s: %(n)d files", len(entries)
        ) % {"day": day, "n": len(entries)}
        asking = sum(entry.requires_action for entry in entries)
        if asking:
            subject = gettext("%(subject)s, %(n)d for your action") % {"subject": subject, "n": asking}
        context = {
            "person": person,
            "subject": subject,
            "entries": entries[:MOST_RECORDS],
            "left": len(entries) - MOST_RECORDS,
            "inbox": settings.BASE_URL + reverse("inbox"),
            "settings_url": settings.BASE_URL + reverse("notification-settings"),
            "language": language,
        }
        return Mail(
            messages[0],
            subject,
            render_to_string("notifications/email/digest.txt", context),
            render_to_string("notifications/email/digest.html", context),
        )


def _entries(seen: Sequence[Read]) -> list[Entry]:
    """By record: what requires action first, else in the order in which things began."""
    of_record: dict[tuple[str, int], list[Read]] = {}
    for one in seen:
        of_record.setdefault((one.notice.machine, one.notice.record_id), []).append(one)
    entries = [_entry(words) for words in of_record.values()]
    return sorted(entries, key=lambda entry: not entry.requires_action)


def _entry(words: list[Read]) -> Entry:
    asking = next((one for one in reversed(words) if one.notice.requires_action), None)
    newest = asking or words[-1]
    assert newest.present is not None
    lines = [
        Line(one.notice.created_at, f"{who_acted(one.event)}: {what_was_done(one.event)}")
        for one in words
        if one.event is not None
    ]
    return Entry(
        present=newest.present,
        url=settings.BASE_URL + newest.present.path,
        lines=tuple(lines),
        why=newest.why,
        requires_action=asking is not None,
        due=due_words(newest.record) if asking and newest.record else "",
    )
