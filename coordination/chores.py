"""What is done in the background, and how often: one list for the workers and for the trial's one process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from notifications.tasks import deliver, heartbeat, watch
from workflows.tasks import anchor, sweep


@dataclass(frozen=True)
class Chore:
    """A task, and every how many seconds it is done; ``everywhere`` by each worker, not by one of them.

    ``at_start``: also when the trial starts, not only after the first interval.
    """

    task: Any
    every: float
    everywhere: bool = False
    at_start: bool = True

    @property
    def name(self) -> str:
        return str(self.task.name)


CHORES = (
    Chore(heartbeat, 30.0, everywhere=True),
    Chore(deliver, 1.0),
    Chore(sweep, 60.0),
    Chore(anchor, 60.0),
    # What lay about while the trial was stopped is sent first.
    Chore(watch, 60.0, at_start=False),
)
