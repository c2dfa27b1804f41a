"""The meeting: calling it, times and answers, who comes (rulebook §3). Its minutes: ``minutes``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from coordination.models import AgendaItem, Issue, Meeting, MeetingSide, MeetingSlot, Participant
from coordination.needs.meetings import clean_participants
from coordination.numbering import next_code
from coordination.queries.appointments import appointment_data
from workflows import engine
from workflows.machines.base import Move
from workflows.models import Event
from workflows.refusals import Forbidden, Incomplete
from workflows.registry import applies, effect, option

# A meeting that is not held yet may take up another issue.
_NOT_HELD = ("proposed", "invited", "countered", "scheduled")


@option("issue", "approve_bilateral")
def open_meeting_chosen(move: Move) -> dict[str, Any]:
    """The leader may put the issue on the agenda of an open meeting of the same localities."""
    key = move.data.get("meeting")
    if not key:
        return {}
    meeting = Meeting.objects.filter(Q(ref=key) | Q(code=key), home=move.record.home).first()
    if meeting is None or meeting.state not in _NOT_HELD:
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
        home=issue.home, accountable=issue.accountable, code=next_code("meeting", issue.home, move.at)
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


def _side(move: Move) -> MeetingSide:
    """The side that acts; raises ``Forbidden`` for who is not invited."""
    meeting: Meeting = move.record
    side = meeting.side_of(move.by.locality_id)
    if side is None or side.answer == "declined":
        raise Forbidden("not_invited", gettext_lazy("Your locality is not invited to this meeting."))
    return side


def _propose(meeting: Meeting, rows: list[dict[str, Any]], locality_id: int) -> None:
    """These times replace the ones before, and every invited side that is still in answers anew."""
    meeting.slots.filter(current=True).update(current=False)
    for row in rows:
        MeetingSlot.objects.create(
            meeting=meeting,
            starts_at=datetime.fromisoformat(row["starts_at"]),
            place=row["place"],
            proposed_by_id=locality_id,
        )
    _ask_anew(meeting)


def _ask_anew(meeting: Meeting) -> None:
    meeting.starts_at, meeting.place = None, ""
    meeting.other_sides().exclude(answer="declined").update(answer="")


@applies("meeting", "invite")
def invited(move: Move) -> None:
    move.record.agenda = move.data["agenda"]
    _propose(move.record, move.data["slots"], move.record.home_id)


@applies("meeting", "reschedule", "ask_reschedule")
def appointment_moved(move: Move) -> None:
    """What was settled is off, and the times of the side that asks take its place."""
    _call_off(move)
    move.record.reason = move.data["reason"]
    _propose(move.record, move.data["slots"], _side(move).locality_id)


@applies("meeting", "counter_propose")
def countered(move: Move) -> None:
    _propose(move.record, move.data["slots"], _side(move).locality_id)


@applies("meeting", "accept_slot")
def slot_accepted(move: Move) -> None:
    """Every side accepts one and the same time; with the last one it is settled."""
    side = _side(move)
    slot = MeetingSlot.objects.get(pk=move.data["slot"])
    side.answer = "accepted"
    side.save(update_fields=["answer"])
    move.record.starts_at, move.record.place = slot.starts_at, slot.place
    if move.record.accept_slot_leads_to(move) == Meeting.State.SCHEDULED:
        _settle(move)


@applies("meeting", "accept_counter")
def counter_accepted(move: Move) -> None:
    """The home settles on the time of the side that proposed it, which accepts it thereby.

    Another side that is still in has not accepted that time: its answer stays open, it is told like
    every party, and may ask for another one (``ask_reschedule``).
    """
    slot = MeetingSlot.objects.get(pk=move.data["slot"])
    move.record.starts_at, move.record.place = slot.starts_at, slot.place
    move.record.other_sides().filter(locality_id=slot.proposed_by_id).update(answer="accepted")
    _settle(move)


@applies("meeting", "decline_invitation")
def declined(move: Move) -> None:
    side = _side(move)
    side.answer = "declined"
    side.save(update_fields=["answer"])
    move.record.reason = move.data["reason"]
    if move.source == Meeting.State.COUNTERED:
        _invite_again(move)
    elif not move.record.other_sides().filter(answer="").exists():
        # Who had accepted did so for a meeting of all sides: with nobody left to answer, they say again.
        _ask_anew(move.record)


def _invite_again(move: Move) -> None:
    """The home's invitation stands again: what another side proposed the home has not accepted."""
    meeting: Meeting = move.record
    invitations = Event.objects.filter(
        machine="meeting", record_id=meeting.pk, name__in=["invite", "reschedule"]
    )
    rows = invitations.latest("seq").data["slots"]
    ahead = [row for row in rows if datetime.fromisoformat(row["starts_at"]) > move.at]
    _propose(meeting, ahead, meeting.home_id)


