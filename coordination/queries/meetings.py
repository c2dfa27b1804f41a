"""A meeting as its page tells of it: how far it is, who has answered what, who comes, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coordination.models import Meeting, MeetingSide, MeetingSlot, Participant, Person
from coordination.queries.appointments import latest_events
from coordination.queries.changes import changes_for_side
from coordination.queries.lists import RecordRow
from coordination.queries.records import agenda_reached, minutes_reached
from coordination.visibility import Sight
from workflows.models import Event
from workflows.registry import Change

# The way that a meeting goes; where it ends early it stands at the stage it had come to.
_WAY = (
    Meeting.State.PROPOSED,
    Meeting.State.INVITED,
    Meeting.State.SCHEDULED,
    Meeting.State.HELD,
    Meeting.State.MINUTES_SHARED,
    Meeting.State.CONCLUDED,
)
_ON_THE_WAY = {Meeting.State.COUNTERED: Meeting.State.INVITED}
_ANSWERING = (
    "accept_slot",
    "counter_propose",
    "decline_invitation",
    "ask_reschedule",
    "confirm_minutes",
    "dispute_minutes",
)
_ABOUT_MINUTES = (Meeting.State.MINUTES_SHARED, Meeting.State.CONCLUDED, Meeting.State.UNCONFIRMED)


@dataclass(frozen=True)
class Stage:
    """One stage of a meeting's way; ``standing`` is past, current or ahead."""

    label: str
    standing: str


@dataclass(frozen=True)
class Badge:
    """Where a side stands, as a pill: the state whose colour it takes, and the words."""

    colour: str
    label: str | Promise


@dataclass(frozen=True)
class LastAnswer:
    """What a side said last, who said it for them, and when; ``holds`` until it was asked anew."""

    label: str | Promise
    who: str
    at: datetime
    reason: str
    holds: bool


@dataclass(frozen=True)
class SideFace:
    """One side as every party sees it. ``own`` is the reader's."""

    side: MeetingSide
    own: bool
    badges: tuple[Badge, ...]
    last: LastAnswer | None
    people: tuple[Participant, ...]


@dataclass(frozen=True)
class MeetingRow:
    """A meeting on a list: the row of any record, and where each side stands."""

    row: RecordRow
    sides: tuple[tuple[MeetingSide, tuple[Badge, ...]], ...]


@dataclass(frozen=True)
class SlotFace:
    """A proposed time and which sides have accepted it."""

    slot: Any
    accepted_by: tuple[str, ...]


def standing_of_meeting(meeting: Meeting, person: Person, level: str, at: datetime) -> dict[str, Any]:
    """What the meeting's page tells beyond its minutes."""
    appointed = latest_events([meeting]).get(meeting.pk)
    return {
        "stages": stages_of(meeting),
        "sides": sides_of(meeting, person, at),
        "slots": slots_of(meeting),
        "agenda": meeting.agenda if agenda_reached(meeting, level) else "",
        "agenda_items": meeting.agenda_items.select_related("issue"),
        "reason": reason_now(meeting),
        "changes": changes_for(meeting, person, level, at),
        "appointment": appointed.data["appointment"] if appointed else None,
    }


def stages_of(meeting: Meeting) -> list[Stage]:
    """The way of a meeting; where it failed, its end takes the place of what did not come."""
    reached = _stage_reached(meeting)
    place = _WAY.index(reached)
    found = []
    for number, state in enumerate(_WAY):
        current = number == place and not meeting.is_terminal
        standing = "past" if number < place or meeting.is_terminal else "current" if current else "ahead"
        found.append(Stage(str(state.label), standing))
    if meeting.is_terminal and meeting.state != Meeting.State.CONCLUDED:
        return [*found[: place + 1], Stage(str(meeting.get_state_display()), "current")]
    return found


def _stage_reached(meeting: Meeting) -> Any:
    state = meeting.state
    if meeting.is_terminal and state != Meeting.State.CONCLUDED:
        steps = Event.objects.filter(machine="meeting", record_id=meeting.pk, kind=Event.Kind.STEP)
        state = steps.latest("seq").source
    state = Meeting.State(state)
    return _ON_THE_WAY.get(state, state)


def sides_of(meeting: Meeting, person: Person, at: datetime) -> list[SideFace]:
    """Every side with its answer to the invitation and to the minutes, and the people it sends."""
    core = Sight(person, at).core
    proposer = meeting.slots.filter(current=True).values_list("proposed_by_id", flat=True).first()
    rows = meeting.sides.select_related("locality").prefetch_related("participants")
    sides = list(rows)
    last = _last_answers(meeting, sides)
    return [
        SideFace(
            side,
            side.locality_id in core,
            tuple(_badges(meeting, side, proposed=side.locality_id == proposer)),
            last.get(side.locality_id),
            tuple(side.participants.all()),
        )
        for side in sides
    ]


