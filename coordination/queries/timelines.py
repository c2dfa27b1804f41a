"""What happened on a record, as far as a person may know it, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from coordination.models import (
    Ground,
    Issue,
    MeetingSlot,
    Organisation,
    Person,
    Route,
    Seat,
    Stance,
    Urgency,
)
from coordination.queries.records import children_of
from coordination.roles import held_seats
from coordination.visibility import FULL
from workflows.machines.acts import ACTS
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.needs import NEEDS
from workflows.registry import registry

# What an event's data may say outside the home locality: what the parties themselves exchange.
SHARED_DETAILS = frozenset(
    {
        "reason",
        "outcome",
        "council",
        "authority",
        "slots",
        "slot",
        "agenda",
        "attendance",
        "points",
        "session",
        "conclusion",
        "commitments",
        "lead",
        "evidence",
        "text",
        "opinion",
        "document",
    }
)

BEGINNINGS: dict[str, str | Promise] = {
    "issue": gettext_lazy("The draft was begun"),
    "opinion": gettext_lazy("The opinion was asked for"),
    "meeting": gettext_lazy("A meeting was set up"),
    "dossier": gettext_lazy("A dossier was opened"),
    "commitment": gettext_lazy("A commitment was given"),
}
MACHINES: dict[str, str | Promise] = {
    "issue": pgettext_lazy("machine", "Issue"),
    "opinion": pgettext_lazy("machine", "Opinion"),
    "meeting": pgettext_lazy("machine", "Meeting"),
    "dossier": pgettext_lazy("machine", "Dossier"),
    "commitment": pgettext_lazy("machine", "Commitment"),
}
CHANNELS: dict[str, str | Promise] = {
    "link": gettext_lazy("by a link in a mail"),
    "document": gettext_lazy("by document"),
    "system": gettext_lazy("automatically"),
    "api": gettext_lazy("through the interface"),
}


@dataclass(frozen=True)
class Entry:
    """One event as words. ``record`` and ``path`` are set where it happened on a record beside."""

    at: datetime
    label: str
    who: str
    details: tuple[tuple[str, str], ...]
    channel: str
    record: str
    path: str
    kind: str


def path_of(record: Machine) -> str:
    """The page of a record."""
    return reverse(record.machine, args=[record.key])


def timeline(record: Machine, person: Person, level: str, *, newest_first: bool = True) -> list[Entry]:
    """The events this person may see (rulebook §5), an issue's with those of the records beside it.

    ``full`` sees all but the trail of links, which auditors see too; ``shared`` sees what the
    parties were told since its own side was brought in, and what was told to its own body.
    """
    records = [record]
    if isinstance(record, Issue):
        records += [child for children in children_of(record).values() for child in children]
    wanted = Q(pk__in=[])
    for each in records:
        wanted |= Q(machine=each.machine, record_id=each.pk)
    events = list(Event.objects.filter(wanted).order_by("at", "id"))
    now = timezone.now()
    if not any(held.level == Seat.Level.AUDITOR for held in held_seats(person, now)):
        events = [event for event in events if event.kind != Event.Kind.TRAIL]
    if level != FULL:
        told = _Told(record, records, person, now)
        events = [event for event in events if told.to_reader(event)]
    names = _Names(events)
    by_key = {(each.machine, each.pk): each for each in records}
    entries = [_entry(event, record, by_key, names, level) for event in events]
    return entries[::-1] if newest_first else entries


class _Told:
    """Which events were told to a reader outside the home."""

    def __init__(self, record: Machine, records: Iterable[Machine], person: Person, now: datetime):
        assert registry.visible is not None
        self.visible = {
            (each.machine, each.pk)
            for each in records
            if each is record or registry.visible(person, each, now) is not None
        }
        self.opinion = record.machine == "opinion"
        held = held_seats(person, now)
        self.bodies = {seat.seat.organisation_id for seat in held}
        places = {place for seat in held for _kind, place in seat.functions if place}
        self.since = self._since(record, places)
        self.words = {"parties"}
        if any(kind == "council" for seat in held for kind, _place in seat.functions):
            self.words.add("council")
        if record.machine == "commitment":
            self.words.add("leads")

    @staticmethod
    def _since(record: Machine, places: set[int]) -> datetime | None:
        """From when on: the moment the reader's side was brought in, else any side was."""
        issue = record if isinstance(record, Issue) else getattr(record, "issue", None)
        if issue is None:
            return None
        moments = {
            side.locality_id: side.brought_in_at
            for side in issue.sides.all()
            if side.brought_in_at and side.locality_id != issue.home_id
        }
        own = [moment for place, moment in moments.items() if place in places]
        return min(own or moments.values(), default=None)

    def to_reader(self, event: Event) -> bool:
        if (event.machine, event.record_id) not in self.visible:
            return False
        told = set(event.told.split("+"))
        if self.opinion:
            return "own" in told or event.kind == Event.Kind.BEGIN
        if not told & self.words:
            return False
        return event.machine != "issue" or self.since is None or event.at >= self.since


