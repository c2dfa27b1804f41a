"""The clocks of a record as its page shows them: when it is due and why, whose side spent the time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coordination.models import Commitment, Dossier, Issue, Meeting
from coordination.queries.due import Due, due_of, earliest, records_filter
from coordination.queries.records import SIDE_LABELS
from coordination.queries.timelines import event_label
from coordination.visibility import FULL
from workflows.calendar import WorkingCalendar
from workflows.clocks import load_calendar
from workflows.machines.base import Machine
from workflows.models import Clock, Event

HOUR = 3600
# An opinion's time is its consultation's, which the issue counts already.
BESIDE = frozenset({"meeting", "dossier", "commitment"})


@dataclass(frozen=True)
class ClockRun:
    """One stretch of time in one state: what began and ended it, and the working time it took."""

    record: Machine
    state: str
    side: str
    started_at: datetime
    started_by: str
    stopped_at: datetime | None
    stopped_by: str
    spent: str
    late: str


@dataclass(frozen=True)
class ClockFace:
    """The clocks of a record as a page shows them.

    ``due`` is of the clock that runs now, of ``record`` itself or of the record beside it whose time
    it is; ``spent`` are the sides with the working time each has had, ``runs`` the single stretches.
    """

    record: Machine
    due: Due | None
    side: str
    spent: tuple[tuple[str, str], ...]
    runs: tuple[ClockRun, ...]


def clock_face(record: Any, level: str, at: datetime, *, beside: Sequence[Machine] = ()) -> ClockFace | None:
    """The clocks of a record and of those ``beside`` it, as far as they have reached the reader.

    Outside the home an issue shows the time of the meetings, dossiers and commitments only, and no
    stretch names who began it. None where no clock ever ran.
    """
    own = level == FULL or record.machine != "issue"
    records = [record] if own else []
    records += [row for row in beside if row.machine in BESIDE]
    by_key = {(row.machine, row.pk): row for row in records}
    wanted = records_filter(by_key)
    clocks = list(Clock.objects.filter(wanted).order_by("started_at", "pk")) if wanted else []
    if not clocks:
        return None
    calendar = load_calendar(record.home.mnemonic)
    running = _shown([clock for clock in clocks if clock.stopped_at is None], record)
    stretches = Stretches(clocks, by_key, calendar, at)
    return ClockFace(
        record=stretches.record(running) if running else record,
        due=due_of(running, now=at, calendar=calendar) if running else None,
        side=stretches.side(running) if running else "",
        spent=tuple(stretches.spent()),
        runs=tuple(stretches.runs()) if level == FULL else (),
    )


def _shown(running: list[Clock], record: Machine) -> Clock | None:
    """The record's own clock where one with a date runs, else the one beside it that is due first."""
    own = [clock for clock in running if (clock.machine, clock.record_id) == (record.machine, record.pk)]
    return earliest(own) or earliest(running)


def side_words(record: Machine, side: str) -> str:
    """Whose time a clock of this record is, by name where the side has one."""
    if isinstance(record, Issue):
        return str(record.unit) if side == "unit" else str(SIDE_LABELS[side])
    if side == "home":
        return str(record.home)
    if isinstance(record, Meeting) and side in {"other", "each"}:
        sides = record.other_sides() if side == "other" else record.sides.filter(confirmed_at=None)
        rows = sides.exclude(answer="declined").select_related("locality")
        return ", ".join(str(row.locality) for row in rows) or str(SIDE_LABELS[side])
    if isinstance(record, Dossier) and side == "council":
        return str(record.council)
    if isinstance(record, Commitment):
        return str(record.lead) if side == "lead" else str(record.locality)
    return str(SIDE_LABELS[side])