def with_sides(rows: Sequence[RecordRow]) -> list[MeetingRow]:
    """The rows of a list of meetings, each with the badges of its sides."""
    proposed = MeetingSlot.objects.filter(meeting__in=[row.record.pk for row in rows], current=True)
    proposers = dict(proposed.values_list("meeting_id", "proposed_by_id"))
    found = []
    for row in rows:
        proposer = proposers.get(row.record.pk)
        sides = (
            (side, tuple(_badges(row.record, side, proposed=side.locality_id == proposer)))
            for side in row.record.sides.all()
        )
        found.append(MeetingRow(row, tuple(sides)))
    return found


def _badges(meeting: Meeting, side: MeetingSide, *, proposed: bool) -> Iterable[Badge]:
    if side.is_home:
        yield Badge("open", _("calls the meeting"))
    elif side.answer == "declined":
        yield Badge("declined", _("declined"))
    else:
        yield _answer(meeting, side, proposed=proposed)
    if side.answer == "declined" or meeting.state not in _ABOUT_MINUTES:
        return
    if side.confirmed_at:
        yield Badge("verified", _("confirmed the minutes"))
    elif meeting.state == Meeting.State.MINUTES_SHARED:
        yield Badge("requested", _("has not confirmed the minutes yet"))
    else:
        yield Badge("lapsed", _("did not confirm the minutes"))


def _answer(meeting: Meeting, side: MeetingSide, *, proposed: bool) -> Badge:
    """How an invited side that is still in stands to the invitation."""
    if meeting.state == Meeting.State.PROPOSED:
        return Badge("open", _("not invited yet"))
    if meeting.state == Meeting.State.COUNTERED:
        if proposed:
            return Badge("countered", _("proposed other times"))
        return Badge("open", _("has not answered to the new times"))
    if side.answer == "accepted":
        return Badge("accepted", _("accepted the time"))
    if meeting.state == Meeting.State.INVITED:
        return Badge("requested", _("has not answered yet"))
    return Badge("open", _("has not answered to this time"))


def _last_answers(meeting: Meeting, sides: Iterable[MeetingSide]) -> dict[int, LastAnswer]:
    by_place = {side.locality_id: side for side in sides}
    rows = Event.objects.filter(
        machine="meeting", record_id=meeting.pk, name__in=_ANSWERING, locality_id__in=by_place
    )
    steps, found = meeting.steps(), {}
    for event in rows.order_by("seq"):
        side = by_place[event.locality_id or 0]
        found[side.locality_id] = LastAnswer(
            steps[event.name].label,
            event.person_name,
            event.at,
            str(event.data.get("reason") or ""),
            _holds(event, side),
        )
    return found


def _holds(event: Event, side: MeetingSide) -> bool:
    """Whether a side's yes still stands: other times, or an edit of the minutes, ask it anew."""
    if event.name == "accept_slot":
        return side.answer == "accepted"
    return event.name != "confirm_minutes" or side.confirmed_at is not None


def slots_of(meeting: Meeting) -> list[SlotFace]:
    """The times that stand, and who has accepted each: all have to accept the same one."""
    accepted = meeting.other_sides().filter(answer="accepted").select_related("locality")
    names = tuple(str(side.locality) for side in accepted)
    return [
        SlotFace(slot, names if meeting.starts_at and meeting.may_still_be(slot) else ())
        for slot in meeting.slots.filter(current=True).select_related("proposed_by")
    ]


def changes_for(meeting: Meeting, person: Person, level: str | None, at: datetime) -> tuple[Change, ...]:
    """What the reader's side has to read again before it confirms the minutes."""
    if meeting.state != Meeting.State.MINUTES_SHARED or not minutes_reached(meeting, level):
        return ()
    core = Sight(person, at).core
    sides = [side for side in meeting.sides.all() if side.locality_id in core]
    return tuple(changes_for_side(meeting, sides[0].locality_id)) if sides else ()


def reason_now(meeting: Meeting) -> str:
    """The reason of the step that brought the meeting where it is, where that step gave one."""
    steps = Event.objects.filter(machine="meeting", record_id=meeting.pk, kind=Event.Kind.STEP)
    last = steps.order_by("seq").last()
    return str(last.data.get("reason") or "") if last else ""


def draft_attendance(meeting: Meeting) -> str:
    """Who was named, side by side, for the text of the minutes."""
    lines = []
    for side in meeting.sides.select_related("locality").prefetch_related("participants"):
        people = "; ".join(str(row) for row in side.participants.all())
        if people:
            lines.append(f"{side.locality}: {people}.")
    return "\n".join(lines)
