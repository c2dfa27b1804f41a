"""The working calendars as pages show them: a year month by month, what is written down, what changed."""

from __future__ import annotations

import calendar as wall
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.http import Http404
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from coordination.models import Locality
from coordination.queries.open_clocks import DueMove, localities_by_calendar, moves_under, open_clocks
from workflows.calendar import WEEKDAYS, WorkingCalendar
from workflows.calendar_edits import CalendarEdit, DayKind, Entry, edited
from workflows.clocks import Terms, load_calendar
from workflows.deadlines import WEEKDAY_NAMES
from workflows.models import Calendar, CalendarChange, CalendarDay
from workflows.policies import policy_for

# The country's calendar in an address, where its scope is empty.
COUNTRY = "country"
SHORT_WEEKDAYS = (
    pgettext_lazy("weekday, short", "Mon"),
    pgettext_lazy("weekday, short", "Tue"),
    pgettext_lazy("weekday, short", "Wed"),
    pgettext_lazy("weekday, short", "Thu"),
    pgettext_lazy("weekday, short", "Fri"),
    pgettext_lazy("weekday, short", "Sat"),
    pgettext_lazy("weekday, short", "Sun"),
)


@dataclass(frozen=True)
class CalendarRow:
    """A calendar on the list: whose, which version, and the localities that work by it."""

    calendar: Calendar
    name: str
    word: str
    version: int
    localities: tuple[str, ...]


@dataclass(frozen=True)
class DayCell:
    """One day of a month. ``kind`` is a code: work, rest, off or worked; ``why`` explains the others."""

    day: date
    kind: str
    why: str
    today: bool


@dataclass(frozen=True)
class Month:
    """A month with its weeks from Monday on; a cell is None where the week belongs to another month."""

    name: str
    weeks: tuple[tuple[DayCell | None, ...], ...]


@dataclass(frozen=True)
class ChangeWords:
    """One change by decision, as sentences."""

    row: CalendarChange
    lines: tuple[str, ...]

    @property
    def by(self) -> str:
        """Who entered it."""
        return str(self.row.made_by.get("person_name", ""))


def calendar_of(word: str) -> Calendar:
    """The calendar an address names; raises ``Http404``."""
    found = Calendar.objects.filter(scope="" if word == COUNTRY else word).first()
    if found is None or (word != COUNTRY and not found.scope):
        raise Http404
    return found


def name_of(calendar: Calendar) -> str:
    """Whose calendar it is, in the reader's language."""
    place = Locality.objects.filter(mnemonic=calendar.scope).first() if calendar.scope else None
    return (
        _("Working calendar of %(place)s") % {"place": place.full_name}
        if place
        else _("The country's calendar")
    )


def calendars() -> list[CalendarRow]:
    """The country's calendar and those of the localities that have their own."""
    rows = Calendar.objects.annotate(latest=Max("changes__version")).order_by("scope")
    names = dict(Locality.objects.values_list("mnemonic", "name"))
    return [
        CalendarRow(
            calendar=row,
            name=name_of(row),
            word=row.scope or COUNTRY,
            version=row.latest or 0,
            localities=tuple(names[mnemonic] for mnemonic in localities_by_calendar(row.scope)),
        )
        for row in rows
    ]


def localities_without_own() -> list[Locality]:
    """The localities that still work by the country's calendar."""
    return list(Locality.objects.filter(mnemonic__in=localities_by_calendar("")).order_by("name"))


def year_of(calendar: WorkingCalendar, year: int, *, today: date) -> list[Month]:
    """Twelve months of a year."""
    grid = wall.Calendar(firstweekday=wall.MONDAY)
    return [
        Month(
            str(MONTHS[month]),
            tuple(
                tuple(_cell(calendar, day, today) if day.month == month else None for day in week)
                for week in grid.monthdatescalendar(year, month)
            ),
        )
        for month in range(1, 13)
    ]


