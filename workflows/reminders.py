"""When a clock reminds, and of what (rulebook §4): half time, the day before, the day itself, and then on.

Pure date arithmetic over one locality's calendar: no models, no clock of its own. A reminder goes out
when the office opens on its day, half time when half of the counted office hours have passed; two that
fall on one day are one. Hỏa tốc is not held back: its half time is half of the time on the wall, at
night and at weekends too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from workflows.calendar import WorkingCalendar

# The holder's head hears from the second reminder on (rulebook §4).
HEADS_FROM = 2
_HOUR = 3600


class Kind(StrEnum):
    """What a reminder says: how far the time has run."""

    HALF = "half"
    DAY_BEFORE = "day_before"
    DAY = "day"
    OVERDUE = "overdue"
    CHASE = "chase"


@dataclass(frozen=True)
class Times:
    """Which reminders a locality wants (the policy ``reminders``).

    ``every_days``: once it is overdue, again every so many working days.
    """

    half_time: bool = True
    day_before: bool = True
    due_day: bool = True
    every_days: int = 2


@dataclass(frozen=True)
class Reminder:
    """One reminder of one clock; ``number`` counts them from 1, ``days_late`` are working days."""

    kind: Kind
    at: datetime
    number: int
    days_late: int = 0

    @property
    def reaches_heads(self) -> bool:
        """Whether the holder's head hears of it, too."""
        return self.number >= HEADS_FROM

    def as_data(self) -> dict[str, Any]:
        """As the event keeps it."""
        return {
            "reminder": {"kind": self.kind.value, "number": self.number, "days_late": self.days_late},
        }


@dataclass(frozen=True)
class Schedule:
    """The reminders of one clock.

    ``express``: the clock is of two working hours (hỏa tốc), so reminders wait for no office hours.
    ``chase_days``: nobody here is late; somebody outside is to be chased, again after so many
    working days.
    """

    calendar: WorkingCalendar
    started_at: datetime
    due_at: datetime
    express: bool = False
    chase_days: int | None = None
    times: Times = Times()

    def last_by(self, moment: datetime) -> Reminder | None:
        """The newest reminder due by ``moment``: it stands for those before it that were missed."""
        last = None
        for reminder in self._all():
            if reminder.at > moment:
                break
            last = reminder
        return last

    def next_after(self, moment: datetime) -> datetime:
        """When the first reminder after ``moment`` is due."""
        return next(reminder.at for reminder in self._all() if reminder.at > moment)

    def goes_out_at(self, moment: datetime) -> datetime:
        """The first moment from ``moment`` on at which a reminder may be sent."""
        return moment if self.express else self.calendar.add_working_hours(moment, 0)

    # The reminders, in order, without end

    def _all(self) -> Iterator[Reminder]:
        for number, (kind, at, days_late) in enumerate(self._moments(), start=1):
            yield Reminder(kind, at, number, days_late)

    def _moments(self) -> Iterator[tuple[Kind, datetime, int]]:
        local, due = self.calendar.local(self.due_at), self.calendar.local(self.due_at).date()
        if self.chase_days:
            for day in self._again(due, self.chase_days):
                yield Kind.CHASE, self._opening(day), 0
        before = [(kind, at) for kind, at in self._before(due) if self.started_at < at < local]
        for kind, at in self._one_a_day(before):
            yield kind, at, 0
        every = self.times.every_days
        for times, day in enumerate(self._again(due, every)):
            if times:
                yield Kind.OVERDUE, self._opening(day), times * every

    def _again(self, first: date, every: int) -> Iterator[date]:
        """A day, and again every so many working days after it."""
        while True:
            yield first
            first = self.calendar.add_working_days(first, every)

    def _before(self, due: date) -> Iterator[tuple[Kind, datetime]]:
        if self.times.half_time:
            yield Kind.HALF, self._half_time()
        if self.times.day_before:
            yield Kind.DAY_BEFORE, self._opening(self.calendar.previous_working_day(due))
        if self.times.due_day:
            yield Kind.DAY, self._opening(due)

    def _one_a_day(self, found: list[tuple[Kind, datetime]]) -> list[tuple[Kind, datetime]]:
        """Of two on one day one remains, at the earlier moment, which names what is closer to the end."""
        if self.express:
            return sorted(found, key=lambda row: row[1])
        days: dict[date, tuple[Kind, datetime]] = {}
        for kind, at in found:
            earlier = days.get(at.date(), (kind, at))[1]
            days[at.date()] = (kind, min(earlier, at))
        return [days[day] for day in sorted(days)]

    def _half_time(self) -> datetime:
        start, due = self.calendar.local(self.started_at), self.calendar.local(self.due_at)
        if self.express:
            return start + (due - start) // 2
        # The day of the event is not counted (rulebook §4).
        counted_from = min(self.calendar.end_of_day(start.date()), due)
        half = self.calendar.working_seconds_between(counted_from, due) // 2
        middle = self.calendar.add_working_hours(counted_from, half / _HOUR)
        # A half that ends with the morning is over lunch; one that ends with the day, overnight.
        return self.calendar.add_working_hours(middle, 0)

    def _opening(self, day: date) -> datetime:
        return datetime.combine(day, self.calendar.hours.opens, self.calendar.zone)


SENTENCES: dict[Kind, str | Promise] = {
    Kind.HALF: gettext_lazy("half of the time has passed"),
    Kind.DAY_BEFORE: gettext_lazy("due on the next working day"),
    Kind.DAY: gettext_lazy("due today"),
    Kind.CHASE: gettext_lazy("time to chase the answer"),
}


def words(reminder: Mapping[str, Any]) -> str:
    """What a reminder of the clock says, as its event keeps it (``Reminder.as_data``)."""
    kind = Kind(reminder["kind"])
    if kind is Kind.OVERDUE:
        days = int(reminder["days_late"])
        return ngettext("overdue by %(days)d working day", "overdue by %(days)d working days", days) % {
            "days": days
        }
    return str(SENTENCES[kind])
