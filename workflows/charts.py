"""A machine as a picture for people: whose step it is from left to right, how far it is from top to bottom.

The flow's own BPMN chart of sixteen states is for other tools; nobody reads it. Here each state stands
in the lane of whose turn it is, forward steps go down, steps that turn a file back go up in a lighter
line, and a state says how many open records stand in it and whether the record at hand is there.
Everything is read from the machine's declarations, nothing is placed by hand.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workflows.machines.base import Machine

BOX_WIDTH, BOX_HEIGHT = 150, 48
LANE_WIDTH, ROW_HEIGHT = 176, 84
HEADER, MARGIN = 44, 12
LINE = 17
LETTERS_PER_LINE = 21

# The first word of a state's turn (docs/rulebook/states.csv) → the lane it stands in.
_LANES: dict[str, str] = {
    "reporting": "unit",
    "focal": "focal",
    "accountable": "focal",
    "committee": "committee",
    "decider": "committee",
    "consulted": "consulted",
    "meeting": "together",
    "each": "together",
    "other": "other",
    "dossier": "council",
    "council": "council",
    "commitments": "lead",
    "lead": "lead",
}
LANE_LABELS: dict[str, str | Promise] = {
    "unit": _("Reporting unit"),
    "focal": _("Focal point"),
    "committee": _("People's Committee"),
    "consulted": _("Consulted bodies"),
    "other": _("The other localities"),
    "together": _("The localities together"),
    "council": _("Regional Council"),
    "lead": _("Lead bodies"),
}


@dataclass(frozen=True)
class Box:
    """One state: where it stands, what it says, and what is in it now."""

    state: str
    lines: tuple[tuple[float, str], ...]
    x: int
    y: int
    count: int | None
    here: bool
    visited: bool
    terminal: bool
    hint: str

    @property
    def middle(self) -> int:
        return self.x + BOX_WIDTH // 2

    @property
    def foot(self) -> int:
        return self.y + BOX_HEIGHT


@dataclass(frozen=True)
class Arrow:
    """The steps from one state to another; ``way`` is forward, back, loop or end."""

    path: str
    way: str
    hint: str


class Chart:
    """The layout of one machine; ``svg`` draws it.

    ``counts`` are open records per state, ``here`` the state of the record at hand, ``visited`` the
    states it has been in.
    """

    def __init__(
        self,
        model: type[Machine],
        *,
        counts: Mapping[str, int] | None = None,
        here: str = "",
        visited: Collection[str] = (),
    ) -> None:
        self.model = model
        self.counts = counts
        self.here = here
        self.visited = frozenset(visited)
        self.states = [str(value) for value in model.State.values]

    @cached_property
    def arrows_between(self) -> dict[tuple[str, str], list[str]]:
        """(source, target) → the labels of the steps that lead there."""
        found: dict[tuple[str, str], list[str]] = {}
        for info in self.model.steps().values():
            for source in info.source:
                for target in info.target:
                    found.setdefault((source, target), []).append(str(info.label))
        return found

    @cached_property
    def ranks(self) -> dict[str, int]:
        """How far down each state stands: the longest forward way to it; ends stand below all."""
        order = {state: index for index, state in enumerate(self.states)}
        ranks = dict.fromkeys(self.states, 0)
        going_on = [state for state in self.states if state not in self.model.TERMINAL]
        for state in going_on:
            for source, target in self.arrows_between:
                if target == state and source in going_on and order[source] < order[state]:
                    ranks[state] = max(ranks[state], ranks[source] + 1)
        last = max(ranks[state] for state in going_on) + 1
        return {state: last if state in self.model.TERMINAL else rank for state, rank in ranks.items()}

    def lane_of(self, state: str) -> str:
        """Whose turn the state is, as a lane."""
        word = self.model.TURNS.get(state, "").split(".")[0].split("+")[0].split(";")[0].split(" ")[0]
        return _LANES[word] if word else ""

    @cached_property
    def lanes(self) -> list[str]:
        """The lanes that this machine uses; its ends stand below them and need none."""
        used = {self.lane_of(state) for state in self.states if state not in self.model.TERMINAL}
        return [lane for lane in LANE_LABELS if lane in used]

    @cached_property
    def places(self) -> dict[str, tuple[int, int]]:
        """State → (column, row); two states of one lane and rank stand below each other."""
        taken: set[tuple[int, int]] = set()
        places: dict[str, tuple[int, int]] = {}
        shift = 0
        going_on = [state for state in self.states if state not in self.model.TERMINAL]
        for rank in sorted({self.ranks[state] for state in going_on}):
            here = [state for state in going_on if self.ranks[state] == rank]
            lowest = rank + shift
            for state in here:
                column, row = self.lanes.index(self.lane_of(state)), rank + shift
                while (column, row) in taken:
                    row += 1
                taken.add((column, row))
                places[state] = (column, row)
                lowest = max(lowest, row)
            shift = lowest - rank
        ends = [state for state in self.states if state in self.model.TERMINAL]
        below = max(row for _column, row in places.values()) + 1
        for index, state in enumerate(ends):
            places[state] = (index % self.columns, below + index // self.columns)
        return places

    @property
    def columns(self) -> int:
        """How many lanes wide the picture is; ends need room too where the lanes are few."""
        return max(len(self.lanes), 3)

    @property
    def lanes_end(self) -> int:
        """Where the lanes stop: below stand the ends, which are nobody's turn."""
        rows = [row for state, (_column, row) in self.places.items() if state not in self.model.TERMINAL]
        return HEADER + (max(rows) + 1) * ROW_HEIGHT

    @property
    def width(self) -> int:
        return self.columns * LANE_WIDTH + 2 * MARGIN

    @property
    def height(self) -> int:
        rows = max(row for _column, row in self.places.values()) + 1
        return HEADER + rows * ROW_HEIGHT + MARGIN

    @cached_property
    def headings(self) -> list[tuple[int, str, bool]]:
        """(x, label, shaded) of each lane."""
        return [
            (MARGIN + index * LANE_WIDTH, str(LANE_LABELS[lane]), index % 2 == 0)
            for index, lane in enumerate(self.lanes)
        ]

    @cached_property
    def boxes(self) -> dict[str, Box]:
        """Every state at its place."""
        return {state: self._box(state) for state in self.states}

    def _box(self, state: str) -> Box:
        column, row = self.places[state]
        x = MARGIN + column * LANE_WIDTH + (LANE_WIDTH - BOX_WIDTH) // 2
        y = HEADER + row * ROW_HEIGHT + (ROW_HEIGHT - BOX_HEIGHT) // 2
        words = textwrap.wrap(str(self.model.State(state).label), LETTERS_PER_LINE)
        first = y + BOX_HEIGHT / 2 - (len(words) - 1) * LINE / 2 + LINE / 4
        return Box(
            state=state,
            lines=tuple((first + index * LINE, word) for index, word in enumerate(words)),
            x=x,
            y=y,
            count=self.counts.get(state, 0) if self.counts is not None else None,
            here=state == self.here,
            visited=state in self.visited,
            terminal=state in self.model.TERMINAL,
            hint=self._hint(state),
        )

    def _hint(self, state: str) -> str:
        """What can be done from here; for an end: what leads there."""
        if state not in self.model.TERMINAL:
            return "; ".join(str(info.label) for info in self.model.steps_from(state).values())
        leading = [
            f"{self.model.State(source).label}: {' / '.join(labels)}"
            for (source, target), labels in self.arrows_between.items()
            if target == state
        ]
        return "; ".join(leading)

    @cached_property
    def arrows(self) -> list[Arrow]:
        """Lighter lines first, so that the way forward lies on top.

        Nearly every state can come to an end; only the latest one leads there in the picture, the
        others say so in the end's own hint.
        """
        drawn = [
            self._arrow(self.boxes[source], self.boxes[target], labels)
            for (source, target), labels in self.arrows_between.items()
            if target not in self.model.TERMINAL or source == self._comes_last_before(target)
        ]
        return sorted(drawn, key=lambda arrow: ["end", "back", "loop", "forward"].index(arrow.way))

    def _comes_last_before(self, end: str) -> str:
        sources = [source for source, target in self.arrows_between if target == end]
        return max(sources, key=self.states.index)

    def _arrow(self, source: Box, target: Box, labels: list[str]) -> Arrow:
        hint = f"{self._label(source)} → {self._label(target)}: {' / '.join(labels)}"
        if source.state == target.state:
            right, y = source.x + BOX_WIDTH, source.y + BOX_HEIGHT // 2
            return Arrow(f"M {right} {y - 9} c 20 -8, 20 26, 0 18", "loop", hint)
        if target.y > source.y:
            bend = (target.y - source.foot) / 2
            path = (
                f"M {source.middle} {source.foot} C {source.middle} {source.foot + bend:.0f},"
                f" {target.middle} {target.y - bend:.0f}, {target.middle} {target.y}"
            )
            return Arrow(path, "end" if target.terminal else "forward", hint)
        if target.y == source.y:
            start, goal = (
                (source.x + BOX_WIDTH, target.x) if target.x > source.x else (source.x, target.x + BOX_WIDTH)
            )
            y = source.y + BOX_HEIGHT // 2
            on = self.states.index(target.state) > self.states.index(source.state)
            way = "end" if target.terminal else "forward" if on else "back"
            return Arrow(f"M {start} {y} L {goal} {y}", way, hint)
        side = source.x if target.x <= source.x else source.x + BOX_WIDTH
        goal = target.x + BOX_WIDTH if target.x < source.x else target.x
        out = -24 if target.x <= source.x else 24
        y, end = source.y + BOX_HEIGHT // 2, target.y + BOX_HEIGHT // 2
        into = -out if target.x != source.x else out
        path = f"M {side} {y} C {side + out} {y}, {goal + into} {end}, {goal} {end}"
        return Arrow(path, "back", hint)

    def _label(self, box: Box) -> str:
        return str(self.model.State(box.state).label)

    def svg(self) -> str:
        """The picture, in the language active now; its colours come from the page's style sheet or,
        where it stands alone, from its own attributes."""
        return render_to_string(
            "workflows/chart.svg",
            {
                "chart": self,
                "box_width": BOX_WIDTH,
                "box_height": BOX_HEIGHT,
                "lane_width": LANE_WIDTH,
                "half_lane": LANE_WIDTH // 2,
            },
        )
