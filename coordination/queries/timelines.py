"""What happened on a record, as far as a person may know it, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from coordination.models import (
    Issue,
    Opinion,
    Person,
    Seat,
)
from coordination.queries.event_words import EventNames, details_of
from coordination.queries.merged import merged_for, read_from_target
from coordination.queries.opinions import reads_drafts
from coordination.queries.records import children_of
from coordination.roles import acting_seats, held_seats
from coordination.standing import standing_of
from coordination.visibility import FULL
from workflows.machines.acts import ACTS, amendment_label
from workflows.machines.base import Machine
from workflows.models import Event
from workflows.registry import registry
from workflows.roles import behalf_in_words

# A record of many years is not read from its first day on each time it is opened.
SHOWN = 100
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
    """One event as words. ``record`` and ``path`` are set where it happened on a record beside.

    ``shared`` says that the parties read it too.
    """

    at: datetime
    label: str
    who: str
    details: tuple[tuple[str, str], ...]
    channel: str
    record: str
    path: str
    kind: str
    shared: bool


def path_of(record: Machine) -> str:
    """The page of a record."""
    return reverse(record.machine, args=[record.key])


class Timeline:
    """Events as words, the newest first. They are put into words when they are asked for."""

    def __init__(self, events: list[Event], worded: Callable[[list[Event]], list[Entry]]) -> None:
        self._events, self._worded = events[::-1], worded

    @property
    def newest(self) -> list[Entry]:
        """What a page shows at first."""
        return self._worded(self._events[:SHOWN])

    @property
    def whole(self) -> list[Entry]:
        """Everything."""
        return self._worded(self._events)

    @property
    def earlier(self) -> int:
        """How many events ``newest`` leaves out."""
        return max(0, len(self._events) - SHOWN)


def timeline(record: Machine, person: Person, level: str) -> Timeline:
    """The events this person may see (rulebook §5), an issue's with those of the records beside it.

    ``full`` sees all but the trail of links, which auditors see too; ``shared`` sees what the
    parties were told since its own side was brought in, and what was told to its own body.
    """
    records = [record]
    if isinstance(record, Issue):
        records += [child for children in children_of(record).values() for child in children]
    now = timezone.now()
    merged = merged_for(record, person, now) if isinstance(record, Issue) and level == FULL else []
    records += merged
    wanted = Q(pk__in=[])
    for each in records:
        wanted |= Q(machine=each.machine, record_id=each.pk)
    gone = {one.pk for one in merged}
    events = [
        event
        for event in Event.objects.filter(wanted).order_by("at", "id")
        if not (event.machine == Issue.machine and event.record_id in gone) or read_from_target(event)
    ]
    if not any(held.level == Seat.Level.AUDITOR for held in held_seats(person, now)):
        events = [event for event in events if event.kind != Event.Kind.TRAIL]
    reads = {each.pk for each in records if isinstance(each, Opinion) and reads_drafts(each, person, now)}
    events = [event for event in events if event.record_id in reads or not _drafting(event)]
    if level != FULL:
        told = _Told(record, records, person, now)
        events = [event for event in events if told.to_reader(event)]
    by_key = {(each.machine, each.pk): each for each in records}
    since = brought_in_since(record, set())

    def worded(some: list[Event]) -> list[Entry]:
        names = EventNames(some)
        return [_entry(event, record, by_key, names, level, since) for event in some]

    return Timeline(events, worded)


def _drafting(event: Event) -> bool:
    """Whether a body was preparing its answer: that is told to itself alone, and to auditors."""
    prepares = event.kind in {Event.Kind.AMEND, Event.Kind.ACT}
    return event.machine == Opinion.machine and prepares and event.told == "own"


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
        kinds = standing_of(record).kinds
        held = [seat for seat in acting_seats(person, now) if seat.counts_for(kinds)]
        self.bodies = {seat.seat.organisation_id for seat in held}
        places = {place for seat in held for _kind, place in seat.functions if place}
        self.since = brought_in_since(record, places)
        self.words = {"parties"}
        if any(kind == "council" for seat in held for kind, _place in seat.functions):
            self.words.add("council")
        if record.machine == "commitment":
            self.words.add("leads")

    def to_reader(self, event: Event) -> bool:
        if (event.machine, event.record_id) not in self.visible:
            return False
        told = set(event.told.split("+"))
        if self.opinion:
            return "own" in told or event.kind == Event.Kind.BEGIN
        if not told & self.words:
            return False
        return event.machine != "issue" or self.since is None or event.at >= self.since


def _entry(
    event: Event,
    record: Machine,
    by_key: dict[tuple[str, int], Machine],
    names: EventNames,
    level: str,
    since: datetime | None,
) -> Entry:
    own = (event.machine, event.record_id) == (record.machine, record.pk)
    where = by_key[event.machine, event.record_id]
    return Entry(
        at=event.at,
        label=event_label(event),
        who=who_did(event),
        details=tuple(details_of(event, names, level)),
        channel=str(CHANNELS.get(event.channel, "")) if event.person_id else "",
        record="" if own else f"{MACHINES[event.machine]} {where.key}",
        path="" if own else path_of(where),
        kind=event.kind,
        shared=_is_shared(event, since),
    )


def _is_shared(event: Event, since: datetime | None) -> bool:
    """Whether those who read the shared part, ``since`` they were brought in, read this event too."""
    if "parties" not in event.told.split("+"):
        return False
    return event.machine != Issue.machine or (since is not None and event.at >= since)


def brought_in_since(record: Machine, places: set[int]) -> datetime | None:
    """From when on one of these localities is a party to the record's issue, else any is."""
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


def event_label(event: Event) -> str:
    """What happened, in a few words: the step's or the act's own label."""
    if event.kind == Event.Kind.BEGIN:
        return str(BEGINNINGS[event.machine])
    if event.kind == Event.Kind.STEP:
        return str(registry.machines[event.machine].steps()[event.name].label)
    if event.kind == Event.Kind.AMEND:
        return str(amendment_label(event.data.get("changed", {})))
    if event.name in ACTS:
        return str(ACTS[event.name].label)
    return _("A decision link was sent to %(person)s") % {"person": event.data.get("name", "")}


def who_did(event: Event) -> str:
    """Person, title and body as they were, and for which head they acted; or the system."""
    if not event.person_name:
        return _("The system")
    parts = [event.person_name]
    if event.title:
        parts.append(event.title)
    if event.organisation_name and event.organisation_name not in event.title:
        parts.append(event.organisation_name)
    behalf = behalf_in_words(event.data)
    return ", ".join(parts) + (f" ({behalf})" if behalf else "")
