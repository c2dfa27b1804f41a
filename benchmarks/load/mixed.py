"""Mixed load: people acting, sockets connected, processes dying, and what is left at the end."""

from __future__ import annotations

import multiprocessing
import statistics
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.load.acting import Actor, Tally
from benchmarks.load.answers import roster
from benchmarks.load.crowd import Device, gather, raise_file_limit
from benchmarks.load.house import House, Kill, Placed, Sample
from benchmarks.load.post import Post
from tests.services.crowd_jobs import NAME
from tests.services.databases import Shelf
from tests.services.processes import Crew
from tests.services.serving import wait_until

# Of the sockets: so many to a person, and every fourth is a telephone.
PER_PERSON = 4
PHONES = 4
SAMPLES = 60
JOIN_SECONDS = 180.0
DRAIN_SECONDS = 180.0
_context = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Size:
    """How much of it: ``think`` is the mean pause of a person, ``stays`` of a telephone's connection."""

    seconds: float
    people: int
    sockets: int
    kills: int
    think: float
    stays: float
    # Of the crowd, so many sit at the focal point of the first home and hear of everything there.
    told: int


@dataclass
class Outcome:
    """What is to be judged."""

    tally: Tally
    kills: list[Kill]
    crowd: dict[str, Any]
    holes: list[str]
    unsent: dict[str, int]
    never_accepted: int
    sent_twice: int
    audit: str
    complaints: list[str]
    samples: dict[str, list[Sample]]
    began: float
    ended: float
    events: int
    mails: int
    drained_in: float = field(default=0.0)

    def outside_of_kills(self) -> list[str]:
        """Connections that were lost although nobody had killed their server."""
        return [
            words
            for port, at, words in self.tally.lost
            if not any(kill.port == port and kill.at <= at <= kill.back + 1 for kill in self.kills)
        ]

    def growth(self, name: str) -> tuple[Sample, Sample]:
        """A process in the first and in the last third: medians of memory and sockets.

        The first half of the first third is left out: what is loaded once is loaded there.
        """
        third = (self.ended - self.began) / 3
        early = [one for one in self.samples[name] if third / 2 <= one.at - self.began <= third]
        late = [one for one in self.samples[name] if 2 * third <= one.at - self.began <= 3 * third]
        return _median(early), _median(late)


def _median(samples: list[Sample]) -> Sample:
    assert samples, "too short a run to be compared"
    return Sample(
        samples[0].at,
        round(statistics.median(one.memory for one in samples)),
        round(statistics.median(one.sockets for one in samples)),
    )


def run(size: Size, shelf: Shelf, redis_url: str, logs: Path) -> Outcome:
    """Everything from a fresh copy of the people's database to the last notice read."""
    raise_file_limit()
    with ExitStack() as stack:
        post = Post()
        post.open()
        stack.callback(post.close)
        copy = shelf.copy(shelf.people())
        database = Placed(copy.url, copy.var_dir, redis_url, post.url)
        crew = Crew(database, 1)
        stack.callback(crew.stop)
        house = House(database, logs)
        stack.callback(house.stop_all)
        house.start_all()
        ours, theirs = _context.Pipe()
        devices = _devices(size, crew)
        crowd = _context.Process(target=gather, args=(theirs, house.ports, devices), daemon=True)
        crowd.start()
        stack.callback(crowd.kill)
        assert ours.poll(JOIN_SECONDS), "the sockets did not all join"
        assert ours.recv() == size.sockets
        began, ended, tally = _act(size, house, post)
        drained = time.monotonic()
        wait_until(
            lambda: not crew.ask("open_letters"),
            "the outbox drains",
            *house.programs.values(),
            seconds=DRAIN_SECONDS,
        )
        drained_in = time.monotonic() - drained
        ours.send(crew.ask("ends_of", usernames=sorted({device.username for device in devices})))
        assert ours.poll(JOIN_SECONDS), "the sockets did not report"
        found: dict[str, Any] = ours.recv()
        letters = crew.ask("letters")
        sent = [pk for pk, status in letters.items() if status == "sent"]
        names = crew.ask("message_ids", pks=sent).values()
        audit = database.manage("verify_audit")
        return Outcome(
            tally=tally,
            kills=house.kills,
            crowd=found,
            holes=crew.ask("holes"),
            unsent=crew.ask("open_letters"),
            never_accepted=sum(not post.accepted[name] for name in names),
            sent_twice=sum(post.accepted[name] > 1 for name in names),
            audit="" if audit.returncode == 0 else audit.stdout + audit.stderr,
            complaints=house.complaints(),
            samples=house.samples,
            began=began,
            ended=ended,
            events=crew.ask("last_ids")["event"],
            mails=len(sent),
            drained_in=drained_in,
        )


def _devices(size: Size, crew: Crew) -> list[Device]:
    """Two for each who acts, the others for people who only hear, ``PER_PERSON`` to each."""
    acting = [name for name in roster(size.people) for _ in range(2)][: size.sockets]
    count = -(-(size.sockets - len(acting)) // PER_PERSON)
    crew.ask("many_people", count=count, told=min(size.told, count))
    hearing = [NAME.format(number % count) for number in range(size.sockets - len(acting))]
    names = [*acting, *hearing]
    sessions = crew.ask("sessions_of", usernames=names)
    return [
        Device(name, session, size.stays if number % PHONES == 0 else 0.0, number)
        for number, (name, session) in enumerate(zip(names, sessions, strict=True))
    ]


def _act(size: Size, house: House, post: Post) -> tuple[float, float, Tally]:
    """Everybody acts while processes die; returns when it began and ended, and what happened to them."""
    actors = [
        Actor(name, house.ports, post, think=size.think, seed=seed)
        for seed, name in enumerate(roster(size.people))
    ]
    stopped = threading.Event()
    every = size.seconds / SAMPLES
    watching = threading.Thread(target=house.watch, args=(stopped, every), daemon=True)
    began = time.monotonic()
    for one in (*actors, watching):
        one.start()
    for number in range(size.kills):
        for place, name in enumerate(("web-2", "worker-2")):
            # Spread over the run, and never both kinds at once.
            due = began + size.seconds * (number + 0.3 + 0.3 * place) / size.kills
            time.sleep(max(0.0, due - time.monotonic()))
            house.kill(name)
    time.sleep(max(0.0, began + size.seconds - time.monotonic()))
    ended = time.monotonic()
    stopped.set()
    for actor in actors:
        actor.stopped.set()
    for actor in actors:
        actor.join(90)
    watching.join(10)
    return began, ended, Tally.of(actor.tally for actor in actors)
