"""A calendar changed by a decision: the days, the version, and the clocks that run by it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from coordination.actions.clocks import AT_ONCE, recount_locality
from coordination.actions.policies import administering_seat, basis_problems, made_by
from coordination.models import Locality, Person
from coordination.queries.open_clocks import localities_by_calendar
from workflows.calendar import OfficeHours
from workflows.calendar_edits import CalendarEdit
from workflows.models import Calendar, CalendarChange, CalendarDay
from workflows.refusals import Incomplete, Stale

COPIED = ("morning_from", "morning_to", "afternoon_from", "afternoon_to", "weekly_rest")


def change_calendar(
    calendar: Calendar,
    edit: CalendarEdit,
    *,
    basis: str,
    expected_version: int,
    by: Person,
    at: datetime,
) -> tuple[CalendarChange, int]:
    """Write an edit that was checked against ``expected_version``; returns it and how many due dates
    moved at once. What is left the sweep moves.

    Raises ``NotYours``, ``Incomplete``, or ``Stale`` where another administrator was first.
    """
    seat = administering_seat(by, at)
    problems = basis_problems(basis)
    if problems:
        raise Incomplete(problems)
    with transaction.atomic():
        locked = Calendar.objects.select_for_update().get(pk=calendar.pk)
        _refuse_overtaken(locked, expected_version)
        changed = _write(locked, edit, basis.strip())
        change = CalendarChange.objects.create(
            calendar=locked,
            version=expected_version + 1,
            basis=basis.strip(),
            changed=changed,
            made_by=made_by(seat),
            made_at=at,
        )
    return change, _recount(locked.scope, at)


def begin_own_calendar(
    locality: Locality, *, basis: str, by: Person, at: datetime
) -> tuple[Calendar, CalendarChange]:
    """Give a locality a calendar of its own, which begins as a copy of the country's.

    From then on a change of the country's calendar does not reach it. Its versions go on from the
    country's, so that no number names two calendars. Raises ``NotYours`` or ``Incomplete``.
    """
    seat = administering_seat(by, at)
    problems: dict[str, Any] = dict(basis_problems(basis))
    if Calendar.objects.filter(scope=locality.mnemonic).exists():
        problems["calendar"] = _("%(place)s has a calendar of its own already.") % {"place": locality}
    if problems:
        raise Incomplete(problems)
    with transaction.atomic():
        country = Calendar.objects.select_for_update().get(scope="")
        version = latest_version(country)
        with override(settings.LANGUAGE_CODE):
            name = _("Working calendar of %(place)s") % {"place": locality.full_name}
        own = Calendar.objects.create(
            scope=locality.mnemonic,
            name=name,
            **{column: getattr(country, column) for column in COPIED},
        )
        CalendarDay.objects.bulk_create(
            CalendarDay(calendar=own, day=row.day, kind=row.kind, name=row.name, basis=row.basis)
            for row in country.days.all()
        )
        change = CalendarChange.objects.create(
            calendar=own,
            version=version + 1,
            basis=basis.strip(),
            changed={"copied": version},
            made_by=made_by(seat),
            made_at=at,
        )
    _recount(own.scope, at)
    return own, change


def latest_version(calendar: Calendar) -> int:
    """How many decisions changed the calendar so far."""
    return calendar.changes.aggregate(latest=Max("version"))["latest"] or 0


def _recount(scope: str, at: datetime) -> int:
    moved = 0
    for locality in localities_by_calendar(scope):
        moved += recount_locality(locality, at, most=AT_ONCE)
    return moved


def _write(calendar: Calendar, edit: CalendarEdit, basis: str) -> dict[str, Any]:
    """Bring the rows in line with the edit; returns what differed, before and after."""
    present = {row.day: row for row in calendar.days.filter(day__in=list(edit.days))}
    changed: dict[str, Any] = {}
    for day, entry in edit.days.items():
        row = present.get(day)
        before = {"kind": row.kind, "name": row.name} if row else None
        after = {"kind": entry.kind.value, "name": entry.name} if entry else None
        changed.setdefault("days", {})[day.isoformat()] = [before, after]
        if row is not None:
            row.delete()
        if entry is not None:
            CalendarDay.objects.create(
                calendar=calendar, day=day, kind=entry.kind.value, name=entry.name, basis=basis
            )
    if edit.hours is not None:
        changed["hours"] = [_sessions_of(calendar), _sessions(edit.hours)]
        (calendar.morning_from, calendar.morning_to), (calendar.afternoon_from, calendar.afternoon_to) = (
            edit.hours.sessions
        )
    if edit.weekly_rest is not None:
        rest = "".join(str(weekday + 1) for weekday in sorted(edit.weekly_rest))
        changed["weekly_rest"] = [calendar.weekly_rest, rest]
        calendar.weekly_rest = rest
    calendar.save()
    return changed


def _sessions(hours: OfficeHours) -> list[str]:
    return [f"{start:%H:%M}-{end:%H:%M}" for start, end in hours.sessions]


def _sessions_of(calendar: Calendar) -> list[str]:
    morning = (calendar.morning_from, calendar.morning_to)
    return _sessions(OfficeHours((morning, (calendar.afternoon_from, calendar.afternoon_to))))


def _refuse_overtaken(calendar: Calendar, expected_version: int) -> None:
    if latest_version(calendar) == expected_version:
        return
    latest = calendar.changes.first()
    raise Stale(
        by=latest.made_by.get("person_name", "") if latest else "",
        step="calendar",
        label=gettext_lazy("a change of the calendar"),
        at=latest.made_at if latest else None,
    )
