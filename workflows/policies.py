"""A locality's choices (rulebook §2): defaults in code, versions of them as rows.

What may be chosen is listed here; nothing else is switchable, for states and steps are code. Units:
``due_days`` and ``reminders.every_days`` are working days, ``recent_proof_hours`` hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from workflows.machines.base import Machine
from workflows.models import Policy
from workflows.refusals import Incomplete
from workflows.registry import registry
from workflows.remembering import remembered

FLAGS = ("unit_officer_may_submit", "external_consultation_needs_head", "silence_is_agreement")
# When the holder is reminded (rulebook §4): at half time, the day before, the day itself, and then
# every so many working days, their head from the second time on.
REMINDERS: dict[str, Any] = {"half_time": True, "day_before": True, "due_day": True, "every_days": 2}
DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(FLAGS, False),
    "recent_proof_hours": 12,
    "reminders": REMINDERS,
    "due_days": {},
}
# Time limits that no clock counts from a step: the date that a request for opinions proposes, and
# within which a meeting is to be held.
_BESIDE_THE_CLOCKS = {"opinion.requested": 15, "meeting.scheduled": 15}

MOST_DAYS = 60
MOST_HOURS = 72
MOST_DAYS_BETWEEN_REMINDERS = 10


def policy_for(scope: str, at: datetime) -> tuple[int, dict[str, Any]]:
    """The version in force for a locality at ``at`` and its values over the defaults.

    The newest version that has begun is in force; version 0 is the defaults alone.
    """
    for version, valid_from, values in _versions(scope):
        if valid_from <= at:
            return version, values
    return 0, DEFAULTS


@remembered
def _versions(scope: str) -> tuple[tuple[int, datetime, dict[str, Any]], ...]:
    """The versions of a locality, the newest first: number, since when, values over the defaults."""
    rows = Policy.objects.filter(scope=scope).order_by("-version")
    return tuple((row.version, row.valid_from, over_defaults(row.values)) for row in rows)


def newest_policy(scope: str) -> Policy | None:
    """The newest version of a locality, begun or not; None where it never made one."""
    return Policy.objects.filter(scope=scope).order_by("-version").first()


def values_of(scope: str, version: int) -> dict[str, Any]:
    """What one version of a locality's policy says; what a clock was counted by stays what it was."""
    row = Policy.objects.filter(scope=scope, version=version).first()
    return over_defaults(row.values) if row else DEFAULTS


def over_defaults(values: Mapping[str, Any]) -> dict[str, Any]:
    """Stored values, which hold only what differs, completed by the defaults."""
    return {**DEFAULTS, **values, "reminders": {**REMINDERS, **values.get("reminders", {})}}


def flag(record: Machine, name: str) -> bool:
    """A yes-or-no choice of the record's home locality, as of the record's last move."""
    assert registry.scope is not None
    return bool(policy_for(registry.scope(record), record.moved_at)[1][name])


def default_days() -> dict[str, int]:
    """``machine.state`` → the rulebook's time limit in working days, where a locality may set another.

    A state whose due date is set by a person (an answer by, a session on) has none.
    """
    clocks = {
        f"{name}.{state}": rule.days
        for name, model in registry.machines.items()
        for state, rule in model.CLOCKS.items()
        if rule.days is not None
    }
    return clocks | _BESIDE_THE_CLOCKS


def days_of(values: Mapping[str, Any], key: str) -> int:
    """The time limit ``machine.state`` under these values, in working days."""
    return int(values["due_days"].get(key) or default_days()[key])


def clean_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from the defaults, checked.

    Raises ``Incomplete`` with one sentence for each value that cannot be: ``due_days.issue.triage``
    names a time limit, ``reminders.every_days`` a part of the reminders.
    """
    problems: dict[str, str | Promise] = {}
    for name in given.keys() - DEFAULTS.keys():
        problems[name] = _("This is not a choice of a locality.")
    cleaned: dict[str, Any] = {name: _flag(name, given, problems) for name in FLAGS}
    cleaned["recent_proof_hours"] = _whole(
        given.get("recent_proof_hours", DEFAULTS["recent_proof_hours"]),
        "recent_proof_hours",
        MOST_HOURS,
        problems,
    )
    cleaned["reminders"] = _clean_reminders(given.get("reminders", {}), problems)
    cleaned["due_days"] = _clean_days(given.get("due_days", {}), problems)
    if problems:
        raise Incomplete(problems)
    return {name: value for name, value in cleaned.items() if value != DEFAULTS[name]}


def _flag(name: str, given: Mapping[str, Any], problems: dict[str, str | Promise]) -> bool:
    value = given.get(name, DEFAULTS[name])
    if not isinstance(value, bool):
        problems[name] = _("Say yes or no.")
    return bool(value)


def _clean_reminders(given: Mapping[str, Any], problems: dict[str, str | Promise]) -> dict[str, Any]:
    for name in given.keys() - REMINDERS.keys():
        problems[f"reminders.{name}"] = _("This is not a choice of a locality.")
    chosen = {**REMINDERS, **given}
    for name in ("half_time", "day_before", "due_day"):
        if not isinstance(chosen[name], bool):
            problems[f"reminders.{name}"] = _("Say yes or no.")
    every = _whole(chosen["every_days"], "reminders.every_days", MOST_DAYS_BETWEEN_REMINDERS, problems)
    return {name: chosen[name] for name in REMINDERS} | {"every_days": every}


def _clean_days(given: Mapping[str, Any], problems: dict[str, str | Promise]) -> dict[str, int]:
    defaults = default_days()
    cleaned = {}
    for key, value in given.items():
        if key not in defaults:
            problems[f"due_days.{key}"] = _("There is no such time limit.")
            continue
        days = _whole(value, f"due_days.{key}", MOST_DAYS, problems)
        if days != defaults[key]:
            cleaned[key] = days
    return cleaned


def _whole(value: Any, name: str, most: int, problems: dict[str, str | Promise]) -> int:
    """A whole number from 1 to ``most``; 0 where it is none, with the problem noted."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most:
        return value
    problems[name] = _("Give a whole number from 1 to %(most)d.") % {"most": most}
    return 0
