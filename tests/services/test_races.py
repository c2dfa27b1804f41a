"""Two processes run at the same record: one wins, once, and the other learns who it was.

Each race meets at a barrier. In every second one a side then starts a moment late, by chance, so
that either comes first. Ten files run five rounds: a decision that can be taken again four times,
then the one that calls a meeting.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.services.processes import Pair
from tests.services.race_worker import Attempt, Outcome

FILES, ROUNDS = 10, 5
RACES = FILES * ROUNDS
LATE_SECONDS = 0.04
NAMES = {
    "binhduong.skhdt.head": "Nguyễn Thị Mỹ Duyên",
    "binhduong.skhdt.deputy": "Trịnh Nhật Quang",
    "binhduong.skhdt.officer": "Lý Thị Xuân Đào",
    "binhduong.ubnd.head": "Dương Tuấn Kiệt",
    "binhduong.ubnd.deputy": "Chế Ngọc Thanh Lam",
    "binhduong.ubnd.officer": "Võ Khánh Duy",
}
DIRECTOR, VICE_DIRECTOR, PROPOSER, CHAIRMAN, VICE_CHAIRMAN, OFFICER = NAMES
HEADS = {DIRECTOR, CHAIRMAN}

Record = tuple[str, int]
Runners = tuple[Attempt, Attempt]


class Races:
    """Ten files, and what became of every race for one of them."""

    def __init__(self, pair: Pair, state: str) -> None:
        half = {"state": state, "count": FILES // 2}
        # Each process goes on later with the half that it prepared.
        first, second = pair.both("prepare", half, half)
        self.pair, self.files = pair, [*first, *second]
        self.outcomes: list[tuple[Outcome, Outcome]] = []
        self.figures = ""

    def do(self, *steps: str) -> None:
        """Bring all files on, by real steps of whose turn it is."""
        halves = self.files[: FILES // 2], self.files[FILES // 2 :]
        first, second = ({"records": half, "steps": steps} for half in halves)
        self.pair.both("go_on", first, second)

    def round(self, runners: Callable[[int, Record], Runners]) -> None:
        """One race for each file; checks what every race has in common."""
        ran = len(self.outcomes)
        attempts = [staggered(ran + number, *runners(number, file)) for number, file in enumerate(self.files)]
        since = self.pair.ask("last_ids")
        first, second = self.pair.both(
            "run", {"attempts": [one for one, _ in attempts]}, {"attempts": [two for _, two in attempts]}
        )
        outcomes = list(zip(first, second, strict=True))
        told = self.pair.ask("told_since", since=since)
        assert set(told) == set(self.files), "nothing happened to any other record"
        batches: dict[Any, set[str]] = {}
        for file, race in zip(self.files, outcomes, strict=True):
            decision, batch = judge(race, told[file])
            batches.setdefault(decision, set()).add(batch)
        if not ran:
            # Later on, who has acted on a file before hears of it, too.
            assert {len(found) for found in batches.values()} == {1}, batches
        self.outcomes += outcomes

    def won(self, label: Callable[[Outcome], str]) -> dict[str, int]:
        """Who won how often; every race ran, and most of them met on the way."""
        assert len(self.outcomes) == RACES
        met = sum(max(one.began, two.began) < min(one.ended, two.ended) for one, two in self.outcomes)
        wins = Counter(label(one if one.won else two) for one, two in self.outcomes)
        self.figures = f"{RACES} races, {met} of them overlapping, won by {dict(wins)}"
        assert met > RACES / 2
        return dict(wins)


def staggered(number: int, first: Attempt, second: Attempt) -> Runners:
    """Even races start at once; in odd ones a side is late."""
    chance = random.Random(number)
    delay = chance.uniform(0, LATE_SECONDS) if number % 2 else 0.0
    if chance.random() < 0.5:
        return replace(first, delay=delay), second
    return first, replace(second, delay=delay)


def judge(race: tuple[Outcome, Outcome], told: dict[str, list[Any]]) -> tuple[Any, str]:
    """One winner, one event, one batch of notices; the loser knows of it. Returns the batch."""
    assert not [one.error for one in race if one.error]
    winner, loser = sorted(race, key=lambda one: not one.won)
    assert (winner.won, loser.won) == (True, False), race
    [(name, step, at, channel)] = told["steps"]
    assert (name, step) == (NAMES[winner.by], winner.step)
    assert channel == ("link" if winner.way == "link" else "web")
    if loser.way == "engine":
        assert loser.refusal == ("already_done" if loser.step == step else "stale")
        assert loser.first == (name, step, at)
    else:
        assert loser.status == 409, loser
        assert name in loser.page, "the page names who was first"
    events, notices = sorted(told["events"]), sorted(told["notices"])
    assert len(events) == len(set(events)), "the step and each of its effects happened once"
    assert notices, "somebody heard of it"
    assert len(notices) == len(set(notices)), "nobody heard twice"
    return (name, step, channel), repr((events, notices))


def test_two_people_decide_at_once(pair, show):
    """The same decision, and opposite ones: heads and deputies in charge, and the proposer."""
    races = Races(pair, "awaiting_focal_head")
    others = [
        ("send_back", VICE_DIRECTOR),
        ("recall_proposal", PROPOSER),
    ]

    def small(number: int, file: Record) -> Runners:
        step, by = others[number % 2]
        reason = {"reason": "Cần làm rõ tiến độ."}
        return (
            Attempt("engine", file, "send_back", DIRECTOR, data=reason),
            Attempt("engine", file, step, by, data=reason),
        )

    def great(number: int, file: Record) -> Runners:
        approve = Attempt("engine", file, "approve_bilateral", CHAIRMAN)
        if number % 2:
            return approve, replace(approve, by=VICE_CHAIRMAN)
        return approve, Attempt(
            "engine", file, "return_to_focal", VICE_CHAIRMAN, data={"reason": "Cần làm rõ tiến độ."}
        )

    for _ in range(ROUNDS - 1):
        races.round(small)
        races.do("propose")
    races.do("endorse", "pass_to_leader")
    races.round(great)
    assert set(races.won(lambda one: "one" if one.by in HEADS else "other")) == {"one", "other"}
    show("two people", races.figures)
    lost = {one.refusal for race in races.outcomes for one in race if not one.won}
    assert lost == {"already_done", "stale"}
    assert pair.ask("ill") == []


def test_one_person_clicks_twice(pair, show):
    """The same page sent twice, or the same call; passing a file on could be done again and again."""
    races = Races(pair, "awaiting_committee")
    decider = pair.ask("seat_of", username=CHAIRMAN)

    def pass_on(number: int, file: Record) -> Runners:
        way = "web" if number % 2 else "engine"
        click = Attempt(way, file, "pass_to_leader", OFFICER, data={"decider": decider})
        return click, click

    def approve(_number: int, file: Record) -> Runners:
        click = Attempt("web", file, "approve_bilateral", CHAIRMAN)
        return click, click

    for _ in range(ROUNDS - 1):
        races.round(pass_on)
    races.round(approve)
    assert set(races.won(lambda one: one.by)) == {OFFICER, CHAIRMAN}
    first = sum(one.won for one, _ in races.outcomes)
    show("one person", f"{races.figures}, {first} times by the first process")
    assert {one.won for one, _ in races.outcomes} == {True, False}, "each click came first at times"
    assert pair.ask("ill") == []


def test_the_page_against_the_link(pair, show):
    """The link of a mail against the record's page, opened by a deputy or by the same person."""
    races = Races(pair, "awaiting_focal_head")

    def against(step: str, head: str, deputy: str, links: dict[int, str]) -> Callable[[int, Record], Runners]:
        reason = {"reason": "Cần làm rõ tiến độ."} if step == "send_back" else {}

        def runners(number: int, file: Record) -> Runners:
            by_link = Attempt("link", file, step, head, data=reason, link=links[file[1]])
            return by_link, Attempt("web", file, step, deputy if number % 2 else head, data=reason)

        return runners

    for _ in range(ROUNDS - 1):
        links = pair.ask("send_links", username=DIRECTOR, files=races.files)
        races.round(against("send_back", DIRECTOR, VICE_DIRECTOR, links))
        races.do("propose")
    races.do("endorse", "pass_to_leader")
    links = pair.ask("send_links", username=CHAIRMAN, files=races.files)
    races.round(against("approve_bilateral", CHAIRMAN, VICE_CHAIRMAN, links))
    assert set(races.won(lambda one: one.way)) == {"link", "web"}
    show("web against link", races.figures)
    assert pair.ask("ill") == []
