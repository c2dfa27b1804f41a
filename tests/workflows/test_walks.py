"""Rule-based walks over the issue machine and what hangs on it (issue 2, "must show" 7).

Hypothesis draws the order of the rules and the seed of a walk's own choices, in batches: drawn one by
one, or all in one batch, they would be too much alike. A walk takes legal steps and acts by people who
may, and tries what must be refused. After every action all of ``walk_checks`` holds. ``WALKS`` says how
many walks (50; the proof runs 500), ``WALK_ACTIONS`` how long each is.
"""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.workflows.walk_moves import COUNTERPART, Possible
from tests.workflows.walk_tables import STATES, STEPS
from tests.workflows.walk_world import HOME, OTHER, THIRD, World
from workflows import engine

pytestmark = pytest.mark.slow

WALKS = int(os.environ.get("WALKS", "50"))
ACTIONS = int(os.environ.get("WALK_ACTIONS", "12"))
BATCH = 4
# A failure tells its whole story; making it shorter takes minutes, so that is asked for.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate) + (
    (Phase.shrink,) if os.environ.get("WALK_SHRINK") else ()
)
TALLY: dict[str, Counter[str]] = {
    name: Counter()
    for name in ("walks", "actions", "acts", "steps", "states", "refusals", "substitutions", "swept")
}
# Where a walk sets out from: chance alone would seldom come far.
TO_TRIAGE = ("hand_up", "submit", "accept")
TO_LEADER = (*TO_TRIAGE, "propose", "endorse", "pass_to_leader")
TO_MEETING = (*TO_LEADER, "approve_bilateral", "invite")
STARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ()),
    ("", TO_TRIAGE),
    ("", (*TO_TRIAGE, "consult")),
    ("bilateral", TO_LEADER),
    ("bilateral", TO_MEETING),
    ("bilateral", (*TO_MEETING, "accept_slot", "record_held", "share_minutes")),
    ("council", (*TO_LEADER, "approve_council", "file")),
    ("council", (*TO_LEADER, "approve_council", "file", "screen", "schedule")),
    ("central", (*TO_LEADER, "approve_central")),
    ("bilateral", (*TO_MEETING, "accept_slot", "record_held", "share_minutes", *["confirm_minutes"] * 3)),
    ("directive", (*TO_LEADER, "direct")),
    ("directive", (*TO_LEADER, "direct", "take_on", "report", "verify")),
    ("settle", (*TO_TRIAGE, "propose", "settle", "take_on", "report")),
    ("decline", (*TO_TRIAGE, "propose")),
)


