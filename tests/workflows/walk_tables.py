"""The rulebook's tables, read by the walks alone: whose turn, which clock, who, who is told."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

RULEBOOK = Path(__file__).parents[2] / "docs" / "rulebook"
# The machines that this issue builds; plans and reports come later.
MACHINES = ("issue", "opinion", "meeting", "dossier", "commitment")


def _rows(name: str) -> list[dict[str, str]]:
    with (RULEBOOK / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class StateRow:
    """One row of states.csv."""

    turn: str
    clock: str
    side: str
    terminal: bool


@dataclass(frozen=True)
class StepRow:
    """One row of steps.csv."""

    machine: str
    name: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    who: tuple[str, ...]
    needs: str
    told: tuple[str, ...]

    def may(self, roles: set[str], *, officer_may_submit: bool) -> bool:
        """Whether one of these roles is named; ``policy:`` only where the locality says so."""
        for word in self.who:
            role = word.removeprefix("policy:")
            if role in roles and (role == word or officer_may_submit):
                return True
        return False


def _split(text: str, mark: str = "|") -> tuple[str, ...]:
    return tuple(part for part in text.split(mark) if part)


STATES = {
    (row["machine"], row["state"]): StateRow(
        row["turn"], row["clock_days"], row["clock_side"], bool(row["terminal"])
    )
    for row in _rows("states")
    if row["machine"] in MACHINES
}
STEPS = {
    (row["machine"], row["step"]): StepRow(
        row["machine"],
        row["step"],
        _split(row["from"]),
        _split(row["to"]),
        _split(row["who"]),
        row["needs"],
        _split(row["told"], "+"),
    )
    for row in _rows("steps")
    if row["machine"] in MACHINES
}
_ACT_ROWS = {name.strip(): row for row in _rows("acts") for name in row["act"].split("/")}
# What acts.csv writes in prose.
_ACT_TOLD = {
    "the holders and their heads": ("holders",),
    "home by choice": ("home",),
    "home; a session's day: parties and the council; a body's draft: that body": ("home",),
    "home; a body's draft: that body": ("home",),
    "home": ("home",),
    "parties": ("parties",),
    "nobody": (),
    "as the step": (),
    "the next holder": (),
}
ACT_TOLD = {name: _ACT_TOLD[row["told"]] for name, row in _ACT_ROWS.items()}
ACT_BUMPS = {name: row["bumps version"] == "yes" for name, row in _ACT_ROWS.items()}
