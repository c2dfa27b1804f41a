"""The meeting: times, answers, minutes, and what comes of them (rulebook §3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.effects.commitments import give_commitments
from coordination.models import (
    AgendaItem,
    Issue,
    Meeting,
    MeetingSide,
    MeetingSlot,
    MinutePoint,
    PlannedCommitment,
)
from coordination.needs.lists import clean_points
from coordination.numbering import next_code
from workflows import engine
from workflows.machines.base import Move
from workflows.refusals import Forbidden, Incomplete
from workflows.registry import applies, effect, option


@option("issue", "approve_bilateral")
def open_meeting_chosen(move: Move) -> dict[str, Any]:
    """The leader may put the issue on the agenda of an open meeting of the same localities."""
    key = move.data.get("meeting")
    if not key:
        return {}
    meeting = Meeting.objects.filter(Q(ref=key) | Q(code=key), home=move.record.home).first()
    if meeting is None or meeting.state not in ("proposed", "invited", "countered", "scheduled"):
        raise Incomplete({"meeting": _("Choose an open meeting of the same localities.")})
    sides = set(meeting.sides.values_list("locality_id", flat=True))
    if sides != {side.locality_id for side in move.record.sides.all()}:
        raise Incomplete({"meeting": _("Choose an open meeting of the same localities.")})
    return {"meeting": meeting.ref}


@effect("issue", "approve_bilateral")
def meeting_called(move: Move) -> None:
    """A meeting in preparation, or the agenda of the open one that was chosen."""
    issue = move.record
    if move.data.get("meeting"):
        meeting = Meeting.objects.get(ref=move.data["meeting"])
        AgendaItem.objects.create(meeting=meeting, issue=issue)
        engine.refresh_turns(meeting, at=move.at)
        return
    meeting = Meeting(
        home=issue.home,
        accountable=issue.accountable,
        agenda=issue.title,
        code=next_code("meeting", issue.home, move.at),
    )

    def related() -> None:
        AgendaItem.objects.create(meeting=meeting, issue=issue)
        for side in issue.sides.all():
            MeetingSide.objects.create(
                meeting=meeting,
                locality_id=side.locality_id,
                is_home=side.locality_id == issue.home_id,
            )

    engine.begin(meeting, by=None, at=move.at, cause=move.event, related=related)


def _replace_slots(move: Move, locality_id: int) -> None:
    move.record.slots.filter(current=True).update(current=False)
    for row in move.data["slots"]:
        MeetingSlot.objects.create(
            meeting=move.record,
            starts_at=datetime.fromisoformat(row["starts_at"]),
            place=row["place"],
            proposed_by_id=locality_id,
        )
    move.record.starts_at = None


def _side(move: Move) -> MeetingSide:
    side = move.record.other_sides().filter(locality_id=move.by.locality_id).first()
    if side is None:
        raise Forbidden("not_invited", gettext_lazy("Your locality is not invited to this meeting."))
    return side


@applies("meeting", "invite")
def invited(move: Move) -> None:
    move.record.agenda = move.data["agenda"]
    _replace_slots(move, move.record.home_id)
    move.record.other_sides().exclude(answer="declined").update(answer="")


@applies("meeting", "reschedule")
def rescheduled(move: Move) -> None:
    _replace_slots(move, move.record.home_id)
    move.record.reason = move.data["reason"]
    move.record.other_sides().exclude(answer="declined").update(answer="")


@applies("meeting", "counter_propose", "ask_reschedule")
def countered(move: Move) -> None:
    """The times of the side that answers replace the ones before; the others answer anew."""
    side = _side(move)
    _replace_slots(move, side.locality_id)
    move.record.other_sides().exclude(answer="declined").update(answer="")


@applies("meeting", "accept_slot")
def slot_accepted(move: Move) -> None:
    """Every side accepts one and the same time."""
    side = _side(move)
    slot = MeetingSlot.objects.get(pk=move.data["slot"])
    if side.answer == "accepted":
        raise Forbidden("already_answered", gettext_lazy("Your locality has accepted already."))
    if move.record.starts_at and move.record.starts_at != slot.starts_at:
        raise Incomplete(
            {"slot": _("Another side accepted another time: accept that one or propose others.")}
        )
    side.answer = "accepted"
    side.save(update_fields=["answer"])
    move.record.starts_at, move.record.place = slot.starts_at, slot.place


@applies("meeting", "accept_counter")
def counter_accepted(move: Move) -> None:
    slot = MeetingSlot.objects.get(pk=move.data["slot"])
    move.record.starts_at, move.record.place = slot.starts_at, slot.place
    move.record.other_sides().exclude(answer="declined").update(answer="accepted")


@applies("meeting", "decline_invitation")
def declined(move: Move) -> None:
    side = _side(move)
    side.answer = "declined"
    side.save(update_fields=["answer"])
    move.record.reason = move.data["reason"]
    _ask_the_rest_again(move.record)


def _ask_the_rest_again(meeting: Meeting) -> None:
    """Who had accepted did so for a meeting of all sides: with nobody left to answer, they say again."""
    rest = meeting.other_sides().exclude(answer="declined")
    if not rest.filter(answer="").exists():
        rest.update(answer="")
        meeting.starts_at, meeting.place = None, ""


@applies("meeting", "record_held")
def held(move: Move) -> None:
    if move.record.starts_at and move.at < move.record.starts_at:
        raise Incomplete({"attendance": _("The meeting has not begun yet.")})
    move.record.attendance = move.data["attendance"]


@applies("meeting", "share_minutes")
def minutes_written(move: Move) -> None:
    write_points(move.record, move.data["points"])


@applies("meeting", "amend")
def meeting_amended(move: Move) -> None:
    """An edit of the minutes voids the confirmations (rulebook §3)."""
    meeting: Meeting = move.record
    meeting.agenda = move.data.get("agenda", meeting.agenda)
    meeting.attendance = move.data.get("attendance", meeting.attendance)
    if "points" in move.data:
        write_points(meeting, clean_points(move, move.data["points"]))
    _void_confirmations(meeting)


@applies("meeting", "dispute_minutes")
def minutes_disputed(move: Move) -> None:
    move.record.reason = move.data["reason"]
    _void_confirmations(move.record)


def _void_confirmations(meeting: Meeting) -> None:
    meeting.sides.update(confirmed_at=None, confirmed_digest="")


def write_points(meeting: Meeting, points: list[dict[str, Any]]) -> None:
    """Replace the points of the minutes, and void what was confirmed."""
    meeting.points.all().delete()
    issues = {item.issue.ref: item.issue for item in meeting.agenda_items.select_related("issue")}
    for order, row in enumerate(points):
        point = MinutePoint.objects.create(
            meeting=meeting,
            issue=issues[row["issue"]],
            order=order,
            text=row["text"],
            agreed=row["agreed"],
        )
        for planned in row["commitments"]:
            promise = PlannedCommitment.objects.create(
                point=point,
                locality_id=planned["locality"],
                lead_id=planned["lead"],
                work=planned["work"],
                due_on=date.fromisoformat(planned["due_on"]),
                money=planned["money"],
                product=planned["product"],
            )
            promise.coordinators.set(planned["coordinators"])
    _void_confirmations(meeting)


@applies("meeting", "confirm_minutes")
def confirmed(move: Move) -> None:
    side = move.record.sides.get(locality_id=move.by.locality_id)
    side.confirmed_at, side.confirmed_digest = move.at, move.data["same_digest"]
    side.save(update_fields=["confirmed_at", "confirmed_digest"])


@applies("meeting", "cancel_meeting")
def reason_written(move: Move) -> None:
    move.record.reason = move.data["reason"]


@effect("meeting", "confirm_minutes")
def outcome_per_issue(move: Move) -> None:
    """With the last confirmation: commitments are born, and each issue goes its own way."""
    meeting: Meeting = move.record
    if meeting.state != Meeting.State.CONCLUDED:
        return
    for issue in _issues_on(meeting):
        points = list(meeting.points.filter(issue=issue))
        planned = [row.as_data() for point in points if point.agreed for row in point.planned.order_by("id")]
        give_commitments(issue, planned, move, meeting=meeting)
        if planned and all(point.agreed for point in points):
            engine.perform(issue, "meeting_agreed", by=None, at=move.at, cause=move.event)
        else:
            open_points = "; ".join(point.text for point in points if not point.agreed)
            _left_open(issue, open_points or _("No commitment was agreed."), move)


@effect("meeting", "decline_invitation", "no_answer", "cancel_meeting", "close_unconfirmed")
def failed_per_issue(move: Move) -> None:
    """Whatever does not work out comes back to triage with its reason (rulebook §2)."""
    meeting: Meeting = move.record
    if meeting.state not in ("declined", "unanswered", "cancelled", "unconfirmed"):
        return
    outcome = str(meeting.get_state_display())
    if move.data.get("reason"):
        outcome = f"{outcome}: {move.data['reason']}"
    for issue in _issues_on(meeting):
        _left_open(issue, outcome, move)


def _issues_on(meeting: Meeting) -> list[Issue]:
    rows = meeting.agenda_items.filter(left_at=None).select_related("issue")
    return [item.issue for item in rows if item.issue.state == Issue.State.BILATERAL]


def _left_open(issue: Issue, outcome: str, move: Move) -> None:
    engine.perform(
        issue,
        "meeting_left_open",
        by=None,
        at=move.at,
        cause=move.event,
        data={"outcome": outcome},
    )
