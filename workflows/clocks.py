"""Clocks: when a state began, when it is due, whose time it is (rulebook §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import Max, Q

from workflows import deadlines
from workflows.calendar import OfficeHours, WorkingCalendar
from workflows.deadlines import Deadline, ExplanationLine, Urgency
from workflows.lean import Kept
from workflows.machines.base import DueRule, Machine
from workflows.models import Calendar, CalendarDay, Clock, Event
from workflows.policies import days_of, policy_for
from workflows.registry import registry
from workflows.remembering import remembered
from workflows.reminders import Schedule, Times

# Urgency shortens only these sides' own steps (rulebook §4).
SHORTENED_SIDES = frozenset({"unit", "focal", "committee"})
# What a due date hangs on that a person set: it follows when they set another.
DATED = frozenset({"request", "meeting", "session", "own"})
_MOVED = frozenset({"moved_by_policy", "moved_by_calendar", "moved_by_urgency", "moved_by_record"})


@dataclass(frozen=True)
class Terms:
    """By what a clock is counted: the working calendar, and the policy with its version."""

    calendar: WorkingCalendar
    policy_version: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class MovedDue:
    """A running clock that was counted again and is due at another moment."""

    old: datetime | None
    new: datetime | None

    def as_data(self) -> dict[str, str | None]:
        """For an event's data."""
        return {
            "due_before": self.old.isoformat() if self.old else None,
            "due_after": self.new.isoformat() if self.new else None,
        }


@remembered
def load_calendar(scope: str) -> WorkingCalendar:
    """The working calendar of a locality (its mnemonic), else the country's."""
    row = (
        Calendar.objects.filter(scope__in={scope, ""})
        .annotate(version=Max("changes__version"))
        .order_by("-scope")
        .first()
    )
    if row is None:
        return WorkingCalendar(days_off={}, make_up_days={})
    hours = OfficeHours(((row.morning_from, row.morning_to), (row.afternoon_from, row.afternoon_to)))
    days = tuple(CalendarDay.objects.filter(calendar_id=row.pk).values_list("day", "kind", "name"))
    return _build(days, hours, row.weekly_rest, row.version or 0)


@lru_cache(maxsize=64)
def _build(days: tuple[Any, ...], hours: OfficeHours, weekly_rest: str, version: int) -> WorkingCalendar:
    off: Mapping[Any, str] = {day: name for day, kind, name in days if kind == "off"}
    worked: Mapping[Any, str] = {day: name for day, kind, name in days if kind == "worked"}
    rest = frozenset(int(weekday) - 1 for weekday in weekly_rest)
    return WorkingCalendar(days_off=off, make_up_days=worked, hours=hours, weekly_rest=rest, version=version)


def terms_for(scope: str, at: datetime) -> Terms:
    """The calendar and the policy in force for a locality at ``at``."""
    return Terms(load_calendar(scope), *policy_for(scope, at))


def count(
    record: Machine,
    rule: DueRule,
    *,
    start: datetime,
    terms: Terms,
    urgent_since: datetime | None = None,
) -> Deadline | None:
    """The deadline a clock rule gives a clock begun at ``start``; None where its date is not known yet.

    ``urgent_since`` is when an urgency was confirmed that came after the start.
    """
    days = days_of(terms.values, f"{record.machine}.{record.state}") if rule.days is not None else None
    if rule.basis in DATED:
        on = record.due_date()
        if on is None:
            return None
        deadline = (
            deadlines.due_after_date(terms.calendar, on=on, days=days)
            if days
            else deadlines.due_on_date(terms.calendar, on=on, extended_from=record.earlier_due_dates())
        )
    else:
        assert days is not None
        deadline = _in_days(record, rule, days, start=start, terms=terms, urgent_since=urgent_since)
    return Deadline(deadline.due_at, tuple(_explained(deadline, record, rule, days, terms)))


