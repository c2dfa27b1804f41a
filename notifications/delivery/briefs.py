"""What a push or a chat message says: how much there is to do, and the code. Nothing of the content.

Design: notifications.md §11. It carries the record's plain address, never a decision link's secret.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import ngettext, override

from notifications.messages import Read, language_of, read, still_needed
from notifications.models import OutboxMessage

# How many codes a bundle names.
_NAMED = 3


@dataclass(frozen=True)
class Brief:
    """One push or chat message, in its person's language. ``path`` is an address of ours."""

    messages: tuple[OutboxMessage, ...]
    person: Any
    title: str
    codes: str
    path: str
    language: str
    requires_action: bool

    @property
    def url(self) -> str:
        """The plain address, whole: whoever follows it has to sign in."""
        return settings.BASE_URL + self.path


def brief(messages: Sequence[OutboxMessage], *, at: datetime) -> tuple[Brief | None, list[OutboxMessage]]:
    """The words of these messages of one person, and which of them are still needed."""
    seen = dict(zip(messages, read([message.notice for message in messages], at=at), strict=True))
    needed = [message for message, words in seen.items() if still_needed(words)]
    if not needed:
        return None, []
    return words_for(needed, [seen[message] for message in needed]), needed


def words_for(messages: Sequence[OutboxMessage], seen: Sequence[Read]) -> Brief:
    """The message about what a person sees; at least one of ``seen``."""
    person = messages[0].notice.person
    asking = [one for one in seen if one.notice.requires_action]
    about = asking or seen
    codes = list(dict.fromkeys(one.present.code for one in about if one.present))
    path = about[0].path if len(codes) == 1 else reverse("inbox")
    with override(language_of(person)):
        return Brief(
            tuple(messages),
            person,
            _title(len(codes), requires_action=bool(asking)),
            ", ".join(codes[:_NAMED]) + (", …" if len(codes) > _NAMED else ""),
            path,
            language_of(person),
            bool(asking),
        )


def _title(number: int, *, requires_action: bool) -> str:
    if requires_action:
        return ngettext("%(n)d item needs your action", "%(n)d items need your action", number) % {
            "n": number
        }
    return ngettext("%(n)d file with news", "%(n)d files with news", number) % {"n": number}
