"""A walk that heads for one state, with a mark in everything that anybody writes on the way."""

from __future__ import annotations

import random
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from coordination.actions.issues import attach_file
from tests.journeys.canary_marks import MarkedGivens, Marks
from tests.workflows.walk_data import PDF
from tests.workflows.walk_moves import Possible
from tests.workflows.walk_snapshot import Snapshot
from tests.workflows.walk_tables import STATES, STEPS
from tests.workflows.walk_world import HOME, OTHER, THIRD, World

# In which state of an issue the records of each machine are born.
BORN_IN = {
    "opinion": ("consulting",),
    "meeting": ("bilateral",),
    "dossier": ("council",),
    "commitment": ("implementing",),
}
ROUTE_TO = {"bilateral": "bilateral", "council": "council", "central": "central", "implementing": "settle",
            "declined": "decline"}  # fmt: skip
FAR = 99
# A record that is still to be born is farther away than any that stands.
BIRTH = 20
ACTIONS = 45
DETOUR = 0.08
PATIENCE = 2


@cache
def distances(machine: str, goal: str) -> dict[str, int]:
    """Steps from every state of a machine to ``goal``, by its table."""
    found = {goal: 0}
    queue = deque([goal])
    while queue:
        state = queue.popleft()
        for row in STEPS.values():
            if row.machine == machine and state in row.target:
                for source in row.source:
                    if source not in found:
                        found[source] = found[state] + 1
                        queue.append(source)
    return found


class CanaryWorld(World):
    """Like the walks' world, without their checks: what leaks is looked for at the end."""

    def __init__(self, goal: tuple[str, str], chance: random.Random) -> None:
        self.goal, self.chance, self.marks = goal, chance, Marks()
        self.waited = 0
        super().__init__(defaultdict(Counter), officer_may_submit=False)

    def givens_for(self, sides: Sequence[str]) -> MarkedGivens:
        """Every word of what people write is marked."""
        return MarkedGivens(sides, self.marks)

    def walk(self) -> None:
        """One to three issues, on the way to the goal; with notes and files here and there."""
        sides = self.chance.choice([(HOME, OTHER), (HOME, OTHER, THIRD)])
        count = 3 if self.goal[1] == "merged" else self.chance.choice([1, 1, 2, 3])
        self.begin(sides, count, self.chance.choice([["land", "funding"], ["mechanism"]]))
        for _action in range(ACTIONS):
            if self.reached():
                return
            if self.chance.random() < 0.15:
                self._aside()
            self._one()

    def reached(self) -> bool:
        """Whether some record stands in the goal."""
        machine, state = self.goal
        return any(record.state == state for record in self.now.of(machine))

    def _one(self) -> None:
        """The step that leads nearest to the goal; where none leads nearer, time has to pass."""
        moves = [move for move in self.possible() if move.players or move.row.name == "lapse"]
        best = min((self._far(move) for move in moves), default=FAR)
        aside = [move for move in moves if not self._ends(move)]
        if aside and (self.waited >= PATIENCE or self.chance.random() < DETOUR):
            self.waited = 0
            self.step(self.chance.choice(aside), self._pick)
        elif moves and best < self._now():
            self.waited = 0
            self.step(self.chance.choice([move for move in moves if self._far(move) == best]), self._pick)
        else:
            self.waited += 1
            self._let_time_pass()

    @staticmethod
    def _ends(move: Possible) -> bool:
        """Whether the step ends its record: a walk that goes astray does not go to its death."""
        return any(STATES[move.row.machine, target].terminal for target in move.row.target)

    def _now(self) -> float:
        """How far the goal is from what stands now."""
        machine, state = self.goal
        own = [distances(machine, state).get(record.state, FAR) for record in self.now.of(machine)]
        if machine != "issue":
            own += [self._from_issue(record.state) for record in self.now.of("issue")]
        return min(own, default=FAR)

    def _from_issue(self, state: str) -> int:
        """From an issue's state to where a record of the goal's machine is born."""
        machine, _goal = self.goal
        return BIRTH + min(distances("issue", place).get(state, FAR) for place in BORN_IN[machine])

    def _far(self, move: Possible) -> float:
        """How far the goal still is after this step."""
        machine, state = self.goal
        targets = move.row.target
        if move.row.machine == machine:
            return min(distances(machine, state).get(target, FAR) for target in targets)
        if machine == "issue":
            # An issue is resolved when its commitments are true.
            towards = state in {"resolved", "closed"} and move.row.name in {"take_on", "report", "verify"}
            return self._now() - 0.5 if towards else FAR
        if move.row.machine != "issue":
            return FAR
        return min(self._from_issue(target) for target in targets)

    def _pick(self, choices: Sequence[Any]) -> Any:
        """Routes lead to the goal, everything else is chance."""
        machine, state = self.goal
        wanted = ROUTE_TO.get(BORN_IN[machine][0] if machine in BORN_IN else state, "")
        return wanted if wanted in choices else self.chance.choice(list(choices))

    def _let_time_pass(self) -> None:
        """Two reminders to whoever is waited for, and three weeks."""
        officer = self.cast.by_name[f"{HOME}.skhdt.officer"]
        for record in self.now.of("meeting"):
            if record.state in {"invited", "held", "minutes_shared"}:
                for _ in range(2):
                    self.act("remind", self.fresh(record), officer, {})
        self.wait(21)

    def _aside(self) -> None:
        """A note for home, a note for the parties, a file for either."""
        issue = self.chance.choice(self.now.of("issue"))
        if not issue.code:
            return
        officer = self.cast.by_name[f"{HOME}.skhdt.officer"]
        name = self.chance.choice(["note_internal", "note_shared"])
        text = (
            f"Ghi chú {self.marks.word('text', machine='issue', record_id=issue.pk, name=name, at=self.at)}"
        )
        self.act(name, self.fresh(issue), officer, {"text": text})
        shared = self.chance.choice([True, False])
        field = "shared file" if shared else "file"
        word = self.marks.word(field, machine="issue", record_id=issue.pk, name="attach", at=self.at)
        uploaded = SimpleUploadedFile(f"{word}.pdf", PDF + word.encode(), "application/pdf")
        self._do(
            "attach",
            officer.pk,
            lambda: attach_file(self.fresh(issue), uploaded, by=officer.person, at=self.at, shared=shared),
        )

    def _do(self, label: str, by: int | None, action: Callable[[], Any]) -> None:
        self.at += timedelta(hours=1)
        self.path.append(f"{self.at:%d/%m %H:%M} {label}")
        action()
        self.now = Snapshot()
