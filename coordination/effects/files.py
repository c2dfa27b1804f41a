"""Files attached through the door: part of what is decided on while the content may change."""

from __future__ import annotations

from coordination.attachments import store
from coordination.models import Issue, Opinion, Seat
from workflows.machines.base import Move
from workflows.registry import applies

OPEN_CONTENT = (Issue.State.DRAFT, Issue.State.RETURNED, Issue.State.TRIAGE)


def _attached(move: Move) -> None:
    """A material file bumps the version: a leader's link to the older content goes stale."""
    material = isinstance(move.record, Issue) and move.record.state in OPEN_CONTENT
    attachment = store(
        move.record,
        move.data["file"],
        seat=Seat.objects.get(pk=move.by.seat_id or 0),
        at=move.at,
        shared=bool(move.data.get("shared")),
        material=material,
    )
    move.results["bumps"] = material
    record = move.record
    if isinstance(record, Opinion) and not record.is_given and move.by.organisation_id == record.body_id:
        # Part of what the body prepares: nobody else hears of it before it answers.
        move.results["told"] = "own"
    move.data = {
        "attachment": attachment.pk,
        "name": attachment.name,
        "sha256": attachment.sha256,
        "shared": attachment.shared,
    }


for _machine in ("issue", "meeting", "dossier", "commitment", "opinion"):
    applies(_machine, "attach")(_attached)
