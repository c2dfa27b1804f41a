"""The working calendar: which days count, which hours, and how a period is counted.

Pure date arithmetic for one locality's calendar: no models, no clock of its own.
Units: *working days* for `…_days`, hours of open office for `add_working_hours`, whole seconds of
open office for `working_seconds_between`. Sources: rulebook §4; Civil Code 2015 art. 147 (the day
of the event is not counted; a period starts on the next day) and art. 148 (a period ends at the end
of its last day; when that is a rest day, at the end of the next working day).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

# The weekdays as reasons for rest, in the order of `date.weekday()`.
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKEND = frozenset({5, 6})

_DAY = timedelta(days=1)
# No rest lasts a year: a calendar that says so is broken, and a search in it would never end.
_LONGEST_REST_DAYS = 366


class CalendarError(ValueError):
    """The calendar contradicts itself, or was asked a question that has no answer."""


@dataclass(frozen=True)
class OfficeHours:
    """The sessions of one office day, in order, local wall-clock time, ends not included."""

    sessions: tuple[tuple[time, time], ...]

    def __post_init__(self) -> None:
        if not self.sessions:
            raise CalendarError("an office day has at least one session")
        edges = [edge for session in self.sessions for edge in session]
        if any(edge.tzinfo is not None for edge in edges):
            raise CalendarError("office hours are local wall-clock times without a zone")
        if any(earlier >= later for earlier, later in pairwise(edges)):
            raise CalendarError("office sessions are in order and do not overlap")

    @property
    def opens(self) -> time:
        return self.sessions[0][0]

    @property
    def closes(self) -> time:
        return self.sessions[-1][1]

    @property
    def seconds_per_day(self) -> int:
        """Seconds of open office in one working day (28 800 by default)."""
        return sum(_seconds_of_day(end) - _seconds_of_day(start) for start, end in self.sessions)


DEFAULT_HOURS = OfficeHours(
    sessions=((time(7, 30), time(11, 30)), (time(13, 0), time(17, 0))),
)


@dataclass(frozen=True)
class WorkingCalendar:
    """One locality's working days and hours, as one decision fixed them.

    A day is worked when it is a make-up day, or neither a day off nor a day of the weekly rest
    (`date.weekday()` numbers). The reasons in `days_off` and `make_up_days` are shown to people as
    they stand. `version` counts the decisions that changed the calendar.
    """

    days_off: Mapping[date, str] = field(hash=False)
    make_up_days: Mapping[date, str] = field(hash=False)
    hours: OfficeHours = DEFAULT_HOURS
    zone: ZoneInfo = ZONE
    weekly_rest: frozenset[int] = WEEKEND
    version: int = 0

    def __post_init__(self) -> None:
        both = sorted(self.days_off.keys() & self.make_up_days.keys())
        if both:
            raise CalendarError(f"a day cannot be off and worked: {both[0].isoformat()}")
        unexplained = sorted(day for day, why in self.days_off.items() if not why)
        if unexplained:
            raise CalendarError(f"a day off has a reason: {unexplained[0].isoformat()}")
        # Copies: a deadline must not move because a caller went on using its own dict.
        object.__setattr__(self, "days_off", dict(self.days_off))
        object.__setattr__(self, "make_up_days", dict(self.make_up_days))

    # Days

    def is_working_day(self, day: date) -> bool:
        return self.why_off(day) is None

    def why_off(self, day: date) -> str | None:
        """Why this day is not worked: the day off's own text, else the weekday of rest, else None.

        A holiday that falls on a weekly rest day answers with the holiday.
        """
        if isinstance(day, datetime):
            raise CalendarError("a day is a date; take the local date of a moment first")
        if day in self.make_up_days:
            return None
        resting = WEEKDAYS[day.weekday()] if day.weekday() in self.weekly_rest else None
        return self.days_off.get(day, resting)

    def next_working_day(self, day: date) -> date:
        """The day itself when it is worked, else the first worked day after it."""
        return self._seek(day, _DAY)

    def previous_working_day(self, day: date) -> date:
        """The last worked day strictly before `day` ("trước ngày …")."""
        return self._seek(day - _DAY, -_DAY)

    def add_working_days(self, start: date, count: int) -> date:
        """The `count`-th working day after `start`, which itself is not counted (art. 147).

        With `count` 0: `start`, or the next working day when `start` is a rest day.
        """
        _refuse_negative(count)
        if count == 0:
            return self.next_working_day(start)
        day = start
        for _ in range(count):
            day = self.next_working_day(day + _DAY)
        return day

    def add_calendar_days(self, start: date, count: int) -> date:
        """`count` days of any kind after `start`, moved off a rest day (art. 148.5)."""
        _refuse_negative(count)
        return self.next_working_day(start + timedelta(days=count))

    def working_days_between(self, a: date, b: date) -> int:
        """Working days after `a` up to and including `b`; negative when `b` is before `a`.

        The inverse of `add_working_days`: the first day is not counted, the last one is.
        """
        if b < a:
            return -self.working_days_between(b, a)
        return sum(self.is_working_day(a + timedelta(days=n)) for n in range(1, (b - a).days + 1))

    # Hours

    def local(self, at: datetime) -> datetime:
        """The same moment on this locality's wall clock."""
        if at.tzinfo is None or at.utcoffset() is None:
            raise CalendarError("a moment needs a time zone")
        return at.astimezone(self.zone)

    def is_office_time(self, at: datetime) -> bool:
        """Is the office open at this moment? Open at the first minute, shut at the last."""
        moment = self.local(at)
        return self.is_working_day(moment.date()) and any(
            start <= moment.time() < end for start, end in self.hours.sessions
        )

    def end_of_day(self, day: date) -> datetime:
        """Close of office on that date (also when it is a rest day: move it first)."""
        return datetime.combine(day, self.hours.closes, self.zone)

    def office_spans(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of open office from this moment on, the first one cut at it. No end."""
        moment = self.local(at)
        day = self.next_working_day(moment.date())
        while True:
            for start, end in self._sessions_of(day):
                if end > moment:
                    yield max(start, moment), end
            day = self.next_working_day(day + _DAY)

    def add_working_hours(self, at: datetime, hours: float) -> datetime:
        """`hours` of open office after `at`: lunch, nights and rest days do not pass.

        With 0: `at` itself while the office is open, else the next opening.
        """
        _refuse_negative(hours)
        left = timedelta(hours=hours)
        for start, end in self.office_spans(at):
            if left <= end - start:
                return start + left
            left -= end - start
        raise AssertionError("office_spans has no end")

    def working_seconds_between(self, a: datetime, b: datetime) -> int:
        """Whole seconds of open office from `a` to `b`; negative when `b` is before `a`.

        Both moments lose their fraction of a second first, so that the parts of a record's life
        add up to the whole exactly.
        """
        begin, finish = (self.local(at).replace(microsecond=0) for at in (a, b))
        if finish < begin:
            return -self.working_seconds_between(b, a)
        total = timedelta()
        for start, end in self.office_spans(begin):
            if start >= finish:
                break
            total += min(end, finish) - start
        return int(total.total_seconds())

    def _sessions_of(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for start, end in self.hours.sessions:
            yield datetime.combine(day, start, self.zone), datetime.combine(day, end, self.zone)

    def _seek(self, day: date, step: timedelta) -> date:
        for _ in range(_LONGEST_REST_DAYS):
            if self.is_working_day(day):
                return day
            day += step
        raise CalendarError(f"no working day within a year of {day.isoformat()}")


def _seconds_of_day(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _refuse_negative(amount: float) -> None:
    if not amount >= 0:  # also refuses NaN
        raise CalendarError(f"a period is not negative: {amount}")