class _Names:
    """Names of the seats, bodies and slots that events speak of, read once for all of them."""

    def __init__(self, events: Iterable[Event]) -> None:
        seats: set[int] = set()
        bodies: set[int] = set()
        slots: set[int] = set()
        for event in events:
            data = event.data
            seats |= {data[name] for name in ("accountable", "decider") if _is_id(data.get(name))}
            bodies |= {data[name] for name in ("council", "lead") if _is_id(data.get(name))}
            for name in ("bodies", "organisations"):
                if isinstance(data.get(name), list):
                    bodies |= {pk for pk in data[name] if _is_id(pk)}
            slots |= {data["slot"]} if _is_id(data.get("slot")) else set()
        rows = Seat.objects.filter(pk__in=seats).select_related("person")
        self.seats = {seat.pk: str(seat) for seat in rows}
        self.bodies = {body.pk: str(body) for body in Organisation.objects.filter(pk__in=bodies)}
        self.slots = {slot.pk: str(slot) for slot in MeetingSlot.objects.filter(pk__in=slots)}


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _entry(
    event: Event,
    record: Machine,
    by_key: dict[tuple[str, int], Machine],
    names: _Names,
    level: str,
) -> Entry:
    own = (event.machine, event.record_id) == (record.machine, record.pk)
    where = by_key[event.machine, event.record_id]
    return Entry(
        at=event.at,
        label=event_label(event),
        who=who_did(event),
        details=tuple(_details(event, names, level)),
        channel=str(CHANNELS.get(event.channel, "")) if event.person_id else "",
        record="" if own else f"{MACHINES[event.machine]} {where.key}",
        path="" if own else path_of(where),
        kind=event.kind,
    )


def event_label(event: Event) -> str:
    """What happened, in a few words: the step's or the act's own label."""
    if event.kind == Event.Kind.BEGIN:
        return str(BEGINNINGS[event.machine])
    if event.kind == Event.Kind.STEP:
        return str(registry.machines[event.machine].steps()[event.name].label)
    if event.name in ACTS:
        return str(ACTS[event.name].label)
    return _("A decision link was sent to %(person)s") % {"person": event.data.get("name", "")}


def who_did(event: Event) -> str:
    """Person, title and body as they were; the substituted head; or the system."""
    if not event.person_name:
        return _("The system")
    parts = [event.person_name]
    if event.title:
        parts.append(event.title)
    if event.organisation_name and event.organisation_name not in event.title:
        parts.append(event.organisation_name)
    words = ", ".join(parts)
    if event.on_behalf_of:
        return _("%(person)s (for %(replaced)s)") % {
            "person": words,
            "replaced": event.on_behalf_of,
        }
    return words


def _details(event: Event, names: _Names, level: str) -> Iterable[tuple[str, str]]:
    if event.kind == Event.Kind.AMEND:
        if level == FULL:
            yield from _changes(event.data.get("changed", {}))
        return
    if event.kind == Event.Kind.TRAIL:
        return
    for name, value in event.data.items():
        if level != FULL and name not in SHARED_DETAILS:
            continue
        text = _text(name, value, names)
        if text:
            yield _label(name), text