def _in_days(
    record: Machine,
    rule: DueRule,
    days: int,
    *,
    start: datetime,
    terms: Terms,
    urgent_since: datetime | None,
) -> Deadline:
    """Working days from ``start``. An urgency confirmed when its own time had already passed is
    counted from the confirmation: nobody is late at the moment they learn of it."""
    urgency, shortened = _urgency(record), rule.side in SHORTENED_SIDES

    def due(since: datetime, mark: Urgency) -> Deadline:
        return deadlines.due_in_days(terms.calendar, at=since, days=days, urgency=mark, shortened=shortened)

    deadline = due(start, urgency)
    if not shortened or urgent_since is None or deadline.due_at > urgent_since:
        return deadline
    usual, hastened = due(start, Urgency.NORMAL), due(urgent_since, urgency)
    sooner = hastened.due_at < usual.due_at
    confirmed = terms.calendar.local(urgent_since)
    line = ExplanationLine(
        "counted_from_confirmation" if sooner else "urgency_confirmed_late",
        {"urgency": urgency.value, **_moment(confirmed)},
    )
    found = hastened if sooner else usual
    return Deadline(found.due_at, (*found.explanation, line))


def _explained(
    deadline: Deadline, record: Machine, rule: DueRule, days: int | None, terms: Terms
) -> list[ExplanationLine]:
    """The lines of the counting, with those that say by what it was counted."""
    lines = list(deadline.explanation)
    if days is not None:
        lines.insert(1, _limit_line(f"{record.machine}.{record.state}", rule.days or days, terms))
    if rule.basis == "chase" and days is not None:
        lines.append(ExplanationLine("comes_again", {"days": days}))
    if rule.basis == "meeting":
        lines.append(_meeting_line(record, terms))
    if terms.calendar.version:
        lines.append(ExplanationLine("calendar_version", {"version": terms.calendar.version}))
    return lines


def _limit_line(key: str, default: int, terms: Terms) -> ExplanationLine:
    version = terms.policy_version
    if not version:
        return ExplanationLine("limit_by_default", {})
    if key in terms.values["due_days"]:
        return ExplanationLine("limit_by_policy", {"version": version, "days": default})
    return ExplanationLine("limit_kept_by_policy", {"version": version})


def _meeting_line(record: Machine, terms: Terms) -> ExplanationLine:
    """Within how many days a meeting is to be held (rulebook §4), counted from when it was set up."""
    days = days_of(terms.values, f"{record.machine}.{record.state}")
    since = terms.calendar.local(record.created_at).date()
    until = terms.calendar.add_working_days(since, days)
    return ExplanationLine(
        "meeting_within", {"days": days, "date": since.isoformat(), "until": until.isoformat()}
    )


def keep_clock(
    record: Machine, *, at: datetime, policy: tuple[int, Mapping[str, Any]], restart: bool = False
) -> bool:
    """Stop the running clock and start the next one where the record asks for another.

    A clock that hangs on a date a person set follows that date. Returns True if a clock was stopped,
    started or moved.
    """
    wanted = record.clock_rule()
    running = running_clock(record)
    if running and wanted and running.key == wanted[0] and not restart:
        if wanted[1].basis not in DATED or record.due_date() == _date_of(running):
            return False
        return recount(record, at=at, why="record") is not None
    if running:
        running.stopped_at = max(at, running.started_at)
        running.save(update_fields=["stopped_at"])
    if wanted is None:
        return running is not None
    assert registry.scope is not None
    key, rule = wanted
    terms = Terms(load_calendar(registry.scope(record)), *policy)
    deadline = count(record, rule, start=at, terms=terms)
    clock = Clock(
        machine=record.machine,
        record_id=record.pk,
        key=key,
        side=rule.side,
        started_at=at,
        due_at=deadline.due_at if deadline else None,
        explanation=deadlines.explanation_to_json(deadline.explanation) if deadline else [],
        policy_version=terms.policy_version,
        calendar_version=terms.calendar.version,
    )
    set_reminder(clock, record, terms, after=at)
    clock.save()
    return True


def recount(
    record: Machine, *, at: datetime, why: str, urgent_since: datetime | None = None
) -> MovedDue | None:
    """Count the running clock again, from its own start, by what holds at ``at``.

    ``why`` is ``policy``, ``calendar``, ``urgency`` or ``record`` and becomes a line of the
    explanation. Returns None where the due moment stays: then the lines alone are brought up to
    date. The caller holds the record's locks and writes the event that tells of the move.
    """
    assert registry.scope is not None
    clock = running_clock(record)
    terms = terms_for(registry.scope(record), at)
    deadline = count_again(record, clock, terms, urgent_since=urgent_since) if clock else None
    if clock is None or deadline is None:
        return None
    moved = MovedDue(clock.due_at, deadline.due_at)
    lines = [*deadline.explanation, *_earlier_moves(clock)]
    clock.due_at = deadline.due_at
    if moved.old != moved.new:
        set_reminder(clock, record, terms, after=at)
        if moved.old is not None:
            lines.append(_moved_line(why, moved.old, at, terms))
    clock.explanation = deadlines.explanation_to_json(lines)
    clock.policy_version, clock.calendar_version = terms.policy_version, terms.calendar.version
    clock.save(update_fields=["due_at", "explanation", "policy_version", "calendar_version", "remind_at"])
    return moved if moved.old != moved.new else None


