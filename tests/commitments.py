"""What the tests of commitments share: conclusions that give them, and what becomes of them."""

from __future__ import annotations

from typing import Any

from coordination.models import Commitment
from notifications.models import Notice
from tests.people import locality
from tests.story import Story
from workflows.machines.base import Machine
from workflows.models import Event, WorkItem

HOME_HEAD, HOME_OFFICER = "binhduong.skhdt.head", "binhduong.skhdt.officer"
OTHER_HEAD, OTHER_OFFICER = "dongnai.skhdt.head", "dongnai.skhdt.officer"
LEAD, LEAD_OFFICER = "dongnai.gtvt.head", "dongnai.gtvt.officer"
HELPER, HELPER_HEAD = "binhduong.tnmt.officer", "binhduong.tnmt.head"


def row(story: Story, side: str = "dongnai", **changes: Any) -> dict[str, Any]:
    """One commitment as a conclusion gives it."""
    (given,) = [one for one in story.commitments() if one["locality"] == locality(side).pk]
    return {**given, **changes}


def directed(story: Story, *rows: dict[str, Any]) -> list[Commitment]:
    """The issue with these commitments, given by a directive; in the order of birth."""
    if story.issue.state != "awaiting_committee":
        story.propose_to_leader(route="directive")
    event = story.do("direct", {"commitments": list(rows)})
    born = Event.objects.filter(machine="commitment", name="begin", cause_id=event.pk).order_by("pk")
    return [Commitment.objects.get(pk=one.record_id) for one in born]


def carried_out(story: Story, commitment: Commitment) -> None:
    """Taken on, reported by its lead, verified at home."""
    for step, who in (("take_on", "officer"), ("report", "head"), ("verify", "")):
        by = f"{commitment.lead.slug}.{who}" if who else HOME_OFFICER
        story.do(step, on=story.refreshed(commitment), by=by)


def unmet(story: Story, commitment: Commitment) -> None:
    """Declared unmet by the focal head."""
    story.do("declare_unmet", on=story.refreshed(commitment))


def round_two(story: Story, route: str = "directive") -> None:
    """Reopened, and again before the leader."""
    story.do("reopen")
    story.do("propose", {"route": route})
    story.do("endorse")
    story.do("pass_to_leader")


def held(record: Machine) -> dict[str, str]:
    """Holder key → what for, of the record's open items."""
    items = WorkItem.objects.filter(machine=record.machine, record_id=record.pk, finished__isnull=True)
    return dict(items.exclude(holder="").values_list("holder", "purpose"))


def told(event: Event) -> dict[str, str]:
    """Who was told of an event, and why them."""
    return dict(Notice.objects.filter(event_id=event.pk).values_list("person__username", "why"))
