"""A running clock counted again because a policy began or a calendar changed: never silently.

The new due moment is counted from the clock's own start. It becomes an act of the system that tells
the holders and their heads (ADR 0008); a clock that has stopped is a past result and never changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from workflows import clocks, engine
from workflows.machines.base import Machine
from workflows.models import Event


@dataclass(frozen=True)
class Occasion:
    """Why clocks are counted again: ``policy`` or ``calendar``, its version, and the decision."""

    why: str
    version: int
    basis: str


def move_due_date(record: Machine, occasion: Occasion, *, at: datetime) -> Event | None:
    """Count the record's running clock again by what holds at ``at``; the event where that moves it.

    None where the due moment stays. Any number of workers may do this at once: the second finds
    nothing to move.
    """

    def work(fresh: Machine) -> Event | None:
        moved = clocks.recount(fresh, at=at, why=occasion.why)
        if moved is None:
            return None
        why = {"of": occasion.why, "version": occasion.version}
        data = {**moved.as_data(), "why": why, "basis": occasion.basis}
        return engine.act(fresh, "move_due_date", by=None, at=at, data=data)

    return engine.through_door(record, {}, work, by=None, at=at)
