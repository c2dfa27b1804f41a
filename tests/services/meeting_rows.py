"""Jobs of a process: a meeting of three localities, and how its answers stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.coordination.meeting_stories import MeetingStory, with_third
from tests.services.facts import find
from tests.story import Story


def invited_three() -> dict[str, Any]:
    """A meeting of three localities, two of them invited to two times."""
    story = Story(at=timezone.now() - timedelta(days=20))
    with_third(story)
    story.to("bilateral")
    case = MeetingStory(story).invited(40, 41)
    return {
        "meeting": ("meeting", case.meeting.pk),
        "slots": [slot.pk for slot in case.slots()],
    }


def answers(meeting: tuple[str, int]) -> dict[str, Any]:
    """The answer of each invited side, the time that is accepted, and how often one was settled."""
    record: Any = find(meeting)
    sides = record.other_sides().select_related("locality")
    chosen = [slot.pk for slot in record.slots.filter(current=True) if record.starts_at == slot.starts_at]
    return {
        "answers": {side.locality.slug: side.answer for side in sides},
        "chosen": chosen,
        "sequence": record.calendar_sequence,
    }
