"""Two processes run at the same record: one wins, once, and the other learns who it was.

Each race meets at a barrier. In every second one a side then starts a moment late, by chance, so
that either comes first.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.services.databases import Database, Shelf
from tests.services.processes import Pair, pair_on
from tests.services.race_worker import Attempt, Outcome

RACES = 50
LATE_SECONDS = 0.04
HEAD, DEPUTY, OFFICER = "binhduong.ubnd.head", "binhduong.ubnd.deputy", "binhduong.ubnd.officer"
NAMES = {HEAD: "Dương Tuấn Kiệt", DEPUTY: "Chế Ngọc Thanh Lam", OFFICER: "Võ Khánh Duy"}

Record = tuple[str, int]
Runners = Callable[[int, Record], tuple[Attempt, Attempt]]


def fill_with_decisions(database: Database) -> None:
    """Issues before the leader, prepared by both processes."""
    half = {"state": "awaiting_committee", "count": RACES // 2}
    with pair_on(database) as pair:
        pair.both("prepare", half, half)


@pytest.fixture
def before_the_leader(shelf: Shelf) -> Iterator[Pair]:
    """Two processes, and fifty issues that wait for the leader's decision."""
    with pair_on(shelf.copy(shelf.template("decisions", fill_with_decisions))) as pair:
        yield pair


def run_races(pair: Pair, runners: Runners) -> list[tuple[Outcome, Outcome]]:
    """One race per issue; checks what every race has in common."""
    issues = pair.ask("issues_in", state="awaiting_committee")
    assert len(issues) == RACES
    since = pair.ask("last_ids")
    attempts = [staggered(number, *runners(number, issue)) for number, issue in enumerate(issues)]
    outcomes = list(
        zip(
            *pair.both(
                "run", {"attempts": [one for one, _ in attempts]}, {"attempts": [two for _, two in attempts]}
            ),
            strict=True,
        )
    )
    told = pair.ask("told_since", since=since)
    assert set(told) == set(issues), "nothing happened to any other record"
    batches: dict[tuple[str, str, str], set[str]] = {}
    for issue, race in zip(issues, outcomes, strict=True):
        batch = judge(race, told[issue])
        batches.setdefault((*batch[0],), set()).add(repr(batch[1:]))
    for step, kinds in batches.items():
        assert len(kinds) == 1, f"{step}: the batch of notices differs between races: {kinds}"
    assert pair.ask("ill") == []
    return outcomes


def staggered(number: int, first: Attempt, second: Attempt) -> tuple[Attempt, Attempt]:
    """Even races start at once; in odd ones a side is late."""
    chance = random.Random(number)
    delay = chance.uniform(0, LATE_SECONDS) if number % 2 else 0.0
    if chance.random() < 0.5:
        return replace(first, delay=delay), second
    return first, replace(second, delay=delay)


def judge(race: tuple[Outcome, Outcome], told: dict[str, list[tuple[str, ...]]]) -> tuple[object, ...]:
    """One winner, one event, one batch of notices; the loser knows of it. Returns the batch."""
    assert not [one.error for one in race if one.error]
    assert [one.won for one in race].count(True) == 1, race
    winner, loser = sorted(race, key=lambda one: not one.won)
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
    assert notices, "somebody heard of it"
    assert len(notices) == len(set(notices)), "nobody heard twice"
    return (name, step, channel), events, notices


def orders(outcomes: list[tuple[Outcome, Outcome]], label: Callable[[Outcome], str]) -> Counter[str]:
    """Who won how often; both must have. Says how many races truly overlapped."""
    wins = Counter(label(one if one.won else two) for one, two in outcomes)
    met = sum(max(one.began, two.began) < min(one.ended, two.ended) for one, two in outcomes)
    print(f"{len(outcomes)} races, {met} of them overlapping, won by {dict(wins)}")
    assert met > len(outcomes) / 2
    return wins


def test_two_people_decide_at_once(before_the_leader):
    """The Chairman and the Vice-chairman in charge: the same decision, or opposite ones."""

    def runners(number: int, issue: Record) -> tuple[Attempt, Attempt]:
        other = (
            Attempt("engine", issue, "return_to_focal", DEPUTY, data={"reason": "Cần làm rõ tiến độ."})
            if number % 4 < 2
            else Attempt("engine", issue, "approve_bilateral", DEPUTY)
        )
        return Attempt("engine", issue, "approve_bilateral", HEAD), other

    outcomes = run_races(before_the_leader, runners)
    assert min(orders(outcomes, lambda one: one.by).values()) > 0
    assert len(orders(outcomes, lambda one: one.by)) == 2
    lost = Counter(one.refusal for race in outcomes for one in race if not one.won)
    assert set(lost) == {"already_done", "stale"}


def test_one_person_clicks_twice(before_the_leader):
    """The same page sent twice, also where the step could be taken again."""
    decider = before_the_leader.ask("seat_of", username=HEAD)

    def runners(number: int, issue: Record) -> tuple[Attempt, Attempt]:
        click = (
            Attempt("web", issue, "pass_to_leader", OFFICER, data={"decider": str(decider)})
            if number % 4 < 2
            else Attempt("web", issue, "approve_bilateral", HEAD)
        )
        return click, click

    outcomes = run_races(before_the_leader, runners)
    first_won = Counter("first" if one.won else "second" for one, _ in outcomes)
    assert set(first_won) == {"first", "second"}
    orders(outcomes, lambda one: one.by)


def test_the_page_against_the_link(before_the_leader):
    """The link of the Chairman's mail against the page, opened by the deputy or by the Chairman."""
    links = before_the_leader.ask("send_links", username=HEAD)

    def runners(number: int, issue: Record) -> tuple[Attempt, Attempt]:
        by_link = Attempt("link", issue, "approve_bilateral", HEAD, link=links[issue[1]])
        return by_link, Attempt("web", issue, "approve_bilateral", DEPUTY if number % 4 < 2 else HEAD)

    outcomes = run_races(before_the_leader, runners)
    assert set(orders(outcomes, lambda one: one.way)) == {"link", "web"}
