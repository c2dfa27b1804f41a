"""The project's copy of the rulebook's tables, read by the tests alone.

The product never opens these files: that is what makes them an oracle.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "rulebook"
BUILT = ("issue", "opinion", "meeting", "dossier", "commitment")


@dataclass(frozen=True)
class Step:
    """A row of ``steps.csv``; ``|`` and ``+`` are taken apart."""

    machine: str
    name: str
    vi: str
    en: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    who: str
    needs: str
    by_link: bool
    told: tuple[str, ...]

    @property
    def roles(self) -> frozenset[str]:
        """Who may take the step while no policy flag is set."""
        return frozenset(role for role in self.who.split("|") if not role.startswith("policy:"))

    @property
    def need_names(self) -> set[str]:
        """The needs by name; ``route:bilateral|council`` is one need."""
        left = self.needs
        for routes in ("route:bilateral|council|directive|central",):
            left = left.replace(routes, "route")
        return {word.split(":")[0].split(" ")[0] for word in left.split("|") if word}

    @property
    def routes(self) -> frozenset[str]:
        """The routes a step goes with, where it says so."""
        if "route:" not in self.needs:
            return frozenset()
        words = self.needs.partition("route:")[2].split("|")
        known = ("bilateral", "council", "central", "directive", "settle", "decline")
        return frozenset(word for word in words if word in known)


@dataclass(frozen=True)
class State:
    """A row of ``states.csv``."""

    machine: str
    name: str
    vi: str
    en: str
    turn: str
    clock: str
    side: str
    terminal: bool


@dataclass(frozen=True)
class Act:
    """A row of ``acts.csv``, one for each of the names in its first column."""

    name: str
    vi: str
    who: str
    told: str
    bumps: str


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


STEPS: tuple[Step, ...] = tuple(
    Step(
        machine=row["machine"],
        name=row["step"],
        vi=row["vi"],
        en=row["en"],
        source=tuple(row["from"].split("|")),
        target=tuple(row["to"].split("|")),
        who=row["who"],
        needs=row["needs"],
        by_link=row["by_link"] == "yes",
        told=tuple(row["told"].split("+")),
    )
    for row in _rows("steps.csv")
    if row["machine"] in BUILT
)
STATES: tuple[State, ...] = tuple(
    State(
        machine=row["machine"],
        name=row["state"],
        vi=row["vi"],
        en=row["en"],
        turn=row["turn"],
        clock=row["clock_days"],
        side=row["clock_side"],
        terminal=row["terminal"].startswith("yes"),
    )
    for row in _rows("states.csv")
    if row["machine"] in BUILT
)
EFFECTS: dict[str, str] = {
    row["when"]: row["what happens in the same transaction"] for row in _rows("effects.csv")
}


def act_names(cell: str) -> list[str]:
    """``raise_urgency / confirm_urgency`` → both; ``assign / reassign`` likewise."""
    return [name.strip() for name in cell.split("/")]


ACTS: dict[str, Act] = {
    name: Act(name, row["vi"], row["who"], row["told"], row["bumps version"])
    for row in _rows("acts.csv")
    for name in act_names(row["act"])
}


def steps_of(machine: str) -> dict[str, Step]:
    """The steps of one machine, in the order of the table."""
    return {step.name: step for step in STEPS if step.machine == machine}


def states_of(machine: str) -> dict[str, State]:
    """The states of one machine, in the order of the table."""
    return {state.name: state for state in STATES if state.machine == machine}
