"""Who is measured: our step, the floor under it, and the peers, all asked in the same words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Protocol

from benchmarks.floor import NOTICE, Floor
from tests.services.databases import Database
from tests.services.processes import Crew

PROJECTS = Path(__file__).parent / "projects"
PATIENCE_SECONDS = 180
WRITES = ("INSERT", "UPDATE")


@dataclass(frozen=True)
class Amounts:
    """What a step of ours was seen to do, for the peers to do as well."""

    people: int
    messages: int
    answered: int

    @property
    def environment(self) -> dict[str, str]:
        """As the peers read it."""
        return {
            "PEER_PEOPLE": str(self.people),
            "PEER_MESSAGES": str(self.messages),
            "PEER_ANSWERED": str(self.answered),
        }


class Contender(Protocol):
    """One that takes transitions."""

    name: str

    def prepare(self, count: int) -> None:
        """Have so many records wait for it."""

    def turn(self, count: int) -> list[float]:
        """Take so many transitions, one after the other: seconds of each."""

    def statements(self) -> list[str]:
        """What one transition sends, BEGIN and COMMIT left out."""


class Ours:
    """``engine.perform`` in a process of the product's."""

    name = "ours"

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._issues: list[int] = []
        self.taken: list[int] = []

    def prepare(self, count: int) -> None:
        """Issues before the focal head."""
        self._issues += self._crew.ask("issues_before", count=count)

    def turn(self, count: int) -> list[float]:
        """Endorse."""
        return [self._crew.ask("take", issue=self._next()) for _ in range(count)]

    def statements(self) -> list[str]:
        """Of one endorsement."""
        sent: list[str] = self._crew.ask("statements_of", issue=self._next())
        return sent

    def _next(self) -> int:
        self.taken.append(self._issues.pop(0))
        return self.taken[-1]


class Raw:
    """The rows of our step, pipelined by the bare driver."""

    name = "floor"

    def __init__(self, crew: Crew, floor: Floor, like: int) -> None:
        self._crew, self._floor, self._left = crew, floor, floor.left_by(like)
        self._issues: list[int] = []
        self._number = 0

    def prepare(self, count: int) -> None:
        """Issues in the state that ours was in."""
        self._issues += self._crew.ask("issues_before", count=count)

    def turn(self, count: int) -> list[float]:
        """Write the rows for so many issues."""
        return [self._floor.write(self._written()) for _ in range(count)]

    def statements(self) -> list[str]:
        """Of one issue; they go in one round trip."""
        return [text for text, _ in self._written()]

    def _written(self) -> list[tuple[str, list[Any]]]:
        self._number += 1
        return self._floor.statements(self._issues.pop(0), self._left, self._number)


def amounts_of(floor: Floor, issue: int) -> Amounts:
    """What the newest step of an issue did."""
    left = floor.left_by(issue)
    answered = floor.rows(
        f"SELECT id FROM {NOTICE} WHERE machine = 'issue' AND record_id = %s AND done_at = %s",
        issue,
        left.event["at"],
    )
    return Amounts(len(left.notices), len(left.outbox), len(answered))


class Peer:
    """A peer's process."""

    def __init__(self, project: str, python: str, database: Database, amounts: Amounts) -> None:
        self.project = project
        inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        with (database.var_dir / "peer.log").open("w") as log:
            self._process = subprocess.Popen(
                [python, str(PROJECTS / "serve.py"), project],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=inherited | amounts.environment | {"PEER_DATABASE_URL": database.url},
                text=True,
            )

    def ask(self, do: str, **keywords: Any) -> Any:
        """Order and answer; fails with the peer's own traceback."""
        assert self._process.stdin
        assert self._process.stdout
        with suppress(BrokenPipeError):
            print(json.dumps({"do": do, **keywords}), file=self._process.stdin, flush=True)
        assert wait([self._process.stdout.fileno()], PATIENCE_SECONDS), f"{self.project} does not answer"
        line = self._process.stdout.readline()
        assert line, f"{self.project} has ended"
        told = json.loads(line)
        assert "answer" in told, told["error"]
        return told["answer"]

    def stop(self) -> None:
        """Let it end; it is ended where it does not."""
        assert self._process.stdin
        assert self._process.stdout
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class WayOfPeer:
    """One way of a peer to take the transition."""

    def __init__(self, peer: Peer, name: str) -> None:
        self._peer, self.name = peer, name

    def prepare(self, count: int) -> None:
        """Records of its own."""
        self._peer.ask("prepare", way=self.name, count=count)

    def turn(self, count: int) -> list[float]:
        """Its transitions."""
        seconds: list[float] = self._peer.ask("turn", way=self.name, count=count)
        return seconds

    def statements(self) -> list[str]:
        """Of one of them."""
        sent: list[str] = self._peer.ask("statements", way=self.name)
        return sent


@contextmanager
def peer_on(
    database: Database, project: str, amounts: Amounts, python: str = sys.executable
) -> Iterator[Peer]:
    """A peer's process on a database, ended with the block."""
    peer = Peer(project, python, database, amounts)
    try:
        yield peer
    finally:
        peer.stop()


def writes(statements: list[str]) -> dict[str, int]:
    """How many of the statements write, by kind."""
    kinds = Counter(text.split(maxsplit=1)[0] for text in statements)
    return {kind: kinds[kind] for kind in WRITES}
