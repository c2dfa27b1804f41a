"""The appointments of meetings, for people's calendars: what stands, what was called off.

What an appointment was is kept in the event that settled or called it off, so that a mail about an
earlier one is still told as it was then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination.documents import calendar_entries
from coordination.documents.calendar_entries import Appointment, Attendee
from coordination.models import Meeting, Person
from coordination.visibility import Sight, visible_meetings
from workflows.models import Event
from workflows.refusals import Refusal
from workflows.registry import CalendarEntry

# How long a meeting that is over stays in a person's feed.
FEED_LOOKS_BACK = timedelta(days=366)


class NoAppointment(Refusal):
    """Nobody has settled a time for this meeting yet, so there is nothing for a calendar."""

    code = "no_appointment"
    status = 404
    text = gettext_lazy("No time has been settled for this meeting yet, so there is nothing for a calendar.")


def appointment_data(meeting: Meeting, *, stands: bool) -> dict[str, Any]:
    """What the event that settles or calls off an appointment keeps of it."""
    assert meeting.starts_at is not None
    return {
        "sequence": meeting.calendar_sequence,
        "starts_at": meeting.starts_at.isoformat(),
        "place": meeting.place,
        "title": meeting.title,
        "stands": stands,
    }


def calendar_entry(event: Event, record: Any, person: Person) -> CalendarEntry | None:
    """The entry that the mail of an event brings (``registry.calendar``); None where it moves none.

    An entry that a later word has overtaken is not sent any more: a calendar that never had it would
    take up a meeting that is off. It says when, where and about what. The agenda is content, which
    mails do not carry (rulebook §5): it stands in the entry that one fetches signed in.
    """
    if not isinstance(record, Meeting) or "appointment" not in event.data:
        return None
    if not person.email or not takes_part(record, person, event.at):
        return None
    if latest_events([record])[record.pk].pk != event.pk:
        return None
    return _entry(record, event, person, _localities(record))


def takes_part(meeting: Meeting, person: Person, at: datetime) -> bool:
    """Whether the meeting belongs in this person's calendar: not where their side declined it."""
    core = Sight(person, at).core
    declined = set(meeting.sides.filter(answer="declined").values_list("locality_id", flat=True))
    return not core or bool(core - declined)


def entry_to_fetch(meeting: Meeting, person: Person) -> CalendarEntry:
    """The entry of a meeting as it stands, with its agenda. Raises ``NoAppointment``."""
    event = latest_events([meeting]).get(meeting.pk)
    if event is None:
        raise NoAppointment
    return _entry(meeting, event, person, _description(meeting))


def feed_for(person: Person, at: datetime) -> bytes:
    """All appointments that this person may see and whose side takes part, of the last year and ahead."""
    rows = visible_meetings(person, at).select_related("home").prefetch_related("sides__locality")
    meetings = [row for row in rows.order_by("pk") if takes_part(row, person, at)]
    events = latest_events(meetings)
    found = [
        _appointment(meeting, events[meeting.pk], _description(meeting))
        for meeting in meetings
        if meeting.pk in events
    ]
    recent = [row for row in found if row.starts_at > at - FEED_LOOKS_BACK]
    return calendar_entries.feed(_("Meetings of the localities"), recent)


def latest_events(meetings: Iterable[Meeting]) -> dict[int, Event]:
    """Meeting → the event that last settled or called off its appointment."""
    rows = Event.objects.filter(
        machine="meeting",
        record_id__in=[meeting.pk for meeting in meetings],
        data__has_key="appointment",
    )
    return {event.record_id: event for event in rows.order_by("seq")}


def _entry(meeting: Meeting, event: Event, person: Person, description: str) -> CalendarEntry:
    appointment = _appointment(meeting, event, description)
    method = calendar_entries.REQUEST if appointment.stands else calendar_entries.CANCEL
    content = calendar_entries.entry(appointment, Attendee(str(person), person.email))
    return CalendarEntry(method, content)


def _appointment(meeting: Meeting, event: Event, description: str) -> Appointment:
    kept = event.data["appointment"]
    return Appointment(
        reference=meeting.ref,
        sequence=kept["sequence"],
        stamp=event.at,
        starts_at=datetime.fromisoformat(kept["starts_at"]),
        place=kept["place"],
        title=f"{meeting.key} – {kept['title']}",
        description=description,
        path=reverse("meeting", args=[meeting.key]),
        called_by=meeting.home.full_name,
        stands=kept["stands"],
    )


def _localities(meeting: Meeting) -> str:
    sides = meeting.sides.exclude(answer="declined").select_related("locality")
    return _("Localities: %(names)s") % {"names": ", ".join(str(side.locality) for side in sides)}


def _description(meeting: Meeting) -> str:
    agenda = f"\n\n{_('Agenda')}:\n{meeting.agenda}" if meeting.agenda else ""
    return _localities(meeting) + agenda
