"""Notices as they go over the wire (protocol: notifications.md §4).

What all readers of a notice share is written as text once; each of them gets their own ``seq`` and counts
in front of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from notifications.inbox import Counts
from notifications.messages import Read


def numbers_of(counts: Counts) -> dict[str, int]:
    """What every frame says of the counts."""
    return {"unread": counts.unread, "actions": counts.actions, "version": counts.version}


def frame_of(seen: Read, *, caught_up: bool) -> dict[str, Any]:
    """A notice as it goes over the wire."""
    return {"type": "notice", "seq": seen.notice.seq, "caught_up": caught_up, **_content(seen)}


def _content(seen: Read) -> dict[str, Any]:
    notice, present = seen.notice, seen.present
    return {
        "event_id": notice.event_id,
        "name": notice.code,
        "code": notice.code,
        "sentence": seen.sentence,
        "why": notice.why,
        "why_me": seen.why,
        "requires_action": notice.requires_action and notice.done_at is None,
        "at": notice.created_at.isoformat(),
        "url": seen.path,
        "record": {
            "machine": notice.machine,
            "ref": notice.record_ref,
            "key": present.code if present else notice.record_ref,
            "path": seen.path,
            "title": present.title if present else "",
        },
    }


@dataclass(frozen=True)
class Frame:
    """A notice as text, with its place in the order: for all sockets of its person."""

    seq: int
    counts: Counts
    content: str

    @cached_property
    def live(self) -> str:
        """As it comes when it has just happened."""
        return self._text(caught_up=False)

    @cached_property
    def replayed(self) -> str:
        """As it comes to who was away."""
        return self._text(caught_up=True)

    def _text(self, *, caught_up: bool) -> str:
        own = {"type": "notice", "seq": self.seq, "caught_up": caught_up, **numbers_of(self.counts)}
        return f"{json.dumps(own)[:-1]}, {self.content[1:]}"


class Writer:
    """Writes the frames of one look: what they share, once."""

    def __init__(self) -> None:
        self._written: dict[Any, str] = {}

    def frame(self, seen: Read, counts: Counts) -> Frame:
        """One notice with the counts of its person."""
        notice, present = seen.notice, seen.present
        key = (
            *(notice.event_id, notice.code, notice.why, seen.sentence, seen.why, notice.created_at),
            *(notice.requires_action, notice.done_at, notice.machine, notice.record_ref),
            *((present.code, present.title, present.path) if present else ()),
        )
        if key not in self._written:
            self._written[key] = json.dumps(_content(seen))
        return Frame(notice.seq, counts, self._written[key])


def replayed(cursor: int, counts: Counts) -> str:
    """Nothing is missing up to here: what follows is live."""
    return json.dumps({"type": "replayed", "cursor": cursor, **numbers_of(counts)})


def reset(cursor: int) -> str:
    """What the page shows is old as a whole; it goes on from here."""
    return json.dumps({"type": "reset", "cursor": cursor})


def counted(counts: Counts) -> str:
    """The counts alone."""
    return json.dumps({"type": "counts", **numbers_of(counts)})