class Walk(RuleBasedStateMachine):
    """One walk, in a transaction that is rolled back at its end."""

    batch = 0

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()

    @initialize(seed=st.integers(0, 2**64 - 1))
    def begin(self, seed: int) -> None:
        """One to three issues of two or three localities, brought a part of the way."""
        self.chance = random.Random(f"{self.batch} {seed}")
        self.world = World(TALLY, officer_may_submit=self.chance.choice([False, True]))
        sides = self.chance.choice([(HOME, OTHER), (HOME, OTHER, THIRD)])
        kinds = self.chance.choice([["land", "funding"], ["mechanism"], ["environment"]])
        self.world.begin(sides, self.chance.choice([1, 1, 2, 3]), kinds)
        route, steps = self.chance.choice(STARTS)
        for step in steps:
            self._each(step, route)

    @rule()
    def step(self) -> None:
        """One to four legal steps by people who may: as many as of all the rest together."""
        for _ in range(self.chance.randint(1, 4)):
            move = self.world.draw_step(self.chance.choice)
            if move:
                self._take(move)

    @rule()
    def act(self) -> None:
        """What is not a step."""
        acts = list(self.world.moves.acts(self.world.now))
        names = sorted({name for name, *_rest in acts})
        if names:
            name = self.chance.choice(names)
            _name, record, player, given = self.chance.choice([row for row in acts if row[0] == name])
            self.world.act(name, record, player, given)

    @rule()
    def write(self) -> None:
        """The unit amends its content, or the focal point attaches a file."""
        issues = self.world.now.of("issue")
        issue = self.chance.choice(issues)
        unit = [p for p in self.world.moves.players if p.body == issue.unit_id]
        if issue.state in {"draft", "returned"}:
            level = self.chance.choice(["officer", "head"])
            writer = next(player for player in unit if player.level == level)
            self.world.amend(issue, writer, self.chance.choice(["Đã họp ba lần.", "Đã họp."]))
        else:
            officer = self.world.cast.by_name[f"{HOME}.skhdt.officer"]
            if issue.code:
                self.world.attach(issue, officer, self.chance.choice([True, False]))

    @rule()
    def by_document(self) -> None:
        """A counterpart's step recorded "theo văn bản số …", then countersigned or refused."""
        moves = [m for m in self.world.possible() if set(m.row.who) & COUNTERPART and m.players]
        if not moves:
            return
        move = self.chance.choice(moves)
        if self.world.record_document(move, self.chance.choice):
            self._countersign(move.record)

    @rule()
    def chase(self) -> None:
        """Remind twice, let the time run out, and give up where the rulebook lets one."""
        waiting = [
            row for row in self.world.now.of("meeting") if row.state in {"invited", "held", "minutes_shared"}
        ]
        if not waiting:
            self.world.wait(self.chance.randint(1, 20))
            return
        officer = self.world.cast.by_name[f"{HOME}.skhdt.officer"]
        for _ in range(2):
            self.world.act("remind", self.world.fresh(waiting[0]), officer, {})
        self.world.wait(20)
        for name in ("no_answer", "close_unconfirmed"):
            self._each(name)

    @rule()
    def substitute(self) -> None:
        """A head is away, or comes back: a deputy or an officer of the same body acts for them."""
        world = self.world
        if world.cast.stand_ins and self.chance.random() < 0.5:
            world.end_substitution(self.chance.choice(world.cast.stand_ins))
            return
        taken = {row.replaced for row in world.cast.stand_ins} | {r.substitute for r in world.cast.stand_ins}
        heads = [p for p in world.moves.players if p.level == "head" and p not in taken]
        replaced = self.chance.choice(heads)
        others = [
            p
            for p in world.cast.players
            if p.body == replaced.body and p.level in {"deputy", "officer"} and p not in taken
        ]
        clerks = [p for p in world.cast.players if p.body == replaced.body and p.level == "clerk"]
        if others and clerks:
            kinds = self.chance.choice([[], [], ["land"], ["mechanism"]])
            world.substitute(replaced, self.chance.choice(others), kinds, self.chance.choice([0, 3, 20]))

    @rule()
    def sweep(self) -> None:
        """Time passes, and the clock engine does what it brings about."""
        self.world.wait(self.chance.choice([0, 1, 3, 8]))
        self.world.sweep()

    @rule()
    def wrong_person(self) -> None:
        """Somebody who may not takes a step that others may."""
        moves = self.world.possible()
        if not moves:
            return
        move: Possible = self.chance.choice(moves)
        world, row = self.world, move.row
        facts = world.now.facts(move.record)
        strangers = [
            player
            for player in world.cast.players
            if not row.may(world.cast.roles(player, facts), officer_may_submit=world.officer_may_submit)
        ]
        player = self.chance.choice(strangers)
        self._refused(move, player, {"not_yours", "not_visible"})

    @rule()
    def wrong_state(self) -> None:
        """A step that the state does not know, by whoever could take it elsewhere."""
        record = self.chance.choice(list(self.world.now.records.values()))
        world, facts = self.world, self.world.now.facts(record)
        cells = [
            (row, player)
            for row in STEPS.values()
            if row.machine == record.machine and record.state not in row.source
            for player in world.moves.players
            if row.may(world.cast.roles(player, facts), officer_may_submit=True)
        ]
        if cells:
            row, player = self.chance.choice(cells)
            self._refused(Possible(record, row, (player,)), player, {"wrong_state", "not_visible"})

    @rule()
    def stale(self) -> None:
        """A step on what has moved on since it was read."""
        moves = [m for m in self.world.possible() if m.players and m.record.version > 1]
        if moves:
            move = self.chance.choice(moves)
            player = self.chance.choice(move.players)
            version = self.chance.randint(1, move.record.version - 1)
            # Where each side answers for itself, another side's answer makes nothing stale.
            answers = {"incomplete", "forbidden"} if len(move.row.target) > 1 else set()
            codes = {"stale", "already_done"} | answers
            self._refused(move, player, codes, expected_version=version)

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self.world.end()
        finally:
            transaction.savepoint_rollback(self.savepoint)

    def _take(self, move: Possible, route: str = "") -> None:
        def pick(choices: Sequence[Any]) -> Any:
            return route if route and route in choices else self.chance.choice(list(choices))

        self.world.step(move, pick)
        if "countersign" in move.row.needs:
            self._countersign(move.record)

    def _countersign(self, record: Any) -> None:
        waiting = self.world.now.pending[record.machine, record.pk]
        then = self.chance.choice(["countersign", "refuse_record", "later"])
        if waiting and then != "later":
            head = self.world.cast.by_name[f"{HOME}.skhdt.head"]
            given = {"pending": waiting[0].pk, "reason": "Văn bản không đúng thẩm quyền."}
            self.world.act(then, self.world.fresh(record), head, given)

    def _each(self, step: str, route: str = "") -> None:
        """Take a step once on every record where it is possible, one record after the other."""
        done: set[int] = set()
        while True:
            found = self.world.moves.possible(self.world.now, self.world.at)
            left = [m for m in found if m.row.name == step and m.record.pk not in done]
            if not left:
                return
            done.add(left[0].record.pk)
            self._take(left[0], route)

    def _refused(self, move: Possible, player: Any, codes: set[str], **keywords: Any) -> None:
        world = self.world
        record = world.fresh(move.record)

        def attempt() -> None:
            engine.perform(record, move.row.name, by=player.person, at=world.at, data={}, **keywords)

        world.refused(f"{move} by {player}", attempt, codes)


