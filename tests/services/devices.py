"""A device of a test: it keeps what it was brought, and loses its connection whenever it likes."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from typing import Any

import websockets
from websockets.exceptions import ConnectionClosed

from tests.services.serving import HERE

PATIENCE = 60.0
# More than anybody is ever told here.
EVERYTHING = 1_000_000


def opened(port: int, session: str) -> Any:
    """A connection as a page of a signed-in browser makes it."""
    return websockets.connect(
        f"ws://{HERE}:{port}/ws/notifications/",
        additional_headers={"Cookie": f"sessionid={session}"},
        origin=f"http://{HERE}:{port}",
        proxy=None,
        max_queue=4,
    )


class Device:
    """Follows the protocol to the letter: says where it is, takes what follows, complains of a gap."""

    def __init__(self, ports: list[int], session: str, *, seed: int) -> None:
        self.ports, self.session = ports, session
        self.random = random.Random(seed)
        self.seqs: list[int] = []
        self.connections = 0
        self.live_notices = 0
        self.closed_by_server: list[int] = []

    @property
    def cursor(self) -> int:
        return self.seqs[-1] if self.seqs else 0

    async def follow(self, until: int) -> None:
        """Take notices until ``until`` is there, through as many connections as it takes."""
        while self.cursor < until:
            async with asyncio.timeout(PATIENCE):
                await self._once(until)

    async def _once(self, until: int) -> None:
        """One connection, cut at a random moment: politely, or as a cable is pulled."""
        takes = self.random.choice([0, 5, 40, 150, 300])
        async with opened(self.random.choice(self.ports), self.session) as connection:
            self.connections += 1
            await connection.send(json.dumps({"type": "hello", "cursor": self.cursor}))
            try:
                while self.cursor < until:
                    frame = json.loads(await connection.recv())
                    if frame["type"] == "notice":
                        self._take(frame)
                        takes -= 1
                        if takes < 0:
                            break
                        if self.random.random() < 0.1:
                            await connection.send(json.dumps({"type": "ack", "seq": self.cursor}))
                    if frame["type"] == "replayed" and self.random.random() < 0.2:
                        break
            except ConnectionClosed as closed:
                self.closed_by_server.append(code_of(closed))
            if self.random.random() < 0.5:
                connection.transport.abort()

    def _take(self, frame: dict[str, Any]) -> None:
        assert frame["seq"] == self.cursor + 1, f"{frame['seq']} after {self.cursor}"
        assert frame["sentence"]
        self.seqs.append(frame["seq"])
        self.live_notices += not frame["caught_up"]


class Listener:
    """A person's device in a thread of its own: it never stops trying."""

    def __init__(self, ports: list[int], session: str, seed: int) -> None:
        self.device = Device(ports, session, seed=seed)
        self.faults: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._follow(),), daemon=True)
        self._thread.start()

    async def _follow(self) -> None:
        while not self._stop.is_set():
            following = asyncio.ensure_future(self.device.follow(EVERYTHING))
            while not following.done() and not self._stop.is_set():
                await asyncio.sleep(0.1)
            following.cancel()
            try:
                await following
            except AssertionError as fault:
                self.faults.append(str(fault))
                return
            except (Exception, asyncio.CancelledError):
                # The server is gone, or nothing came for long: a page tries again, too.
                await asyncio.sleep(0.2)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)


def code_of(closed: ConnectionClosed) -> int:
    """With which code the server closed; 1006 where it said nothing."""
    return int(closed.rcvd.code) if closed.rcvd else 1006


async def closing_code(port: int, session: str, ready: asyncio.Event | None = None) -> int:
    """Connect, catch up, and wait to be closed; returns the code."""
    async with opened(port, session) as connection:
        await connection.send(json.dumps({"type": "hello", "cursor": 0}))
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    if json.loads(await connection.recv())["type"] == "replayed" and ready is not None:
                        ready.set()
        except ConnectionClosed as closed:
            return code_of(closed)
