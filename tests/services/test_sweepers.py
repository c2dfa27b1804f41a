"""Two sweepers and a person come to the same record at the same moment (rulebook §6).

Both sweepers have planned before they meet the person at the barrier, so that a stale plan meets a
fresh step. In every second race some start a moment late, by chance, so that each comes first at
times. ``SWEEP_RACES`` says how many races of each kind (``make proof``: 100).
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.services.databases import Shelf
from tests.services.processes import Crew
from tests.services.sweep_worker import Race, Result

RACES = int(os.environ.get("SWEEP_RACES", "10"))
# SQLite lets one writer in after the other: a few races show that nobody is turned away.
RACES_ON_SQLITE = 3
# How many records are prepared or raced for in one go: an answer is waited for only so long.
AT_A_TIME = 30
LATE_SECONDS = 0.04
HOLDER = "binhduong.skhdt.head"
# What may happen once to a record that falls due, whoever is first.
ONCE = {
    "lapse": {"lapse", "answer"},
    "conclude": {"conclude_consultation"},
    "unit_silence": {"unit_agrees", "unit_objects"},
    "remind": {"endorse"},
}


@dataclass
class Arena:
    """Two sweepers and a person on one database, and how many races they run."""

    crew: Crew
    races: int
    name: str

    def ask(self, job: str, **keywords: Any) -> Any:
        """Have one of them look something up."""
        return self.crew.ask(job, **keywords)


@pytest.fixture(scope="module")
def arena(shelf: Shelf) -> Iterator[Arena]:
    """One on each kind of database."""
    database = shelf.copy(shelf.people())
    crew = Crew(database, 3)
    sqlite = database.url.startswith("sqlite")
    yield Arena(crew, RACES_ON_SQLITE if sqlite else RACES, "SQLite" if sqlite else "PostgreSQL")
    crew.stop()


def prepare(arena: Arena, sweep: str, count: int) -> list[Race]:
    """So many records on which the sweep has something to do, prepared by all three at once."""
    races: list[Race] = []
    while len(races) < count:
        share = [len(range(worker, min(count - len(races), AT_A_TIME), 3)) for worker in range(3)]
        orders = [("fall_due", {"sweep": sweep, "count": number}) for number in share]
        races += [race for prepared in arena.crew.together(*orders) for race in prepared]
    return [staggered(number, race) for number, race in enumerate(races)]


def staggered(number: int, race: Race) -> Race:
    """Even races start at once; in odd ones each is late by a chance of its own."""
    chance = random.Random(number)
    late = [chance.uniform(0, LATE_SECONDS) if number % 2 else 0.0 for _ in range(3)]
    return replace(race, delays=(late[0], late[1], late[2]))


def run(arena: Arena, races: list[Race]) -> list[tuple[Result, Result, Result]]:
    """Run them all; nobody may have failed, and most of the time all three met on the way."""
    found: list[tuple[Result, Result, Result]] = []
    for start in range(0, len(races), AT_A_TIME):
        heat = races[start : start + AT_A_TIME]
        swept = [("sweep_each", {"races": heat, "runner": runner}) for runner in range(2)]
        first, second, person = arena.crew.together(*swept, ("act_on_each", {"races": heat}))
        found += zip(first, second, person, strict=True)
    assert [result.error for three in found for result in three if result.error] == []
    assert met(found) > len(races) / 2
    return found


def met(found: list[tuple[Result, Result, Result]]) -> int:
    """In how many races each of the three began before any had ended."""
    return sum(max(one.began for one in three) < min(one.ended for one in three) for three in found)


def figures(found: list[tuple[Result, Result, Result]]) -> str:
    """Who came first how often, and how many races really met."""
    first = Counter("a sweeper" if one.won or two.won else "the person" for one, two, _person in found)
    return f"{len(found)} races, in {met(found)} all three overlapped, first: {dict(first)}"


@pytest.mark.parametrize(
    "sweep, refusals",
    [
        ("lapse", {"stale", "already_done"}),
        ("conclude", {"stale", "already_done"}),
        ("unit_silence", {"unit_heard_already"}),
    ],
)
def test_one_of_the_three_is_first_and_the_person_learns_of_it(
    arena: Arena, show: Callable[[str, str], None], sweep: str, refusals: set[str]
) -> None:
    races = prepare(arena, sweep, arena.races)
    found = run(arena, races)
    show(f"{arena.name}, {sweep}", figures(found))
    for race, three in zip(races, found, strict=True):
        assert sum(one.won for one in three) == 1, (race, three)
        happened = [name for name in arena.ask("history", record=race.record) if name in ONCE[sweep]]
        assert len(happened) == 1, (race, happened)
        sweepers, person = three[:2], three[2]
        if person.won:
            assert happened == [race.name]
            assert {one.refusal for one in sweepers} <= {"not_due", "wrong_state"}
        else:
            assert person.refusal in refusals
            assert person.sentence
        if sweep == "lapse":
            issue = arena.ask("issue_of", record=race.record)
            assert arena.ask("history", record=issue).count("conclude_consultation") == 1


def test_one_reminder_at_most_and_the_person_s_step_is_never_refused(
    arena: Arena, show: Callable[[str, str], None]
) -> None:
    races = prepare(arena, "remind", arena.races)
    found = run(arena, races)
    show(f"{arena.name}, remind", figures(found))
    for race, (one, two, person) in zip(races, found, strict=True):
        assert person.won, person
        happened = arena.ask("history", record=race.record)
        assert happened in (["remind", race.name], [race.name]), happened
        assert one.won + two.won == happened.count("remind")
        assert {result.refusal for result in (one, two) if not result.won} <= {"not_due"}
        told = arena.ask("reminded", record=race.record)
        assert len(told) == len(set(told))
        assert (HOLDER in told) == ("remind" in happened)


def test_two_whole_sweeps_and_a_person_leave_nothing_twice_and_nothing_out_of_step(
    arena: Arena, show: Callable[[str, str], None]
) -> None:
    """As workers run: everything that is due, while the person goes from record to record."""
    count = max(arena.races // 5, 1)
    races = [race for kind in ONCE for race in prepare(arena, kind, count)]
    random.Random(7).shuffle(races)
    jobs = ("sweep_all", {}), ("sweep_all", {}), ("act_on_all", {"races": races})
    one, two, person = arena.crew.together(*jobs)
    assert one["failed"] + two["failed"] == []
    assert [result.error for result in person if result.error] == []
    taken = {kind: one["taken"].get(kind, 0) + two["taken"].get(kind, 0) for kind in ONCE}
    by_person = sum(result.won for result in person)
    show(f"{arena.name}, whole sweeps", f"{len(races)} records, swept {taken}, {by_person} by the person")
    for race in races:
        happened = arena.ask("history", record=race.record)
        assert sum(name in ONCE[race.sweep] for name in happened) == 1, (race, happened)
        assert happened.count("remind") <= 1, (race, happened)
    assert arena.ask("sweep_again") == 0, "nothing is left"
    assert arena.ask("ill") == []
