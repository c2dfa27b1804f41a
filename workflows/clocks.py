"""Clocks: when a state began, when it is due, whose time it is (rulebook §4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Max

from workflows import deadlines
from workflows.calendar import OfficeHours, WorkingCalendar
from workflows.machines.base import DueRule, Machine
from workflows.models import Calendar, CalendarDay, Clock
from workflows.registry import registry

# Urgency shortens only these sides' own steps (rulebook §4).
SHORTENED_SIDES = frozenset({"unit", "focal", "committee"})


def load_calendar(scope: str) -> WorkingCalendar:
    """The working calendar of a locality (its mnemonic), else the country's."""
    row = (
        Calendar.objects.filter(scope__in={scope, ""})
        .annotate(latest=Max("days__id"))
        .order_by("-scope")
        .first()
    )
    if row is None:
        return WorkingCalendar(days_off={}, make_up_days={})
    hours = OfficeHours(((row.morning_from, row.morning_to), (row.afternoon_from, row.afternoon_to)))
    days = tuple(CalendarDay.objects.filter(calendar_id=row.pk).values_list("day", "kind", "name"))
    return _build(days, hours)


@lru_cache(maxsize=32)
def _build(days: tuple[Any, ...], hours: OfficeHours) -> WorkingCalendar:
    off: Mapping[Any, str] = {day: name for day, kind, name in days if kind == "off"}
    worked: Mapping[Any, str] = {day: name for day, kind, name in days if kind == "worked"}
    return WorkingCalendar(days_off=off, make_up_days=worked, hours=hours)


def due(record: Machine, rule: DueRule, *, at: datetime, values: Mapping[str, Any]):
    """The deadline a clock rule gives from ``at``; None where the rule's date is not known yet."""
    assert registry.scope is not None
    assert registry.urgency is not None
    calendar = load_calendar(registry.scope(record))
    state = record.state
    days = values["due_days"].get(f"{record.machine}.{state}", rule.days)
    if rule.basis in {"entry", "chase", "settled"}:
        return deadlines.due_in_days(
            calendar,
            at=at,
            days=days,
            urgency=deadlines.Urgency(registry.urgency(record)),
            shortened=rule.side in SHORTENED_SIDES,
        )
    on = record.due_date()
    if on is None:
        return None
    if days:
        return deadlines.due_after_date(calendar, on=on, days=days)
    return deadlines.due_on_date(calendar, on=on)


def keep_clock(
    record: Machine, *, at: datetime, policy: tuple[int, Mapping[str, Any]], restart: bool = False
) -> bool:
    """Stop the running clock and start the next one where the record asks for another.

    Returns True if a clock was stopped or started.
    """
    wanted = record.clock_rule()
    running = Clock.objects.filter(
        machine=record.machine, record_id=record.pk, stopped_at__isnull=True
    ).first()
    if running and wanted and running.key == wanted[0] and not restart:
        return False
    if running:
        running.stopped_at = max(at, running.started_at)
        running.save(update_fields=["stopped_at"])
    if wanted is None:
        return running is not None
    key, rule = wanted
    deadline = due(record, rule, at=at, values=policy[1])
    Clock.objects.create(
        machine=record.machine,
        record_id=record.pk,
        key=key,
        side=rule.side,
        started_at=at,
        due_at=deadline.due_at if deadline else None,
        explanation=deadlines.explanation_to_json(deadline.explanation) if deadline else [],
        policy_version=policy[0],
    )
    return True


def running_clock(record: Machine) -> Clock | None:
    """The clock that runs now, if any."""
    return Clock.objects.filter(machine=record.machine, record_id=record.pk, stopped_at__isnull=True).first()
