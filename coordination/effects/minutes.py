"""The minutes of a meeting: written, amended, disputed, confirmed, and what comes of them (rulebook §3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from coordination.effects.commitments import give_commitments
from coordination.effects.meetings import issues_on, leave_open, mark_present, name_participants
from coordination.models import Meeting, MinutePoint, PlannedCommitment
from coordination.needs.meetings import clean_points, clean_presence
from workflows import engine
from workflows.machines.base import Move
from workflows.registry import applies, effect


@applies("meeting", "share_minutes")
def minutes_written(move: Move) -> None:
    """Where minutes are shared again the event keeps what they were, for who read those."""
    meeting: Meeting = move.record
    before = meeting.material()["points"]
    _write_points(meeting, move.data["points"])
    after = meeting.material()["points"]
    if before and before != after:
        move.data["changed"] = {"points": [before, after]}


@applies("meeting", "amend")
def meeting_amended(move: Move) -> None:
    """An edit of what is to be confirmed voids the confirmations (rulebook §3)."""
    meeting: Meeting = move.record
    before = meeting.material()
    if "participants" in move.data:
        name_participants(move, move.data["participants"])
    if "present" in move.data:
        mark_present(meeting, clean_presence(meeting, move.data["present"]))
    if "points" in move.data:
        _write_points(meeting, clean_points(move, move.data["points"]))
    meeting.agenda = move.data.get("agenda", meeting.agenda)
    meeting.attendance = move.data.get("attendance", meeting.attendance)
    if meeting.material() != before:
        _void_confirmations(meeting)


@applies("meeting", "dispute_minutes")
def minutes_disputed(move: Move) -> None:
    move.record.reason = move.data["reason"]
    _void_confirmations(move.record)


def _void_confirmations(meeting: Meeting) -> None:
    meeting.sides.update(confirmed_at=None, confirmed_digest="")


def _write_points(meeting: Meeting, rows: list[dict[str, Any]]) -> None:
    """Replace the points of the minutes by these, unless they say the same."""
    if [point.as_data() for point in meeting.points.select_related("issue")] == rows:
        return
    meeting.points.all().delete()
    issues = {item.issue.ref: item.issue for item in meeting.agenda_items.select_related("issue")}
    for order, row in enumerate(rows):
        point = MinutePoint.objects.create(
            meeting=meeting,
            issue=issues[row["issue"]],
            order=order,
            text=row["text"],
            agreed=row["agreed"],
        )
        for planned in row["commitments"]:
            _plan(point, planned)


def _plan(point: MinutePoint, row: dict[str, Any]) -> None:
    promise = PlannedCommitment.objects.create(
        point=point,
        locality_id=row["locality"],
        lead_id=row["lead"],
        work=row["work"],
        due_on=date.fromisoformat(row["due_on"]),
        money=row["money"],
        product=row["product"],
        replaces_id=row["replaces"],
    )
    promise.coordinators.set(row["coordinators"])


@applies("meeting", "confirm_minutes")
def confirmed(move: Move) -> None:
    side = move.record.side_of(move.by.locality_id)
    side.confirmed_at, side.confirmed_digest = move.at, move.data["same_digest"]
    side.save(update_fields=["confirmed_at", "confirmed_digest"])


@effect("meeting", "confirm_minutes")
def outcome_per_issue(move: Move) -> None:
    """With the last confirmation: commitments are born, and each issue goes its own way."""
    meeting: Meeting = move.record
    if meeting.state != Meeting.State.CONCLUDED:
        return
    for issue in issues_on(meeting):
        points = list(meeting.points.filter(issue=issue))
        planned = [row.as_data() for point in points if point.agreed for row in point.planned.order_by("id")]
        give_commitments(issue, planned, move, meeting=meeting)
        if planned and all(point.agreed for point in points):
            engine.perform(issue, "meeting_agreed", by=None, at=move.at, cause=move.event)
        else:
            leave_open(issue, _what_is_open(points), move)


def _what_is_open(points: list[MinutePoint]) -> str:
    """The open points; kept in the official language, whoever confirmed last."""
    open_points = "; ".join(point.text for point in points if not point.agreed)
    with override(settings.LANGUAGE_CODE):
        return open_points or _("No commitment was agreed.")
