"""A locality's choices (rulebook §2): defaults in code, versions of them as rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workflows.machines.base import Machine
from workflows.models import Policy
from workflows.registry import registry

DEFAULTS: dict[str, Any] = {
    "unit_officer_may_submit": False,
    "external_consultation_needs_head": False,
    "silence_is_agreement": False,
    "recent_proof_hours": 12,
    "due_days": {},
}


def policy_for(scope: str, at: datetime) -> tuple[int, dict[str, Any]]:
    """The version in force for a locality at ``at`` and its values over the defaults.

    Version 0 is the defaults alone.
    """
    row = Policy.objects.filter(scope=scope, valid_from__lte=at).order_by("-version").first()
    return (row.version, {**DEFAULTS, **row.values}) if row else (0, DEFAULTS)


def flag(record: Machine, name: str) -> bool:
    """A yes-or-no choice of the record's home locality, as of the record's last move."""
    assert registry.scope is not None
    return bool(policy_for(registry.scope(record), record.moved_at)[1][name])
