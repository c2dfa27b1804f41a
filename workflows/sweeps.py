"""What time alone brings about, through the engine, as the system; safe to run any number of times."""

from __future__ import annotations

from datetime import datetime

from workflows.registry import registry


def sweep(now: datetime) -> int:
    """Run every registered sweep once; returns how many steps were taken."""
    return sum(run(now) for run in registry.sweeps or ())