@pytest.mark.django_db
def test_walks(record_property, capsys):
    """Every walk keeps every invariant."""
    # CI walks the same ways every time; a proof walks new ones and remembers what failed.
    always_the_same = "WALKS" not in os.environ
    database = None if always_the_same else DirectoryBasedExampleDatabase("var/cache/hypothesis")
    rules = settings(
        max_examples=BATCH,
        stateful_step_count=ACTIONS,
        deadline=None,
        print_blob=True,
        report_multiple_bugs=False,
        database=database,
        derandomize=always_the_same,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )
    batch = 0
    while TALLY["walks"]["all"] < WALKS:
        run_state_machine_as_test(type(f"Walk{batch}", (Walk,), {"batch": batch}), settings=rules)
        batch += 1
    figures = {
        "walks": TALLY["walks"]["all"],
        "actions": TALLY["actions"]["all"],
        "steps taken": sum(TALLY["steps"].values()),
        "kinds of step": f"{len(TALLY['steps'])} of {len(STEPS)}",
        "acts done": sum(TALLY["acts"].values()),
        "substitutions": TALLY["substitutions"]["all"],
        "done by the sweeps": sum(n for what, n in TALLY["swept"].items() if what != "overtaken"),
        "refusals, nothing written": sum(TALLY["refusals"].values()),
        "states reached": f"{len(set(TALLY['states']) & {'.'.join(k) for k in STATES})} of {len(STATES)}",
    }
    untaken = sorted({f"{machine}.{step}" for machine, step in STEPS} - set(TALLY["steps"]))
    for name, value in figures.items():
        record_property(name, value)
    with capsys.disabled():
        words = "; ".join(f"{name}: {value}" for name, value in figures.items())
        sys.stdout.write(f"\n{words}\nnot in these walks: {', '.join(untaken)}\n")
