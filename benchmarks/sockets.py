"""The live path: one step with 50 recipients, 2,000 sockets connected, against a bare broadcast.

Both in one run, interleaved, with the same client: our web process (PostgreSQL, Redis, notices read from
the database and worded for each person), and the floor, a bare ``websockets`` server that passes on what
Redis publishes. Seconds run from the step's commit (for the floor: from the publish) to the receipt.
"""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import redis.asyncio as redis
import websockets

from benchmarks.places import POSTGRES, REDIS
from tests.services.databases import PostgresShelf
from tests.services.processes import Crew
from tests.services.serving import HERE, Program, ServedDatabase, free_port, wait_until, web

PEOPLE, TOLD = 250, 50
CHANNEL = "floor"


async def bare(port: int) -> None:
    """The floor's server: a socket says who it is; a published list of people is passed on to theirs."""
    sockets: dict[str, set[Any]] = {}

    async def serve(socket: Any) -> None:
        name = str(await socket.recv())
        sockets.setdefault(name, set()).add(socket)
        await socket.send("ready")
        await socket.wait_closed()

    async with (
        websockets.serve(serve, HERE, port, ping_interval=None, compression=None),
        redis.Redis.from_url(REDIS) as client,
        client.pubsub() as channel,
    ):
        await channel.subscribe(CHANNEL)
        async for message in channel.listen():
            if message["type"] == "message":
                told = json.loads(message["data"])
                theirs = {one for name in told["people"] for one in sockets.get(name, ())}
                websockets.broadcast(theirs, told["text"])


class Sockets:
    """All sockets of one server, and when each of them last received something."""

    def __init__(self) -> None:
        self.open: list[Any] = []
        self.received: dict[int, float] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._arrived = asyncio.Event()

    async def join(self, port: int, greeting: str, path: str = "/", **headers: str) -> None:
        """Open one, and wait until the server has taken it in."""
        socket = await websockets.connect(
            f"ws://{HERE}:{port}{path}",
            additional_headers=headers,
            origin=f"http://{HERE}:{port}",
            compression=None,
            ping_interval=None,
            proxy=None,
            open_timeout=60,
        )
        await socket.send(greeting)
        while json_or_text(await socket.recv()) not in {"ready", "replayed"}:
            pass
        number = len(self.open)
        self.open.append(socket)
        self._tasks.append(asyncio.create_task(self._listen(number, socket)))

    async def _listen(self, number: int, socket: Any) -> None:
        async for text in socket:
            if json_or_text(text) in {"notice", "news"}:
                self.received[number] = time.time()
                self._arrived.set()

    async def wait_for(self, count: int) -> list[float]:
        """The moments of the next ``count`` receipts, in order."""
        async with asyncio.timeout(60):
            while len(self.received) < count:
                self._arrived.clear()
                await self._arrived.wait()
        moments = sorted(self.received.values())
        self.received.clear()
        return moments

    async def close(self) -> None:
        """Close all."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*(socket.close() for socket in self.open), return_exceptions=True)


def json_or_text(text: Any) -> str:
    """The type of a frame of ours, or the floor's word."""
    return str(json.loads(text)["type"]) if str(text).startswith("{") else str(text)


def memory(pid: int) -> int:
    """Resident memory of a process, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def summary(seconds: list[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {name: round(cuts[at] * 1000, 1) for name, at in (("p50", 49), ("p95", 94), ("p99", 98))}


async def compare(
    sockets: int, rounds: int, crew: Crew, port: int, floor_port: int, pid: int
) -> dict[str, Any]:
    """Connect everybody to both servers, then one step and one publish after the other."""
    ours, floor = Sockets(), Sockets()
    sessions: list[str] = await asyncio.to_thread(crew.ask, "many_sessions", count=PEOPLE)
    before = memory(pid)
    for number in range(sockets):
        session = sessions[number % PEOPLE]
        await ours.join(
            port, '{"type": "hello", "cursor": 0}', "/ws/notifications/", Cookie=f"sessionid={session}"
        )
    await asyncio.sleep(2)
    each = (memory(pid) - before) / sockets
    for number in range(sockets):
        await floor.join(floor_port, str(number % PEOPLE))
    told = sum(number % PEOPLE < TOLD for number in range(sockets))
    seconds: dict[str, list[float]] = {"ours": [], "floor": []}
    last: dict[str, list[float]] = {"ours": [], "floor": []}
    async with redis.Redis.from_url(REDIS) as client:
        for _ in range(rounds):
            committed: float = await asyncio.to_thread(crew.ask, "tell_many")
            moments = await ours.wait_for(told)
            seconds["ours"] += [moment - committed for moment in moments]
            last["ours"].append(moments[-1] - committed)
            began = time.time()
            people = [str(number) for number in range(TOLD)]
            await client.publish(CHANNEL, json.dumps({"people": people, "text": "news"}))
            moments = await floor.wait_for(told)
            seconds["floor"] += [moment - began for moment in moments]
            last["floor"].append(moments[-1] - began)
    await ours.close()
    await floor.close()
    ratios = [one / other for one, other in zip(last["ours"], last["floor"], strict=True)]
    return {
        "sockets": sockets,
        "told by one step": told,
        "rounds": rounds,
        "KiB per idle socket": round(each, 1),
        "ours, every receipt, ms": summary(seconds["ours"]),
        "ours, last receipt, ms": summary(last["ours"]),
        "floor, last receipt, ms": summary(last["floor"]),
        "ratio of last receipts, median": round(statistics.median(ratios), 1),
    }


def run(*, full: bool) -> dict[str, Any]:
    """Start everything on a throw-away database, compare, and end it."""
    sockets, rounds = (2000, 40) if full else (500, 10)
    # Both ends of both kinds of socket are counted here or in a child.
    _soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 20_000), most))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lien-tinh-bench-")))
        shelf = PostgresShelf(folder, server_url=POSTGRES)
        stack.callback(shelf.drop_all)
        made = shelf.people()
        database = ServedDatabase(made.url, made.var_dir, REDIS)
        crew = Crew(database, 1)
        stack.callback(crew.stop)
        crew.ask("many_people", count=PEOPLE, told=TOLD)
        port, floor_port = free_port(), free_port()
        server = stack.enter_context(web(database, folder / "web.log", port=port))
        floor = Program(database, folder / "floor.log", "-m", "benchmarks.sockets", str(floor_port))
        stack.callback(floor.end)
        wait_until(lambda: listening(floor_port), "the floor", floor)
        return asyncio.run(
            compare(sockets, rounds, crew, port=port, floor_port=floor_port, pid=server.process.pid)
        )


def listening(port: int) -> bool:
    """Whether somebody takes connections there."""

    async def ask() -> bool:
        try:
            _reader, writer = await asyncio.open_connection(HERE, port)
        except OSError:
            return False
        writer.close()
        return True

    return asyncio.run(ask())


if __name__ == "__main__":
    asyncio.run(bare(int(sys.argv[1])))