def count_again(
    record: Machine, clock: Clock, terms: Terms, *, urgent_since: datetime | None = None
) -> Deadline | None:
    """What a running clock would be due under ``terms``; None where it is not this state's clock."""
    wanted = record.clock_rule()
    if wanted is None or wanted[0] != clock.key:
        return None
    rule = wanted[1]
    since = urgent_since or _urgent_since(record, rule, clock)
    return count(record, rule, start=clock.started_at, terms=terms, urgent_since=since)


def reminders_of(clock: Clock, record: Machine, terms: Terms) -> Schedule | None:
    """When this clock of the record reminds (rulebook §4); None where nothing is due by it."""
    wanted = record.clock_rule()
    if clock.due_at is None or wanted is None or wanted[0] != clock.key:
        return None
    rule = wanted[1]
    chased = rule.basis == "chase"
    return Schedule(
        calendar=terms.calendar,
        started_at=clock.started_at,
        due_at=clock.due_at,
        express=rule.side in SHORTENED_SIDES and _urgency(record) is Urgency.EXPRESS,
        chase_days=days_of(terms.values, f"{record.machine}.{record.state}") if chased else None,
        times=Times(**terms.values["reminders"]),
    )


def set_reminder(clock: Clock, record: Machine, terms: Terms, *, after: datetime) -> None:
    """Note on the clock when it reminds next after a moment; whoever calls saves it."""
    schedule = reminders_of(clock, record, terms)
    clock.remind_at = schedule.next_after(after) if schedule else None


def _urgency(record: Machine) -> Urgency:
    assert registry.urgency is not None
    return Urgency(registry.urgency(record))


def _urgent_since(record: Machine, rule: DueRule, clock: Clock) -> datetime | None:
    if rule.side not in SHORTENED_SIDES or _urgency(record) is Urgency.NORMAL:
        return None
    confirmed = Event.objects.filter(
        machine=record.machine, record_id=record.pk, name="confirm_urgency", at__gt=clock.started_at
    )
    return confirmed.order_by("-seq").values_list("at", flat=True).first()


def _date_of(clock: Clock) -> date | None:
    """The date a person set, by which a clock was counted."""
    first: dict[str, Any] = clock.explanation[0] if clock.explanation else {}
    on = first.get("params", {}).get("date")
    return date.fromisoformat(on) if on else None


def _earlier_moves(clock: Clock) -> list[ExplanationLine]:
    return [line for line in deadlines.explanation_from_json(clock.explanation) if line.code in _MOVED]


def _moved_line(why: str, old: datetime, at: datetime, terms: Terms) -> ExplanationLine:
    calendar = terms.calendar
    versions = {"policy": terms.policy_version, "calendar": calendar.version}
    params = {**_moment(calendar.local(old)), "on": calendar.local(at).date().isoformat()}
    if why in versions:
        params["version"] = versions[why]
    return ExplanationLine(f"moved_by_{why}", params)


def _moment(local: datetime) -> dict[str, str | int]:
    return {"date": local.date().isoformat(), "time": f"{local:%H:%M}"}


def chases() -> Q:
    """The clocks that say when somebody outside is asked again: past their date nobody is late."""
    found = Q(pk__in=[])
    for name, model in registry.machines.items():
        keys = [state for state, rule in model.CLOCKS.items() if rule.basis == "chase"]
        found |= Q(machine=name, key__in=keys)
    return found


def running_clock(record: Machine) -> Clock | None:
    """The clock that runs now, if any."""
    return next(iter(_running(record.machine, record.pk)), None)


_running = Kept(
    lambda machine, pk: Clock.objects.filter(machine=machine, record_id=pk, stopped_at__isnull=True)
)
