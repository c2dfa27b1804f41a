"""When something is due, and why: every due date explains itself line by line.

Units: `days` are working days of the calendar handed in, `EXPRESS_HOURS` hours of open office; a
due moment is the close of office of its day, except hỏa tốc, which is due within the day. Sources:
rulebook §4 (default clocks, urgency); Civil Code 2015 art. 147-148 (the day of the event is not
counted; a period that ends on a rest day ends on the next working day).

An explanation is stored as codes and parameters, never as a sentence: the sentence is made at
display, in the reader's language. Dates are ISO in storage and dd/mm/yyyy in the sentence.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from django.utils.translation import gettext_lazy, ngettext_lazy

from workflows.calendar import WEEKDAYS, WorkingCalendar

Param = str | int
Params = Mapping[str, Param]

EXPRESS_HOURS = 2
VERY_URGENT_DAYS = 1
_DAY = timedelta(days=1)


class Urgency(StrEnum):
    NORMAL = "normal"  # thường
    URGENT = "urgent"  # khẩn
    VERY_URGENT = "very_urgent"  # thượng khẩn
    EXPRESS = "express"  # hỏa tốc


WEEKDAY_NAMES = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)
URGENCY_LABELS = {
    Urgency.NORMAL: gettext_lazy("Normal"),
    Urgency.URGENT: gettext_lazy("Urgent"),
    Urgency.VERY_URGENT: gettext_lazy("Very urgent"),
    Urgency.EXPRESS: gettext_lazy("Express"),
}


@dataclass(frozen=True)
class ExplanationLine:
    """One step of the counting; `code` is a key of `_SENTENCES`, `params` plain JSON values."""

    code: str
    params: dict[str, Param]


@dataclass(frozen=True)
class Deadline:
    due_at: datetime
    explanation: tuple[ExplanationLine, ...]


class DeadlineError(ValueError):
    """A due date was asked for that the rules do not know."""


def due_in_days(
    calendar: WorkingCalendar,
    *,
    at: datetime,
    days: int,
    urgency: Urgency = Urgency.NORMAL,
    shortened: bool,
) -> Deadline:
    """Due `days` working days after the event at `at`, at close of office.

    `shortened`: may urgency shorten this clock? Only on the steps of the unit, the focal point and
    the committee: khẩn halves it (rounded up), thượng khẩn leaves 1 working day, hỏa tốc 2 hours of
    open office counted from the event itself. Urgency never makes a period longer.
    """
    if days < 1:
        raise DeadlineError(f"a period is at least one working day: {days}")
    local = calendar.local(at)
    if urgency is Urgency.EXPRESS and shortened:
        return _due_in_hours(calendar, at=local, days=days)
    counted = _shorten(days, urgency) if shortened else days
    start = local.date()
    due_on = calendar.add_working_days(start, counted)
    return Deadline(
        due_at=calendar.end_of_day(due_on),
        explanation=(
            _line("period", days=days),
            *_urgency_lines(urgency, shortened=shortened, days=days, counted=counted),
            _line("event_day_not_counted", date=start.isoformat()),
            *_days_lines(calendar, first=start + _DAY, last=due_on),
            _due_line(calendar.end_of_day(due_on)),
        ),
    )


def due_on_date(calendar: WorkingCalendar, *, on: date, extended_from: Sequence[date] = ()) -> Deadline:
    """Due on its own date; a rest day moves to the next working day (art. 148). Close of office.

    ``extended_from`` are the earlier dates, the first one set first: each extension has a line.
    """
    due_on = calendar.next_working_day(on)
    moved = [_line("moved_to_next_working_day", date=due_on.isoformat())] if due_on > on else []
    extensions = enumerate(pairwise([*extended_from, on]), start=1)
    return Deadline(
        due_at=calendar.end_of_day(due_on),
        explanation=(
            _line("own_date", date=on.isoformat()),
            *(
                _line("extended", number=number, date=before.isoformat(), until=until.isoformat())
                for number, (before, until) in extensions
            ),
            *_days_lines(calendar, first=on, last=due_on),
            *moved,
            _due_line(calendar.end_of_day(due_on)),
        ),
    )


def due_before_date(calendar: WorkingCalendar, *, on: date) -> Deadline:
    """Due before a date ("trước ngày 25/11"): close of the last working day strictly before it."""
    due_on = calendar.previous_working_day(on)
    return Deadline(
        due_at=calendar.end_of_day(due_on),
        explanation=(
            _line("before_date", date=on.isoformat()),
            *_days_lines(calendar, first=due_on, last=on - _DAY),
            _due_line(calendar.end_of_day(due_on)),
        ),
    )


def due_after_date(calendar: WorkingCalendar, *, on: date, days: int) -> Deadline:
    """Due `days` working days after a date such as a session's; urgency never shortens it."""
    if days < 1:
        raise DeadlineError(f"a period is at least one working day: {days}")
    due_on = calendar.add_working_days(on, days)
    return Deadline(
        due_at=calendar.end_of_day(due_on),
        explanation=(
            _line("period_after_date", days=days, date=on.isoformat()),
            _line("date_not_counted", date=on.isoformat()),
            *_days_lines(calendar, first=on + _DAY, last=due_on),
            _due_line(calendar.end_of_day(due_on)),
        ),
    )


