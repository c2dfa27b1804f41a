"""The rounds: each contender has its turn in each of them, so that a drift of the machine meets all alike."""

from __future__ import annotations

import statistics
import sys
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from benchmarks.floor import Floor
from benchmarks.peers.contenders import Contender, Ours, Raw, WayOfPeer, amounts_of, peer_on, writes
from benchmarks.peers.environment import NotInstalled, wagtail_python
from benchmarks.places import POSTGRES
from tests.services.databases import PostgresShelf
from tests.services.processes import Crew

# Transitions of one turn, of which the median counts: the first ones find the processor's caches cold, which
# costs the floor, the shortest of all, most of its time.
TURN, WARM_UP = 5, 8
WAYS = {
    "stock": ("viewflow alone", "viewflow + same rows"),
    "plain": ("django-fsm + log row", "django-fsm + same rows", "careful ORM", "naive ORM"),
    "moderation": ("Wagtail moderation", "Wagtail moderation, nobody told"),
}
PACKAGES = {
    "stock": ["django", "django-viewflow"],
    "plain": ["django", "django-fsm-2"],
    "moderation": ["django", "wagtail"],
}
Figures = dict[str, Any]


def run(*, full: bool) -> Figures:
    """All contenders, in rounds; ratios are to the floor's turn of the same round."""
    rounds = 60 if full else 12
    figures: Figures = {"rounds": rounds, "transitions a turn": TURN}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="lien-tinh-peers-"))
        shelf = PostgresShelf(Path(folder), server_url=POSTGRES)
        stack.callback(shelf.drop_all)
        contenders = _contenders(stack, shelf, figures)
        for contender in contenders:
            contender.prepare(WARM_UP + 1)
            contender.turn(WARM_UP)
            for _ in range(rounds):
                contender.prepare(TURN)
        sent = {contender.name: contender.statements() for contender in contenders}
        spent: dict[str, list[list[float]]] = {contender.name: [] for contender in contenders}
        for number in range(rounds):
            first = number % len(contenders)
            for contender in contenders[first:] + contenders[:first]:
                spent[contender.name].append(contender.turn(TURN))
    for name, seconds in spent.items():
        figures[name] = _summary(seconds, spent[Raw.name], sent[name])
    return figures


def _contenders(stack: ExitStack, shelf: PostgresShelf, figures: Figures) -> list[Contender]:
    """Ours, the floor, and every peer that can be had; why one cannot goes into the figures."""
    database = shelf.copy(shelf.people())
    crew = Crew(database, 1)
    stack.callback(crew.stop)
    ours = Ours(crew)
    ours.prepare(1)
    ours.turn(1)
    floor = stack.enter_context(closing(Floor(database.url)))
    amounts = amounts_of(floor, ours.taken[0])
    figures["people told, messages, notices answered"] = [amounts.people, amounts.messages, amounts.answered]
    contenders: list[Contender] = [ours, Raw(crew, floor, ours.taken[0])]
    for project, ways in WAYS.items():
        try:
            python = wagtail_python() if project == "moderation" else sys.executable
        except NotInstalled as missing:
            figures |= dict.fromkeys(ways, f"not measured: {missing}")
            continue
        peer = stack.enter_context(peer_on(shelf.copy(None), project, amounts, python))
        versions = peer.ask("versions", packages=PACKAGES[project])
        figures[f"versions, {project}"] = ", ".join(f"{name} {number}" for name, number in versions.items())
        contenders += [WayOfPeer(peer, way) for way in ways]
    return contenders


def _summary(turns: list[list[float]], floor: list[list[float]], sent: list[str]) -> Figures:
    seconds, least = list(map(statistics.median, turns)), min(map(min, turns))
    ratios = [one / statistics.median(raw) for one, raw in zip(seconds, floor, strict=True)]
    return {
        "ratio, median": round(statistics.median(ratios), 1),
        "ratio, quartiles": [round(quartile, 1) for quartile in statistics.quantiles(ratios)[::2]],
        # Other work on the machine can only add: the least of all is what it disturbs least.
        "ratio, least to least": round(least / min(map(min, floor)), 1),
        "ms, median": round(statistics.median(seconds) * 1000, 2),
        "ms, least": round(least * 1000, 2),
        "statements": len(sent),
        **writes(sent),
    }
