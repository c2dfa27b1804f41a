"""Asking for more time and answering it, in a test's words."""

from __future__ import annotations

from datetime import date, timedelta

from coordination.models import Commitment, Extension
from tests.people import locality
from tests.story import Story
from workflows.models import Clock, Event, WorkItem

LEAD, LEAD_OFFICER = "dongnai.gtvt.head", "dongnai.gtvt.officer"
GIVER, HOME_HEAD, HOME_OFFICER = "dongnai.skhdt.head", "binhduong.skhdt.head", "binhduong.skhdt.officer"


def commitment_of(story: Story, side: str = "dongnai") -> Commitment:
    """The side's commitment as it stands."""
    return Commitment.objects.get(issue=story.issue, locality__slug=side)


def begin(story: Story) -> Story:
    """Two commitments of 60 days, Đồng Nai's taken on."""
    story.to("implementing")
    story.do("take_on", on=commitment_of(story), by=LEAD_OFFICER)
    return story


def days_after(commitment: Commitment, days: int) -> date:
    """A day so many days after the one it is due on."""
    return commitment.due_on + timedelta(days=days)


def ask(story: Story, days: int = 30, *, by: str = LEAD, side: str = "dongnai", **data: object) -> Event:
    """The lead asks for so many more days."""
    commitment = commitment_of(story, side)
    given = {"until": days_after(commitment, days).isoformat(), "reason": "Vướng kiểm đếm 12 hộ.", **data}
    return story.act("ask_extension", given, by=by, on=commitment)


def answer(story: Story, name: str, *, by: str = GIVER, **data: object) -> Event:
    """The giver grants or refuses what was asked last."""
    extension = Extension.objects.latest("pk")
    given = {"extension": extension.pk, "answer": "Thống nhất.", **data}
    return story.act(name, given, by=by, on=commitment_of(story))


def clocks(commitment: Commitment) -> list[Clock]:
    """Its clocks, the oldest first."""
    return list(Clock.objects.filter(machine="commitment", record_id=commitment.pk).order_by("pk"))


def purposes(commitment: Commitment) -> dict[str, str]:
    """What each holder has it for."""
    items = WorkItem.objects.filter(machine="commitment", record_id=commitment.pk, finished__isnull=True)
    return dict(items.exclude(holder="").values_list("holder", "purpose"))


def giver_key() -> str:
    """The holder whose the answer is: the head of Đồng Nai's focal point."""
    return f"focal:{locality('dongnai').pk}:head"
