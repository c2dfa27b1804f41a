"""What the tests of effects share: which row a test is about, and the ways into the states before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from coordination.models import Dossier, Meeting
from tests.story import Story
from tests.workflows import rulebook
from workflows.models import Event, WorkItem

CLAIMED: set[str] = set()

HOME_HEAD, HOME_OFFICER = "binhduong.skhdt.head", "binhduong.skhdt.officer"
OTHER_HEAD, OTHER_OFFICER = "dongnai.skhdt.head", "dongnai.skhdt.officer"


def row(when: str) -> Callable[[Any], Any]:
    """Says which row of the table a test is about."""
    assert when in rulebook.EFFECTS, when
    CLAIMED.add(when)
    return lambda test: test


def names(record: Any) -> list[str]:
    """The names of a record's events, in their order."""
    events = Event.objects.filter(machine=record.machine, record_id=record.pk)
    return list(events.order_by("seq").values_list("name", flat=True))


def holders(record: Any) -> set[str]:
    items = WorkItem.objects.filter(machine=record.machine, record_id=record.pk, finished__isnull=True)
    return set(items.exclude(holder="").values_list("holder", flat=True))


def minutes_shared(story: Story, **point: Any) -> Meeting:
    """The issue's meeting, held, with minutes of one point."""
    story.to("bilateral")
    meeting = story.meeting
    story.do("invite", on=meeting, by=HOME_HEAD)
    story.do("accept_slot", on=story.refreshed(meeting), by=OTHER_OFFICER)
    story.do("record_held", on=story.refreshed(meeting), by=HOME_OFFICER)
    given = {}
    if point:
        first = story.data_for("share_minutes", story.refreshed(meeting))["points"][0]
        given = {"points": [{**first, **point}]}
    story.do("share_minutes", given, on=story.refreshed(meeting), by=HOME_OFFICER)
    return story.refreshed(meeting)


def confirm(story: Story, meeting: Meeting) -> None:
    for head in (HOME_HEAD, OTHER_HEAD):
        story.do("confirm_minutes", on=story.refreshed(meeting), by=head)


def scheduled_dossier(story: Story) -> Dossier:
    story.to("council")
    for step in ("file", "screen", "schedule"):
        story.do(step, on=story.dossier)
    return story.dossier
