"""Live notices in service: two web processes, Redis between them, devices that come and go."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.services.databases import Database, Shelf
from tests.services.devices import Device, closing_code
from tests.services.processes import Pair, pair_on
from tests.services.serving import Program, ServedDatabase, free_port, web

pytestmark = [pytest.mark.services, pytest.mark.slow]

NOTICES = 1000
ON_THE_MOVE = "binhduong.gtvt.officer"


@dataclass
class Service:
    """Two web processes on one database, and two processes that work on it."""

    ports: list[int]
    programs: list[Program]
    pair: Pair

    def sessions(self, username: str, count: int) -> list[str]:
        """So many devices of a person, signed in."""
        return [self.pair.ask("session_of", username=username) for _ in range(count)]


@pytest.fixture(scope="module")
def service(postgres_shelf: Shelf, redis_url: str, tmp_path_factory: Any) -> Iterator[Service]:
    copy = postgres_shelf.copy(postgres_shelf.people())
    database = ServedDatabase(copy.url, copy.var_dir, redis_url)
    logs: Path = tmp_path_factory.mktemp("logs")
    ports = [free_port(), free_port()]
    with (
        pair_on(database) as pair,
        web(database, logs / "one.log", port=ports[0]) as one,
        web(database, logs / "two.log", port=ports[1]) as two,
    ):
        yield Service(ports, [one, two], pair)


async def beside(work: Any, *follows: Any) -> Any:
    """Do something in a thread while devices follow; returns what it gave."""
    found, *_ = await asyncio.gather(asyncio.to_thread(work), *follows)
    return found


def test_three_devices_that_lose_their_connection_at_random_miss_nothing(service, record_property):
    sessions = service.sessions(ON_THE_MOVE, 3)
    devices = [Device(service.ports, session, seed=seed) for seed, session in enumerate(sessions)]

    last = asyncio.run(
        beside(
            lambda: service.pair.ask("tell", username=ON_THE_MOVE, count=NOTICES, pause=0.02),
            *(device.follow(NOTICES) for device in devices),
        )
    )

    assert last == NOTICES
    for device in devices:
        assert device.seqs == list(range(1, NOTICES + 1))
        assert device.connections > 3
        assert device.closed_by_server == []
    assert sum(device.live_notices for device in devices) > 0, "some of it must have come live"
    record_property("connections", str([device.connections for device in devices]))
    record_property("live", str([device.live_notices for device in devices]))


@pytest.mark.parametrize("revoke", ["end_session", "switch_off"])
def test_a_sign_out_in_one_process_closes_the_socket_in_another(service, revoke):
    username = "dongnai.gtvt.head" if revoke == "end_session" else "longan.gtvt.head"
    session, other = service.sessions(username, 2)
    given = {"key": session} if revoke == "end_session" else {"username": username}

    async def scenario() -> tuple[int, bool]:
        ready, other_ready = asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(closing_code(service.ports[1], session, ready))
        second = asyncio.create_task(closing_code(service.ports[0], other, other_ready))
        await asyncio.gather(ready.wait(), other_ready.wait())
        await asyncio.to_thread(lambda: service.pair.ask(revoke, **given))
        # At once, not at the look of every minute.
        code = await asyncio.wait_for(first, 10)
        done, _ = await asyncio.wait([second], timeout=1)
        second.cancel()
        return code, bool(done)

    assert asyncio.run(scenario()) == (4401, revoke == "switch_off")


def closed_by_its_end(database: Database, log: Path, sessions: list[str], *, trial: bool) -> tuple[Any, ...]:
    """Sockets on a server that is then told to stop: their closing codes, and the server's exit code."""
    port = free_port()

    async def scenario(server: Program) -> tuple[Any, ...]:
        ready = [asyncio.Event() for _ in sessions]
        waiting = [
            asyncio.create_task(closing_code(port, session, event))
            for session, event in zip(sessions, ready, strict=True)
        ]
        await asyncio.gather(*(event.wait() for event in ready))
        server.process.send_signal(signal.SIGTERM)
        codes = await asyncio.gather(*waiting)
        return codes, await asyncio.to_thread(server.end)

    with web(database, log, port=port, trial=trial) as server:
        return asyncio.run(scenario(server))


def test_the_end_of_a_web_process_sends_its_pages_to_another(service, tmp_path):
    sessions = service.sessions(ON_THE_MOVE, 3)
    codes, exit_code = closed_by_its_end(service.pair.database, tmp_path / "log", sessions, trial=False)
    assert codes == [1012, 1012, 1012]
    # uvicorn raises the signal again once everything is closed.
    assert exit_code in {0, -signal.SIGTERM}


def test_the_end_of_the_trial_does_the_same(sqlite_shelf, tmp_path):
    database = sqlite_shelf.copy(sqlite_shelf.people())
    with pair_on(database) as pair:
        sessions = [pair.ask("session_of", username=ON_THE_MOVE) for _ in range(3)]
    codes, exit_code = closed_by_its_end(database, tmp_path / "log", sessions, trial=True)
    assert codes == [1012, 1012, 1012]
    assert exit_code == 0