def _changes(changed: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for name, pair in changed.items():
        old, new = (part if isinstance(part, str) else "" for part in pair)
        field = Issue._meta.get_field(name) if hasattr(Issue, name) and name != "state" else None
        label = str(getattr(field, "verbose_name", name.replace("_", " ")))
        yield label, f"{old or '–'} → {new or '–'}" if old or new else _("changed")


def _label(name: str) -> str:
    if name in NEEDS:
        return str(NEEDS[name].label)
    return {
        "text": "",
        "organisations": _("Shared with"),
        "urgency": _("Urgency"),
        "name": _("File"),
        "seat": _("Accountable officer"),
    }.get(name, name)


def _text(name: str, value: Any, names: _Names) -> str:
    write = _WRITERS.get(name)
    if write is not None and value not in (None, "", [], {}):
        return write(value, names)
    return ""


def _plain(value: Any, _names: _Names) -> str:
    return value if isinstance(value, str) else ""


def _choice(words: Any) -> Callable[[Any, _Names], str]:
    def write(value: Any, _names: _Names) -> str:
        return str(words(value).label) if value in words.values else ""

    return write


def _day(value: Any, _names: _Names) -> str:
    return f"{date.fromisoformat(value):%d/%m/%Y}"


def _slots(value: Any, _names: _Names) -> str:
    moments = [
        (timezone.localtime(datetime.fromisoformat(row["starts_at"])), row.get("place", "")) for row in value
    ]
    return "; ".join(f"{moment:%H:%M %d/%m/%Y} {place}".strip() for moment, place in moments)


def _commitments(value: Any, _names: _Names) -> str:
    return ngettext("%(number)d commitment", "%(number)d commitments", len(value)) % {"number": len(value)}


def _points(value: Any, _names: _Names) -> str:
    agreed = sum(1 for point in value if point.get("agreed"))
    return _("%(agreed)d agreed, %(open)d open") % {"agreed": agreed, "open": len(value) - agreed}


def _session(value: Any, _names: _Names) -> str:
    parts = [value.get("name", ""), _day(value["on"], _names), value.get("place", "")]
    return ", ".join(part for part in parts if part)


def _document(value: Any, _names: _Names) -> str:
    return _("No. %(number)s of %(dated)s, %(issuer)s") % {
        "number": value.get("number", ""),
        "dated": _day(value["dated"], _names),
        "issuer": value.get("issuer", ""),
    }


def _opinion(value: Any, names: _Names) -> str:
    return f"{_choice(Stance)(value.get('stance'), names)}. {value.get('content', '')}"


_PLAIN = (
    "reason",
    "missing",
    "question",
    "position",
    "authority",
    "directive",
    "outcome",
    "archive",
    "agenda",
    "attendance",
    "conclusion",
    "evidence",
    "text",
    "name",
)
_WRITERS: dict[str, Callable[[Any, _Names], str]] = {
    **dict.fromkeys(_PLAIN, _plain),
    "route": _choice(Route),
    "ground": _choice(Ground),
    "urgency": _choice(Urgency),
    "due": _day,
    "accountable": lambda value, names: names.seats.get(value, ""),
    "decider": lambda value, names: names.seats.get(value, ""),
    "council": lambda value, names: names.bodies.get(value, ""),
    "lead": lambda value, names: names.bodies.get(value, ""),
    "bodies": lambda value, names: ", ".join(names.bodies.get(pk, "") for pk in value),
    "organisations": lambda value, names: ", ".join(names.bodies.get(pk, "") for pk in value),
    "slot": lambda value, names: names.slots.get(value, ""),
    "slots": _slots,
    "commitments": _commitments,
    "points": _points,
    "session": _session,
    "document": _document,
    "submission": lambda value, _names: str(value.get("subject", "")),
    "opinion": _opinion,
}