def overdue(due_at: datetime, now: datetime) -> bool:
    """Late from the first moment after the due moment; doing it on the due moment is in time."""
    if due_at.utcoffset() is None or now.utcoffset() is None:
        raise DeadlineError("a moment needs a time zone")
    return now > due_at


def explanation_to_json(lines: Iterable[ExplanationLine]) -> list[dict[str, object]]:
    """For a JSON column: `[{"code": …, "params": {…}}, …]`."""
    return [{"code": line.code, "params": dict(line.params)} for line in lines]


def explanation_from_json(stored: Iterable[Mapping[str, object]]) -> tuple[ExplanationLine, ...]:
    """The lines of a JSON column; an unknown code is refused, not skipped."""
    return tuple(_stored_line(row) for row in stored)


def render_explanation(lines: Iterable[ExplanationLine]) -> list[str]:
    """One sentence per line, in the language active now."""
    return [str(_SENTENCES[line.code] % _shown(line.params)) for line in lines]


# How a period is counted


def _shorten(days: int, urgency: Urgency) -> int:
    if urgency is Urgency.URGENT:
        return (days + 1) // 2
    if urgency is Urgency.VERY_URGENT:
        return VERY_URGENT_DAYS
    return days


def _due_in_hours(calendar: WorkingCalendar, *, at: datetime, days: int) -> Deadline:
    due_at = calendar.add_working_hours(at, EXPRESS_HOURS)
    lines = [
        _line("period", days=days),
        _line("urgency_hours", urgency=Urgency.EXPRESS.value, hours=EXPRESS_HOURS),
        _line("event_moment", date=at.date().isoformat(), time=_clock(at)),
    ]
    explained = at.date() - _DAY
    for start, end in calendar.office_spans(at):
        day, until = start.date(), min(end, due_at)
        lines += _days_lines(calendar, first=explained + _DAY, last=day)
        explained = day
        span = {"start": _clock(start), "end": _clock(until)}
        lines.append(_line("hours_counted", date=day.isoformat(), **span))
        if until == due_at:
            break
    return Deadline(due_at=due_at, explanation=(*lines, _due_line(due_at)))


# How it is explained


def _line(code: str, **params: Param) -> ExplanationLine:
    return ExplanationLine(code=code, params=params)


def _urgency_lines(
    urgency: Urgency,
    *,
    shortened: bool,
    days: int,
    counted: int,
) -> list[ExplanationLine]:
    if urgency is Urgency.NORMAL:
        return []
    if not shortened:
        return [_line("urgency_does_not_apply", urgency=urgency.value)]
    if counted == days:
        return [_line("urgency_leaves", urgency=urgency.value)]
    return [_line("urgency_shortens", urgency=urgency.value, days=days, counted=counted)]


def _days_lines(
    calendar: WorkingCalendar,
    *,
    first: date,
    last: date,
) -> Iterator[ExplanationLine]:
    """Every day from one to another, both included, that is not an ordinary working day."""
    for offset in range((last - first).days + 1):
        yield from _day_line(calendar, first + timedelta(days=offset))


def _day_line(calendar: WorkingCalendar, day: date) -> list[ExplanationLine]:
    """Why this day is not counted, or why a day that looks like a rest day is; else nothing."""
    why = calendar.why_off(day)
    if why in WEEKDAYS:
        return [_line("skipped_weekend", date=day.isoformat(), weekday=why)]
    if why is not None:
        return [_line("skipped_day_off", date=day.isoformat(), why=why)]
    if day in calendar.make_up_days:
        return [_line("make_up_day", date=day.isoformat(), why=calendar.make_up_days[day])]
    return []


def _due_line(due_at: datetime) -> ExplanationLine:
    return _line("due", date=due_at.date().isoformat(), time=_clock(due_at))


def _clock(at: datetime) -> str:
    return f"{at:%H:%M}"


def _stored_line(row: Mapping[str, object]) -> ExplanationLine:
    code, params = row.get("code"), row.get("params")
    if not isinstance(code, str) or code not in _SENTENCES:
        raise DeadlineError(f"unknown line of an explanation: {code!r}")
    if not isinstance(params, Mapping):
        raise DeadlineError(f"a line of an explanation has parameters: {code}")
    return ExplanationLine(code=code, params=dict(params))


