"""What the system will do by itself until the end of the next working day, as far as a person may know it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, islice

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise

from coordination.models import Locality, Opinion, Person, Seat
from coordination.queries.holders import holder_words
from coordination.queries.records import may_read_title, opinion_title
from coordination.queries.timelines import path_of
from coordination.roles import held_seats, items_held
from coordination.visibility import seen_in_full
from workflows import sweeps
from workflows.calendar import WorkingCalendar
from workflows.clocks import load_calendar
from workflows.machines.base import Machine
from workflows.models import WorkItem
from workflows.registry import Planned, registry
from workflows.reminders import HEADS_FROM

SHOWN = 200
COUNTED = 1000


@dataclass(frozen=True)
class Line:
    """One thing that will be done. ``whom`` are those whom it concerns; ``heads`` hear of it, too."""

    at: datetime
    record: Machine
    kind: str
    title: str
    path: str
    what: str
    why: str
    whom: tuple[str, ...]
    heads: bool


@dataclass(frozen=True)
class Day:
    """What falls on one day; ``lines`` that are due already come with the next run."""

    day: date
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Tonight:
    """The page: ``left`` is how many lines it leaves out, ``totals`` how much there is of each kind
    anywhere, for administrators (``COUNTED`` stands for that many or more)."""

    now: datetime
    until: datetime
    days: tuple[Day, ...]
    left: int
    totals: tuple[tuple[str | Promise, int], ...]


def may_read(person: Person, at: datetime) -> bool:
    """Administrators, and whoever has a seat at a focal point."""
    return _administers(person, at) or bool(_focal_localities(person, at))


def tonight_for(person: Person, at: datetime) -> Tonight:
    """What happens from now to the close of office of the next working day, unless somebody is first.

    A person sees what concerns records that they see in full, and what asks themselves.
    """
    until = _until(_calendar_of(person, at), at)
    found = [planned for _sweep, planned in sweeps.plan(at, until, among=_seen(person, at))]
    lines = _lines(found[:SHOWN], person, at)
    days = groupby(lines, key=lambda line: timezone.localtime(max(line.at, at)).date())
    return Tonight(
        now=at,
        until=until,
        days=tuple(Day(day, tuple(rows)) for day, rows in days),
        left=max(len(found) - SHOWN, 0),
        totals=tuple(_totals(at, until)) if _administers(person, at) else (),
    )


def _until(calendar: WorkingCalendar, at: datetime) -> datetime:
    return calendar.end_of_day(calendar.add_working_days(calendar.local(at).date(), 1))


def _calendar_of(person: Person, at: datetime) -> WorkingCalendar:
    places = _focal_localities(person, at)
    return load_calendar(min(places) if places else "")


def _seen(person: Person, at: datetime) -> Q:
    """Records this person sees in full, or holds the turn of."""
    held = WorkItem.objects.filter(pk__in=[item.id for item in items_held(person, at)])
    seen = Q(pk__in=[])
    for machine in registry.machines:
        rows = seen_in_full(person, machine, at).values("pk")
        own = held.filter(machine=machine).values("record_id")
        seen |= Q(machine=machine) & (Q(record_id__in=rows) | Q(record_id__in=own))
    return seen


def _lines(found: Iterable[Planned], person: Person, at: datetime) -> list[Line]:
    found = list(found)
    names = holder_words({key for planned in found for key in planned.whom}, at)
    return [
        Line(
            at=planned.when,
            record=planned.record,
            kind=str(planned.record._meta.verbose_name),
            title=_title(planned.record, person, at),
            path=path_of(planned.record),
            what=sweeps.label_of(planned),
            why=str(planned.why),
            whom=tuple(dict.fromkeys(names[key] for key in planned.whom if names[key])),
            heads=planned.data.get("reminder", {}).get("number", 0) >= HEADS_FROM,
        )
        for planned in found
    ]


def _title(record: Machine, person: Person, at: datetime) -> str:
    if isinstance(record, Opinion):
        return opinion_title(record, knows_issue=may_read_title(person, record, at))
    return str(record.title)


def _totals(at: datetime, until: datetime) -> Iterable[tuple[str | Promise, int]]:
    for sweep in registry.sweeps or ():
        count = sum(1 for _planned in islice(sweep.plan(at, until), COUNTED))
        yield sweep.label, count


def _administers(person: Person, at: datetime) -> bool:
    return any(held.level == Seat.Level.ADMINISTRATOR for held in held_seats(person, at))


def _focal_localities(person: Person, at: datetime) -> set[str]:
    """The mnemonics of the localities at whose focal point this person has a seat."""
    functions = (function for held in held_seats(person, at) for function in held.functions)
    places = {place for kind, place in functions if kind == "focal" and place}
    return set(Locality.objects.filter(pk__in=places).values_list("mnemonic", flat=True)) if places else set()
