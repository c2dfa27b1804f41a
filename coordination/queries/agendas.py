"""The agenda of a meeting: what earlier meetings left open, and back from the agenda to the minutes.

An agenda is text that officers edit. It is drafted issue by issue, a line with the issue's code and
below it its points; read back, every line below a code is a point of that issue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.text import Truncator

from coordination.models import Issue, Meeting, MinutePoint
from workflows.models import Event

GIST_LENGTH = 300
_ENDED_WITH_MINUTES = (Meeting.State.CONCLUDED, Meeting.State.UNCONFIRMED)
_NUMBERING = re.compile(r"^\s*(?:\d+(?:\.\d+)*[.)]?|[a-zđ][.)]|[-–•*+])\s+", re.IGNORECASE)


@dataclass(frozen=True)
class AgendaPoint:
    """One thing to talk about; ``issue`` is None where the text does not say for which."""

    issue: Issue | None
    text: str


def open_points(issue: Issue) -> list[str]:
    """What the minutes of the issue's ended meetings left open, each once, in their order.

    Only what all sides confirmed as agreed is off the table, so every point of unconfirmed minutes
    is still open.
    """
    rows = MinutePoint.objects.filter(
        issue=issue, meeting__state__in=_ENDED_WITH_MINUTES, meeting__in=_shared_minutes()
    ).select_related("meeting")
    found: dict[str, str] = {}
    for point in rows.order_by("meeting_id", "order", "id"):
        key = _folded(point.text)
        if point.agreed and point.meeting.state == Meeting.State.CONCLUDED:
            found.pop(key, None)
        else:
            found.setdefault(key, point.text)
    return list(found.values())


def _shared_minutes() -> QuerySet[Any, Any]:
    """Meetings whose minutes were shared at least once: what was not is nobody's open point."""
    return Event.objects.filter(machine="meeting", name="share_minutes").values("record_id")


def points_to_discuss(issue: Issue) -> list[str]:
    """The open points of an issue; where it has none yet, the gist of its proposal."""
    return open_points(issue) or [_gist(issue)]


def _gist(issue: Issue) -> str:
    return Truncator(_one_line(issue.proposal or issue.title)).chars(GIST_LENGTH)


def draft_agenda(meeting: Meeting) -> str:
    """The agenda as it can be proposed: each issue with its points, numbered 1, 1.1, 1.2, 2 …"""
    lines: list[str] = []
    for number, issue in enumerate(_issues(meeting), start=1):
        lines.append(f"{number}. {issue.key} – {issue.title}")
        points = enumerate(points_to_discuss(issue), start=1)
        lines += [f"{number}.{place}. {_one_line(text)}" for place, text in points]
    return "\n".join(lines)


def minutes_to_write(meeting: Meeting) -> list[AgendaPoint]:
    """The agenda point by point, for the minutes; an issue that the text leaves out comes last."""
    issues = _issues(meeting)
    points = list(_read(meeting.agenda, issues))
    covered = {point.issue for point in points}
    for issue in issues:
        if issue not in covered:
            points += [AgendaPoint(issue, text) for text in points_to_discuss(issue)]
    return points


def _read(agenda: str, issues: list[Issue]) -> Iterator[AgendaPoint]:
    only = issues[0] if len(issues) == 1 else None
    current = only
    for line in agenda.splitlines():
        text = _NUMBERING.sub("", line).strip()
        named = next((issue for issue in issues if issue.key in text or issue.ref in text), None)
        if named is not None:
            current = named
        elif text:
            yield AgendaPoint(current, text)


def _issues(meeting: Meeting) -> list[Issue]:
    rows = meeting.agenda_items.filter(left_at=None).select_related("issue")
    return [item.issue for item in rows]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _folded(text: str) -> str:
    return _one_line(text).casefold()
