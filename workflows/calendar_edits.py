"""What a decision may change in a working calendar: a day off, a make-up day, a swap, the office week.

Pure: an edit is checked against the calendar it was made for and gives the calendar that would be.
What has passed is never edited, so that no result of the past changes (rulebook §4, domain facts §6:
swaps are decided as late as a week ahead).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from workflows.calendar import WEEKDAYS, OfficeHours, WorkingCalendar
from workflows.deadlines import WEEKDAY_NAMES
from workflows.refusals import Incomplete


class DayKind(StrEnum):
    """What a calendar writes down for a day; the codes of ``CalendarDay.Kind``."""

    OFF = "off"
    WORKED = "worked"


@dataclass(frozen=True)
class Entry:
    """A day off, or a rest day that is worked, with its name as people see it."""

    kind: DayKind
    name: str


@dataclass(frozen=True)
class CalendarEdit:
    """What one decision changes. A day whose entry is None is an ordinary day of the week again."""

    days: Mapping[date, Entry | None] = field(default_factory=dict)
    hours: OfficeHours | None = None
    weekly_rest: frozenset[int] | None = None


def day_off(calendar: WorkingCalendar, day: date, name: str, *, today: date) -> CalendarEdit:
    """A working day becomes a day off. Raises ``Incomplete``."""
    _refuse_past(day, today, "day")
    if day in calendar.make_up_days:
        raise Incomplete({"day": _make_up_already(calendar, day)})
    why = calendar.why_off(day)
    if why is not None:
        raise Incomplete(
            {"day": _("%(day)s is a rest day already: %(why)s.") % {"day": _shown(day), "why": _reason(why)}}
        )
    return CalendarEdit({day: Entry(DayKind.OFF, _named(name))})


def make_up_day(calendar: WorkingCalendar, day: date, name: str, *, today: date) -> CalendarEdit:
    """A weekly rest day becomes a working day. Raises ``Incomplete``."""
    _refuse_past(day, today, "day")
    if day in calendar.make_up_days:
        raise Incomplete({"day": _make_up_already(calendar, day)})
    if day in calendar.days_off:
        words = {"day": _shown(day), "why": calendar.days_off[day]}
        raise Incomplete({"day": _("%(day)s is a day off (%(why)s): make it an ordinary day first.") % words})
    if calendar.is_working_day(day):
        raise Incomplete({"day": _("%(day)s is a working day already.") % {"day": _shown(day)}})
    return CalendarEdit({day: Entry(DayKind.WORKED, _named(name))})


def swap(
    calendar: WorkingCalendar, off: date, worked: date, *, off_name: str, worked_name: str, today: date
) -> CalendarEdit:
    """A working day off, a rest day worked instead (hoán đổi). Raises ``Incomplete`` for both at once."""
    problems = {}
    days: dict[date, Entry | None] = {}
    for name, part in (
        ("off", lambda: day_off(calendar, off, off_name, today=today)),
        ("worked", lambda: make_up_day(calendar, worked, worked_name, today=today)),
    ):
        try:
            days |= part().days
        except Incomplete as refusal:
            problems[name] = " ".join(str(sentence) for sentence in refusal.problems.values())
    if problems:
        raise Incomplete(problems)
    return CalendarEdit(days)


def ordinary_day(calendar: WorkingCalendar, day: date, *, today: date) -> CalendarEdit:
    """Take back what is written down for a day. Raises ``Incomplete``."""
    _refuse_past(day, today, "day")
    if day not in calendar.days_off and day not in calendar.make_up_days:
        raise Incomplete({"day": _("Nothing is written down for %(day)s.") % {"day": _shown(day)}})
    return CalendarEdit({day: None})


def office_week(calendar: WorkingCalendar, hours: OfficeHours, weekly_rest: frozenset[int]) -> CalendarEdit:
    """Other office hours or days of weekly rest. Raises ``Incomplete``."""
    if len(weekly_rest) >= len(WEEKDAYS):
        raise Incomplete({"weekly_rest": _("A week has a working day.")})
    if (hours, weekly_rest) == (calendar.hours, calendar.weekly_rest):
        raise Incomplete({"hours": _("Nothing differs from the present week.")})
    return CalendarEdit(hours=hours, weekly_rest=weekly_rest)


def edited(calendar: WorkingCalendar, edit: CalendarEdit) -> WorkingCalendar:
    """The calendar as it would be, one version on."""
    off, worked = dict(calendar.days_off), dict(calendar.make_up_days)
    for day, entry in edit.days.items():
        off.pop(day, None)
        worked.pop(day, None)
        if entry is not None:
            (off if entry.kind is DayKind.OFF else worked)[day] = entry.name
    return replace(
        calendar,
        days_off=off,
        make_up_days=worked,
        hours=edit.hours or calendar.hours,
        weekly_rest=calendar.weekly_rest if edit.weekly_rest is None else edit.weekly_rest,
        version=calendar.version + 1,
    )


def _refuse_past(day: date, today: date, name: str) -> None:
    if day < today:
        raise Incomplete(
            {name: _("%(day)s has passed: what was counted by it does not change.") % {"day": _shown(day)}}
        )


def _make_up_already(calendar: WorkingCalendar, day: date) -> str:
    return _("%(day)s is a make-up day already: %(why)s.") % {
        "day": _shown(day),
        "why": calendar.make_up_days[day],
    }


def _named(name: str) -> str:
    if not name.strip():
        raise Incomplete({"name": _("Say which day it is.")})
    return name.strip()


def _reason(why: str) -> str:
    return str(WEEKDAY_NAMES[WEEKDAYS.index(why)]) if why in WEEKDAYS else why


def _shown(day: date) -> str:
    return f"{day:%d/%m/%Y}"
