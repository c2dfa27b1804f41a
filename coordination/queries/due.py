"""How a due date reads on a list: the date, how much time is left, and whether it has run out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflows.calendar import WorkingCalendar
from workflows.clocks import load_calendar
from workflows.deadlines import explanation_from_json, overdue, render_explanation
from workflows.models import Clock

SOON_DAYS = 1
Key = tuple[str, int]


@dataclass(frozen=True)
class Due:
    """A due date as a reader meets it.

    ``words`` is what is left, in working days; ``why`` how the date was counted, line by line.
    """

    at: datetime
    late: bool
    soon: bool
    words: str
    why: tuple[str, ...] = ()


class Calendars:
    """The working calendars one page needs, each read once."""

    def __init__(self) -> None:
        self._read: dict[str, WorkingCalendar] = {}

    def of(self, scope: str) -> WorkingCalendar:
        """The calendar of a locality's mnemonic, else the country's."""
        if scope not in self._read:
            self._read[scope] = load_calendar(scope)
        return self._read[scope]


def due_words(due_at: datetime, *, now: datetime, calendar: WorkingCalendar) -> Due:
    """``due_at`` as a ``Due``; overdue is computed, never stored (rulebook §4)."""
    due_day, today = calendar.local(due_at).date(), calendar.local(now).date()
    days = calendar.working_days_between(today, due_day)
    late = overdue(due_at, now)
    if late and days >= 0:
        words = _("overdue since %(time)s") % {"time": f"{calendar.local(due_at):%H:%M}"}
    elif late:
        words = ngettext("overdue by %(days)d working day", "overdue by %(days)d working days", -days) % {
            "days": -days
        }
    elif due_day == today:
        words = _("due today, %(time)s") % {"time": f"{calendar.local(due_at):%H:%M}"}
    else:
        words = ngettext("%(days)d working day left", "%(days)d working days left", days) % {"days": days}
    return Due(due_at, late, not late and days <= SOON_DAYS, words)


def due_of(clock: Clock, *, now: datetime, calendar: WorkingCalendar) -> Due | None:
    """The due date of a running clock; None where it has none yet.

    A clock that only says when to ask somebody outside again is nobody's delay: its date comes again.
    """
    if clock.due_at is None:
        return None
    lines = explanation_from_json(clock.explanation)
    due_at = clock.due_at
    again = next((int(line.params["days"]) for line in lines if line.code == "comes_again"), None)
    while again and overdue(due_at, now):
        due_at = calendar.end_of_day(calendar.add_working_days(calendar.local(due_at).date(), again))
    due = due_words(due_at, now=now, calendar=calendar)
    return replace(due, why=tuple(render_explanation(lines)))


def running_clocks(keys: Iterable[Key]) -> dict[Key, Clock]:
    """(machine, record id) → its running clock that has a due date, in one query."""
    wanted = records_filter(keys)
    if wanted is None:
        return {}
    rows = Clock.objects.filter(wanted, stopped_at__isnull=True, due_at__isnull=False)
    return {(clock.machine, clock.record_id): clock for clock in rows}


def earliest(clocks: Iterable[Clock]) -> Clock | None:
    """The clock that is due first."""
    dated = [(clock.due_at, clock.pk, clock) for clock in clocks if clock.due_at is not None]
    return min(dated)[2] if dated else None


def records_filter(keys: Iterable[Key]) -> Q | None:
    """The condition for rows of these records; None when there are none."""
    by_machine: dict[str, set[int]] = {}
    for machine, record_id in keys:
        by_machine.setdefault(machine, set()).add(record_id)
    wanted = Q()
    for machine, ids in by_machine.items():
        wanted |= Q(machine=machine, record_id__in=ids)
    return wanted if by_machine else None
