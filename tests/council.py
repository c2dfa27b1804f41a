"""Dossiers before a Council, for the tests: brought to where a test wants them, by real steps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from coordination.models import Conclusion, CouncilSession, Dossier
from tests.people import NOW, body
from tests.story import Story

OFFICE, OTHER_OFFICE = "dongnambo.vanphong.officer", "ktdtphianam.vanphong.officer"
TODAY = timezone.localtime(NOW).date()
SESSION_DAY = TODAY + timedelta(days=20)
NAME = "Phiên họp lần thứ 6"


def session_data(**changes: Any) -> dict[str, Any]:
    """A session of ``SESSION_DAY``, as the need ``session`` takes it."""
    return {"name": NAME, "on": SESSION_DAY.isoformat(), "place": "Bình Dương", **changes}


def screened(story: Story, **council: Any) -> Dossier:
    """The issue's dossier, filed and screened."""
    story.propose_to_leader(route="council", ground="no_consensus")
    story.do("approve_council", council)
    for step in ("file", "screen"):
        story.do(step, on=story.dossier)
    return story.dossier


def scheduled(story: Story, **session: Any) -> Dossier:
    """The same, on the agenda of a session: one twenty days after the story began, if none is named."""
    began = timezone.localtime(story.issue.created_at).date()
    given = session or session_data(on=(began + timedelta(days=20)).isoformat())
    story.do("schedule", {"session": given}, on=screened(story))
    return story.dossier


def together(*stories: Story) -> list[Dossier]:
    """Dossiers of these stories on the agenda of one session, in this order."""
    dossiers: list[Dossier] = []
    for story in stories:
        story.at = max(story.at, *(other.at for other in stories))
        session = {"id": dossiers[0].session_id} if dossiers else {}
        dossiers.append(scheduled(story, **session))
    latest = max(story.at for story in stories)
    for story in stories:
        story.at = latest
    return [type(row).objects.get(pk=row.pk) for row in dossiers]


def paper(number: str = "05/TB-HĐV", **more: Any) -> dict[str, Any]:
    """A conclusion, as the need ``conclusion`` takes it."""
    return {"number": number, "dated": TODAY.isoformat(), "content": "Hội đồng thống nhất.", **more}


def along(story: Story, dossier: Dossier, **more: Any) -> dict[str, Any]:
    """Another dossier that a conclusion takes along, with its own commitments."""
    return {"dossier": dossier.ref, "commitments": story.commitments(), **more}


def the_session() -> CouncilSession:
    """The only session of the Council of the South East."""
    return CouncilSession.objects.get(council=body("dongnambo"))


def held(session: CouncilSession, day: date) -> CouncilSession:
    """The session laid on another day, past the product: for what only time brings about."""
    CouncilSession.objects.filter(pk=session.pk).update(held_on=day)
    return CouncilSession.objects.get(pk=session.pk)


def conclusions() -> list[str]:
    """The numbers of all conclusions."""
    return list(Conclusion.objects.order_by("pk").values_list("number", flat=True))
