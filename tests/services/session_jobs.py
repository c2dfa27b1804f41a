"""Jobs of a process: dossiers of one session, a session that moves, and what became of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from coordination.actions.sessions import move_session
from coordination.models import Conclusion, CouncilSession, Dossier
from tests.council import OFFICE, paper, scheduled, screened
from tests.people import person
from tests.story import Story
from workflows.clocks import running_clock
from workflows.deadlines import explanation_from_json
from workflows.models import Event
from workflows.refusals import Refusal

BARRIER: Any = None
MEETING_SECONDS = 60


def dossiers_of_a_session(turn: int) -> dict[str, Any]:
    """Two dossiers on the agenda of a session of their own, a third that waits, and what concludes them."""
    at, names = timezone.now() - timedelta(days=3), ("Cầu", "Suối", "Kênh")
    first, second, third = (Story(at=at, title=f"{name} {turn}") for name in names)
    day = timezone.localdate() + timedelta(days=20)
    one = scheduled(first, name=f"Phiên họp lần thứ {turn}", on=day.isoformat(), place="")
    two = scheduled(second, id=one.session_id)
    waiting = screened(third)
    number = paper(f"{turn}/TB", dated=timezone.localdate().isoformat())
    rows = {"commitments": first.commitments()}

    def settling(other: Dossier) -> dict[str, Any]:
        return {**rows, "conclusion": {**number, "with": [{"dossier": other.ref, **rows}]}}

    return {
        "session": one.session_id,
        "day": day.isoformat(),
        "scheduled": [("dossier", one.pk), ("dossier", two.pk)],
        "waiting": ("dossier", waiting.pk),
        "alone": {**rows, "conclusion": number},
        "with": [settling(two), settling(one)],
    }


def move_at_once(session: int, days: int) -> str:
    """Move a session by so many days, against the other process; "" or why it was refused."""
    found, by, at = CouncilSession.objects.get(pk=session), person(OFFICE), timezone.now()
    to = found.held_on + timedelta(days=days)
    BARRIER.wait(MEETING_SECONDS)
    try:
        move_session(found, by=by, at=at, was=found.held_on, held_on=to, place="")
    except Refusal as refusal:
        return refusal.code
    return ""


def days_of(session: int) -> dict[str, Any]:
    """The session's day, and the day that each dossier on it last told of and counts from."""
    held_on = CouncilSession.objects.get(pk=session).held_on
    rows = Dossier.objects.filter(session=session).order_by("pk")
    return {
        "held_on": held_on,
        "told": [_told(row) for row in rows],
        "counted": [_counted(row) for row in rows],
    }


def conclusions_of(session: int) -> list[int]:
    """How many dossiers each conclusion of a session serves."""
    return [row.dossiers.count() for row in Conclusion.objects.filter(session=session)]


def _told(dossier: Dossier) -> date:
    events = Event.objects.filter(machine="dossier", record_id=dossier.pk).order_by("-seq")
    for event in events:
        given = event.data.get("session") or event.data.get("changed", {}).get("session", [None, None])[1]
        if given:
            return date.fromisoformat(given["on"])
    raise AssertionError(f"{dossier} was never scheduled")


def _counted(dossier: Dossier) -> date:
    clock = running_clock(dossier)
    assert clock is not None
    return date.fromisoformat(str(explanation_from_json(clock.explanation)[0].params["date"]))