def _shown(params: Params) -> dict[str, object]:
    """The parameters as a person reads them."""
    shown: dict[str, object] = dict(params)
    for name in {"date", "on", "until"} & params.keys():
        shown[name] = f"{date.fromisoformat(str(params[name])):%d/%m/%Y}"
    if "urgency" in params:
        shown["urgency"] = URGENCY_LABELS[Urgency(str(params["urgency"]))]
    if "weekday" in params:
        shown["weekday"] = WEEKDAY_NAMES[WEEKDAYS.index(str(params["weekday"]))]
    return shown


# Every sentence stands whole inside a gettext call, so that the translators' extraction finds it;
# a plural follows the parameter named last.
_SENTENCES = {
    "period": ngettext_lazy(
        "Time limit: %(days)d working day.",
        "Time limit: %(days)d working days.",
        "days",
    ),
    "period_after_date": ngettext_lazy(
        "Time limit: %(days)d working day after %(date)s.",
        "Time limit: %(days)d working days after %(date)s.",
        "days",
    ),
    "own_date": gettext_lazy("The date set: %(date)s."),
    "extended": gettext_lazy("Extension %(number)d: from %(date)s to %(until)s."),
    "before_date": gettext_lazy("Due before %(date)s."),
    "urgency_shortens": ngettext_lazy(
        "%(urgency)s: %(days)d working days shortened to %(counted)d working day.",
        "%(urgency)s: %(days)d working days shortened to %(counted)d working days.",
        "counted",
    ),
    "urgency_leaves": gettext_lazy("%(urgency)s: the time limit is already the shortest."),
    "urgency_hours": ngettext_lazy(
        "%(urgency)s: %(hours)d working hour counted from the event.",
        "%(urgency)s: %(hours)d working hours counted from the event.",
        "hours",
    ),
    "urgency_does_not_apply": gettext_lazy("%(urgency)s: does not shorten this time limit."),
    "event_day_not_counted": gettext_lazy("%(date)s: day of the event, not counted."),
    "date_not_counted": gettext_lazy("%(date)s: the day itself is not counted."),
    "event_moment": gettext_lazy("%(date)s at %(time)s: the event, counted from here."),
    "skipped_weekend": gettext_lazy("%(date)s: %(weekday)s, not counted."),
    "skipped_day_off": gettext_lazy("%(date)s: day off (%(why)s), not counted."),
    "make_up_day": gettext_lazy("%(date)s: make-up day (%(why)s), counted."),
    "moved_to_next_working_day": gettext_lazy("Moved to the next working day, %(date)s."),
    "hours_counted": gettext_lazy("%(date)s: %(start)s-%(end)s counted."),
    "due": gettext_lazy("Due on %(date)s at %(time)s."),
    # By what it was counted.
    "limit_by_default": gettext_lazy("The rulebook's time limit: the locality has set no other."),
    "limit_by_policy": ngettext_lazy(
        "Time limit of the locality's policy, version %(version)d (rulebook: %(days)d working day).",
        "Time limit of the locality's policy, version %(version)d (rulebook: %(days)d working days).",
        "days",
    ),
    "limit_kept_by_policy": gettext_lazy(
        "The rulebook's time limit, kept by the locality's policy, version %(version)d."
    ),
    "calendar_version": gettext_lazy("Counted by the working calendar, version %(version)d."),
    "comes_again": ngettext_lazy(
        "Asked again every %(days)d working day until there is an answer.",
        "Asked again every %(days)d working days until there is an answer.",
        "days",
    ),
    "meeting_within": ngettext_lazy(
        "A meeting is to be held within %(days)d working day of %(date)s, when it was set up: by %(until)s.",
        "A meeting is to be held within %(days)d working days of %(date)s, when it was set up: by %(until)s.",
        "days",
    ),
    "counted_from_confirmation": gettext_lazy(
        "%(urgency)s was confirmed when that time had already passed: counted from the confirmation, "
        "%(date)s at %(time)s."
    ),
    "urgency_confirmed_late": gettext_lazy(
        "%(urgency)s was confirmed on %(date)s at %(time)s, too late to bring this date forward."
    ),
    # What moved it. `date` and `time` are the due moment before, `on` the day of the change.
    "moved_by_policy": gettext_lazy(
        "Before: %(date)s at %(time)s; moved on %(on)s by the locality's policy, version %(version)d."
    ),
    "moved_by_calendar": gettext_lazy(
        "Before: %(date)s at %(time)s; moved on %(on)s by the working calendar, version %(version)d."
    ),
    "moved_by_urgency": gettext_lazy("Before: %(date)s at %(time)s; moved on %(on)s by the urgency."),
    "moved_by_record": gettext_lazy(
        "Before: %(date)s at %(time)s; moved on %(on)s because the date itself was set anew."
    ),
}
