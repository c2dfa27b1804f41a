"""The sockets: many devices in one process, each follows the protocol to the letter.

Some stay, some come and go as telephones do; all of them connect again, with their cursor, whenever
their server is gone. A notice that comes twice, out of order or after a gap is a fault.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import websockets
from websockets.exceptions import WebSocketException

from tests.services.serving import HERE

# So many connect at the same time at the beginning.
DOORS = 16
QUIET_SECONDS = 60.0
FILES = 20_000


@dataclass
class Device:
    """One socket of one person; ``stays`` is the mean time in seconds after which it goes, 0 is never."""

    username: str
    session: str
    stays: float
    seed: int
    cursor: int = 0
    connections: int = 0
    live: int = 0
    faults: list[str] = field(default_factory=list)
    joined: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self, ports: list[int], doors: asyncio.Semaphore) -> None:
        """Until it is cancelled."""
        chance = random.Random(self.seed)
        while True:
            try:
                await self._connection(chance.choice(ports), chance, doors)
            except (OSError, WebSocketException, TimeoutError):
                await asyncio.sleep(chance.uniform(0.2, 2.0))
            else:
                await asyncio.sleep(chance.uniform(0.2, 4.0))

    async def _connection(self, port: int, chance: random.Random, doors: asyncio.Semaphore) -> None:
        async with doors:
            socket = await opened(port, self.session)
        try:
            self.connections += 1
            await socket.send(json.dumps({"type": "hello", "cursor": self.cursor}))
            ends = chance.expovariate(1 / self.stays) if self.stays else None
            async with asyncio.timeout(ends) as until:
                try:
                    while True:
                        self._take(json.loads(await socket.recv()))
                except TimeoutError:
                    if not until.expired():
                        raise
        except TimeoutError:
            # It goes: politely, or as a cable is pulled.
            if chance.random() < 0.5:
                socket.transport.abort()
        finally:
            await socket.close()

    def _take(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "notice":
            if frame["seq"] != self.cursor + 1:
                self.faults.append(f"{self.username}: {frame['seq']} after {self.cursor}")
            self.cursor = max(self.cursor, frame["seq"])
            self.live += not frame["caught_up"]
        elif kind == "replayed":
            if frame["cursor"] != self.cursor:
                self.faults.append(f"{self.username}: replayed to {frame['cursor']}, has {self.cursor}")
            self.joined.set()
        elif kind == "reset" and frame["cursor"] != self.cursor:
            self.faults.append(f"{self.username}: reset from {self.cursor} to {frame['cursor']}")


async def opened(port: int, session: str) -> Any:
    """A connection as a page of a signed-in browser makes it, as cheap as can be."""
    return await websockets.connect(
        f"ws://{HERE}:{port}/ws/notifications/",
        additional_headers={"Cookie": f"sessionid={session}"},
        origin=f"http://{HERE}:{port}",  # type: ignore[arg-type]
        proxy=None,
        compression=None,
        ping_interval=None,
        max_queue=4,
        open_timeout=20,
        close_timeout=2,
    )


def raise_file_limit() -> None:
    """Each socket is an open file, here and in the servers that are started from here."""
    _soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, FILES), most))


def gather(pipe: Any, ports: list[int], devices: list[Device]) -> None:
    """What the process of the crowd runs: says when all are there; asked for the ends, reports and leaves."""
    raise_file_limit()
    asyncio.run(_gather(pipe, ports, devices))


async def _gather(pipe: Any, ports: list[int], devices: list[Device]) -> None:
    doors = asyncio.Semaphore(DOORS)
    following = [asyncio.create_task(device.follow(ports, doors)) for device in devices]
    await asyncio.gather(*(device.joined.wait() for device in devices))
    pipe.send(len(devices))
    ends: dict[str, int] = await asyncio.to_thread(pipe.recv)
    try:
        async with asyncio.timeout(QUIET_SECONDS):
            while any(device.cursor < ends[device.username] for device in devices):
                await asyncio.sleep(0.2)
    except TimeoutError:
        pass
    for task in following:
        task.cancel()
    broken = [one for one in await asyncio.gather(*following, return_exceptions=True) if _is_fault(one)]
    pipe.send(report(devices, ends, [repr(one) for one in broken]))


def _is_fault(one: object) -> bool:
    return isinstance(one, Exception)


def report(devices: list[Device], ends: dict[str, int], broken: list[str]) -> dict[str, Any]:
    """What became of all devices."""
    faults = [fault for device in devices for fault in device.faults] + broken
    missing = [
        f"{device.username}: {device.cursor} of {ends[device.username]}"
        for device in devices
        if device.cursor != ends[device.username]
    ]
    counted: Counter[str] = Counter()
    for device in devices:
        counted["read"] += device.cursor
        counted["live"] += device.live
        counted["connections"] += device.connections
    return {"faults": faults, "missing": missing, **counted}
