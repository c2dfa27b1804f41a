"""Calendar entries (.ics, RFC 5545 and 5546) for meetings: one appointment, or a person's feed.

Built from what is handed in and nothing else, so that a mail that is tried again carries the same
bytes. A calendar knows an appointment by its UID, and which word about it is the last by SEQUENCE.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings
from icalendar import vCalAddress, vText

# A proposed time names no end: a calendar needs one, and a half working day holds most meetings.
LENGTH = timedelta(hours=2)
REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"
_ZONE_FROM, _ZONE_TO = date(2020, 1, 1), date(2038, 1, 1)


@dataclass(frozen=True)
class Appointment:
    """When and where a meeting is, or was to be.

    ``stamp`` is the moment it was settled or called off, ``sequence`` counts these. ``reference`` is
    the meeting's own, which never changes; ``called_by`` the words for who invites.
    """

    reference: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    place: str
    title: str
    description: str
    path: str
    called_by: str
    stands: bool


@dataclass(frozen=True)
class Attendee:
    """Whose calendar it is; others are not named, their addresses are nobody's business."""

    name: str
    address: str


def entry(appointment: Appointment, attendee: Attendee) -> bytes:
    """The invitation to an appointment, or its cancellation, for one person's calendar."""
    method = REQUEST if appointment.stands else CANCEL
    return _calendar(method, [_event(appointment, attendee)]).to_ical()


def feed(name: str, appointments: Iterable[Appointment]) -> bytes:
    """All appointments of a person, for a calendar that reads them from time to time."""
    calendar = _calendar(PUBLISH, [_event(appointment, None) for appointment in appointments])
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    return calendar.to_ical()


def _calendar(method: str, events: Iterable[icalendar.Event]) -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Lien tinh//Inter-provincial coordination//VI")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    zone = icalendar.Timezone.from_tzid(settings.TIME_ZONE, first_date=_ZONE_FROM, last_date=_ZONE_TO)
    calendar.add_component(zone)
    for event in events:
        calendar.add_component(event)
    return calendar


def _event(appointment: Appointment, attendee: Attendee | None) -> icalendar.Event:
    host = urlsplit(settings.BASE_URL).hostname
    starts_at = appointment.starts_at.astimezone(ZoneInfo(settings.TIME_ZONE))
    event = icalendar.Event()
    event.add("uid", f"{appointment.reference}@{host}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.stamp.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + LENGTH)
    event.add("status", "CONFIRMED" if appointment.stands else "CANCELLED")
    event.add("summary", appointment.title)
    if appointment.place:
        event.add("location", appointment.place)
    event.add("description", appointment.description)
    event.add("url", settings.BASE_URL + appointment.path)
    event.add("organizer", _organizer(appointment.called_by))
    if attendee is not None:
        event.add("attendee", _attendee(attendee))
    return event


def _organizer(name: str) -> vCalAddress:
    """The house's own address in the name of who invites: answers are given in the record, not by mail."""
    address = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    address.params["CN"] = vText(name)
    return address


def _attendee(attendee: Attendee) -> vCalAddress:
    address = vCalAddress(f"mailto:{attendee.address}")
    address.params["CN"] = vText(attendee.name)
    address.params["CUTYPE"] = vText("INDIVIDUAL")
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    address.params["PARTSTAT"] = vText("NEEDS-ACTION")
    address.params["RSVP"] = vText("FALSE")
    return address