@dataclass
class Stretches:
    """The clocks of a page, read together: whose time each was, and how much of it was worked."""

    clocks: Sequence[Clock]
    by_key: dict[tuple[str, int], Machine]
    calendar: WorkingCalendar
    at: datetime
    _sides: dict[tuple[str, int, str], str] = field(default_factory=dict)

    def record(self, clock: Clock) -> Machine:
        """The record a clock belongs to."""
        return self.by_key[clock.machine, clock.record_id]

    def side(self, clock: Clock) -> str:
        """Whose time it is, in words; asked once per record and side."""
        key = (clock.machine, clock.record_id, clock.side)
        if key not in self._sides:
            self._sides[key] = side_words(self.record(clock), clock.side)
        return self._sides[key]

    def spent(self) -> Iterator[tuple[str, str]]:
        """Each side with the sum of its working time, in the order in which the sides came in."""
        seconds: dict[str, int] = {}
        for clock in self.clocks:
            for side, until in self._sides_of(clock):
                seconds[side] = seconds.get(side, 0) + self._worked(clock.started_at, until)
        for side, spent in seconds.items():
            yield side, time_words(spent, self.calendar)

    def runs(self) -> Iterator[ClockRun]:
        """The single stretches, with what began and ended each."""
        by_moment = _events(self.clocks, self.by_key)
        for clock in self.clocks:
            until, record = self._until(clock), self.record(clock)
            yield ClockRun(
                record=record,
                state=str(record.State(clock.key.split(":")[0]).label),
                side=str(SIDE_LABELS["each"]) if clock.side == "each" else self.side(clock),
                started_at=clock.started_at,
                started_by=_who(by_moment, clock, clock.started_at),
                stopped_at=clock.stopped_at,
                stopped_by=_who(by_moment, clock, clock.stopped_at),
                spent=time_words(self._worked(clock.started_at, until), self.calendar),
                late=self._late(clock),
            )

    def _late(self, clock: Clock) -> str:
        """By how much a stretch ended late; "" where it ended in time or has not ended."""
        due = due_of(clock, now=clock.stopped_at, calendar=self.calendar) if clock.stopped_at else None
        return due.words if due and due.late else ""

    def _until(self, clock: Clock) -> datetime:
        return clock.stopped_at or max(self.at, clock.started_at)

    def _worked(self, start: datetime, end: datetime) -> int:
        return self.calendar.working_seconds_between(start, max(start, end))

    def _sides_of(self, clock: Clock) -> Iterator[tuple[str, datetime]]:
        """Whose time a stretch was, and until when: of shared minutes, each side's until it confirmed."""
        record, until = self.record(clock), self._until(clock)
        if not (isinstance(record, Meeting) and clock.side == "each"):
            yield self.side(clock), until
            return
        confirmed = dict(
            Event.objects.filter(
                machine="meeting",
                record_id=record.pk,
                name="confirm_minutes",
                at__gte=clock.started_at,
                at__lte=until,
            )
            .order_by("seq")
            .values_list("locality_id", "at")
        )
        for side in record.sides.exclude(answer="declined").select_related("locality"):
            open_again = clock.stopped_at is None and side.confirmed_at is None
            yield str(side.locality), until if open_again else confirmed.get(side.locality_id, until)


def time_words(seconds: int, calendar: WorkingCalendar) -> str:
    """Working time as words: days of office hours to one decimal, hours below one day."""
    day = calendar.hours.seconds_per_day
    if seconds < HOUR:
        return _("less than one working hour")
    if seconds < day:
        hours = seconds // HOUR
        return ngettext("%(hours)d working hour", "%(hours)d working hours", hours) % {"hours": hours}
    tenths = round(seconds * 10 / day)
    number = number_format(tenths / 10, decimal_pos=1 if tenths % 10 else 0)
    return ngettext("%(days)s working day", "%(days)s working days", -(-tenths // 10)) % {"days": number}


def _events(clocks: Iterable[Clock], by_key: dict[tuple[str, int], Machine]) -> dict[datetime, list[Event]]:
    """The events at whose moments clocks began or ended, on these records."""
    moments = {moment for clock in clocks for moment in (clock.started_at, clock.stopped_at) if moment}
    wanted = records_filter(by_key)
    found: dict[datetime, list[Event]] = {}
    if wanted is not None:
        rows = Event.objects.filter(wanted, at__in=moments).exclude(kind=Event.Kind.TRAIL)
        for event in rows.order_by("pk"):
            found.setdefault(event.at, []).append(event)
    return found


def _who(by_moment: dict[datetime, list[Event]], clock: Clock, moment: datetime | None) -> str:
    """What began or ended a stretch: what a person did, on its own record or on one beside it."""
    if moment is None:
        return ""
    events = by_moment.get(moment, [])
    own = [event for event in events if (event.machine, event.record_id) == (clock.machine, clock.record_id)]
    by_person = [event for event in (*own, *events) if event.person_name]
    if not events:
        return ""
    event = by_person[0] if by_person else (own or events)[-1]
    return _("%(what)s (%(who)s)") % {
        "what": event_label(event),
        "who": event.person_name or _("The system"),
    }
