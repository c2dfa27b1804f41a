"""How a due date reads on a list: the date, how much time is left, and whether it has run out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflows.calendar import WorkingCalendar
from workflows.clocks import load_calendar
from workflows.deadlines import overdue
from workflows.models import Clock

SOON_DAYS = 1
Key = tuple[str, int]


@dataclass(frozen=True)
class Due:
    """A due date as a reader meets it. ``words`` is what is left, in working days."""

    at: datetime
    late: bool
    soon: bool
    words: str


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


def running_clocks(keys: Iterable[Key]) -> dict[Key, datetime]:
    """(machine, record id) → when its running clock is due, in one query."""
    wanted = records_filter(keys)
    if wanted is None:
        return {}
    rows = Clock.objects.filter(wanted, stopped_at__isnull=True, due_at__isnull=False)
    return {
        (machine, record_id): due_at
        for machine, record_id, due_at in rows.values_list("machine", "record_id", "due_at")
        if due_at is not None
    }


def records_filter(keys: Iterable[Key]) -> Q | None:
    """The condition for rows of these records; None when there are none."""
    by_machine: dict[str, set[int]] = {}
    for machine, record_id in keys:
        by_machine.setdefault(machine, set()).add(record_id)
    wanted = Q()
    for machine, ids in by_machine.items():
        wanted |= Q(machine=machine, record_id__in=ids)
    return wanted if by_machine else None