@applies("meeting", "cancel_meeting")
def cancelled(move: Move) -> None:
    if move.source == Meeting.State.SCHEDULED:
        _call_off(move)
    move.record.reason = move.data["reason"]


def _settle(move: Move) -> None:
    """The time is settled. A calendar takes up again what was called off only under a higher number."""
    meeting: Meeting = move.record
    meeting.calendar_sequence += bool(meeting.calendar_sequence)
    move.data["appointment"] = appointment_data(meeting, stands=True)


def _call_off(move: Move) -> None:
    meeting: Meeting = move.record
    meeting.calendar_sequence += 1
    move.data["appointment"] = appointment_data(meeting, stands=False)


def name_participants(move: Move, rows: Any) -> None:
    """A side says who comes from it; no side speaks for another."""
    side, cleaned = _side(move), clean_participants(rows)
    if [row.as_data() for row in side.participants.all()] != cleaned:
        side.participants.all().delete()
        Participant.objects.bulk_create(Participant(side=side, **row) for row in cleaned)


@applies("meeting", "record_held")
def held(move: Move) -> None:
    if move.record.starts_at and move.at < move.record.starts_at:
        raise Incomplete({"attendance": _("The meeting has not begun yet.")})
    move.record.attendance = move.data["attendance"]
    if "present" in move.data:
        mark_present(move.record, move.data["present"])


def mark_present(meeting: Meeting, given: dict[str, Any]) -> None:
    """Who of those named was there, and who came besides (``needs.meetings.clean_presence``)."""
    named = Participant.objects.filter(side__meeting=meeting)
    named.filter(pk__in=given["ids"]).update(present=True)
    named.exclude(pk__in=given["ids"]).update(present=False)
    sides = {side.locality_id: side for side in meeting.sides.all()}
    for row in given["came"]:
        person = {key: row[key] for key in ("name", "title", "body")}
        Participant.objects.create(side=sides[row["side"]], present=True, **person)


@effect("meeting", "decline_invitation", "no_answer", "cancel_meeting", "close_unconfirmed")
def failed_per_issue(move: Move) -> None:
    """Whatever does not work out comes back to triage with its reason (rulebook §2)."""
    meeting: Meeting = move.record
    if meeting.state not in ("declined", "unanswered", "cancelled", "unconfirmed"):
        return
    with override(settings.LANGUAGE_CODE):
        outcome = str(meeting.get_state_display())
    if move.data.get("reason"):
        outcome = f"{outcome}: {move.data['reason']}"
    for issue in issues_on(meeting):
        leave_open(issue, outcome, move)


def issues_on(meeting: Meeting) -> list[Issue]:
    """The issues that the meeting decides the way of: on its agenda still, and waiting for it."""
    rows = meeting.agenda_items.filter(left_at=None).select_related("issue")
    return [item.issue for item in rows if item.issue.state == Issue.State.BILATERAL]


def leave_open(issue: Issue, outcome: str, move: Move) -> None:
    """The issue comes back to triage with what the meeting left."""
    engine.perform(
        issue,
        "meeting_left_open",
        by=None,
        at=move.at,
        cause=move.event,
        data={"outcome": outcome},
    )