def _cell(calendar: WorkingCalendar, day: date, today: date) -> DayCell:
    why = calendar.why_off(day)
    if day in calendar.make_up_days:
        return DayCell(day, "worked", calendar.make_up_days[day], day == today)
    if why is None:
        return DayCell(day, "work", "", day == today)
    if why in WEEKDAYS:
        return DayCell(day, "rest", "", day == today)
    return DayCell(day, "off", why, day == today)


def entries_of(calendar: Calendar, year: int) -> list[CalendarDay]:
    """What is written down for the days of a year."""
    return list(calendar.days.filter(day__year=year))


def week_words(calendar: WorkingCalendar) -> tuple[str, str]:
    """Office hours and weekly rest, as words."""
    hours = ", ".join(f"{start:%H:%M}–{end:%H:%M}" for start, end in calendar.hours.sessions)
    rest = ", ".join(str(WEEKDAY_NAMES[weekday]) for weekday in sorted(calendar.weekly_rest))
    return hours, rest or _("none")


def changes_of(calendar: Calendar) -> list[ChangeWords]:
    """Every change by decision, the newest first."""
    return [ChangeWords(row, tuple(_change_lines(row.changed))) for row in calendar.changes.all()]


def _change_lines(changed: dict[str, Any]) -> Iterator[str]:
    if "copied" in changed:
        yield _("Begun as a copy of the country's calendar, version %(version)d.") % {
            "version": changed["copied"]
        }
    for day, (_before, then) in sorted(changed.get("days", {}).items()):
        entry = Entry(DayKind(then["kind"]), then["name"]) if then else None
        yield entry_words(date.fromisoformat(day), entry)
    if "hours" in changed:
        before, after = (", ".join(sessions) for sessions in changed["hours"])
        yield _("Office hours: %(before)s → %(after)s") % {"before": before, "after": after}
    if "weekly_rest" in changed:
        before, after = (_rest_words(rest) for rest in changed["weekly_rest"])
        if before != after:
            yield _("Weekly rest: %(before)s → %(after)s") % {"before": before, "after": after}


def _rest_words(rest: str) -> str:
    return ", ".join(str(WEEKDAY_NAMES[int(weekday) - 1]) for weekday in rest) or _("none")


def entry_words(day: date, entry: Entry | None) -> str:
    """What a day becomes, as words."""
    words = {"day": f"{day:%d/%m/%Y}", "name": entry.name if entry else ""}
    if entry is None:
        return _("%(day)s: an ordinary day again") % words
    if entry.kind is DayKind.OFF:
        return _("%(day)s: day off (%(name)s)") % words
    return _("%(day)s: make-up day (%(name)s)") % words


def edit_words(calendar: WorkingCalendar, edit: CalendarEdit) -> list[str]:
    """What an edit does, as words."""
    lines = [entry_words(day, entry) for day, entry in sorted(edit.days.items())]
    after = edited(calendar, edit)
    if after.hours != calendar.hours or after.weekly_rest != calendar.weekly_rest:
        hours, rest = week_words(after)
        lines.append(_("Office hours: %(hours)s; weekly rest: %(rest)s") % {"hours": hours, "rest": rest})
    return lines


def days_to_take_back(calendar: Calendar, today: date) -> list[CalendarDay]:
    """What is written down from today on."""
    return list(calendar.days.filter(day__gte=today))


def moves_by_calendar(calendar: Calendar, edit: CalendarEdit, *, at: datetime) -> list[tuple[DueMove, str]]:
    """The open clocks that an edit would move, each with the reason."""
    present = load_calendar(calendar.scope)
    after, why = edited(present, edit), "; ".join(edit_words(present, edit))
    found = []
    for locality in localities_by_calendar(calendar.scope):
        terms = Terms(after, *policy_for(locality, at))
        found += [(move, why) for move in moves_under(open_clocks([locality]), terms, at=at)]
    return sorted(found, key=lambda pair: pair[0].clock.due_at or at)
