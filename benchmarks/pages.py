"""Pages that listen, each a socket and nothing more: what is measured is the server, not its client.

As much of RFC 6455 as a page needs that trusts its server. A page notes when a live notice came and keeps
it as it was; it is read when nothing is being measured any more.
"""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from dataclasses import dataclass, field
from typing import Any

from tests.services.serving import HERE

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
COMPRESSED = 0x40
# Frames of a page must look masked; four zeros change nothing.
MASK = bytes(4)
NORMAL, LOST = 1000, 1006


class NotLetIn(Exception):
    """The server did not open the socket, or closed it before everything was replayed."""


@dataclass
class Arrivals:
    """When live notices came, over all pages of one server."""

    moments: list[float] = field(default_factory=list)
    _wanted: int = 0
    _enough: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, moment: float) -> None:
        """One more."""
        self.moments.append(moment)
        if len(self.moments) == self._wanted:
            self._enough.set()

    async def take(self, count: int, *, patience: float = 60.0) -> list[float]:
        """The moments of so many receipts, in order; raises ``TimeoutError`` where fewer come."""
        self._wanted = count
        if len(self.moments) < count:
            self._enough.clear()
            async with asyncio.timeout(patience):
                await self._enough.wait()
        taken, self.moments = sorted(self.moments[:count]), self.moments[count:]
        return taken


class Page(asyncio.Protocol):
    """One socket: opened, greeted, replayed to, then listening."""

    def __init__(self, port: int, arrivals: Arrivals, *, person: str, session: str = "") -> None:
        self.port, self.arrivals, self.person, self.session = port, arrivals, person, session
        self.cursor = 0
        self.notices: list[bytes] = []
        self._begin()

    def _begin(self) -> None:
        self.transport: Any = None
        self.status = 0
        self.closed_with = 0
        self._inflate: Any = None
        self._left = b""
        loop = asyncio.get_running_loop()
        self.spoken_to: asyncio.Future[None] = loop.create_future()
        self.replayed: asyncio.Future[None] = loop.create_future()

    async def open(self) -> None:
        """Connect and say hello; returns with the first word of the server.

        Raises ``NotLetIn``, and the ``OSError`` of a refused connection.
        """
        self._begin()
        await asyncio.get_running_loop().create_connection(lambda: self, HERE, self.port)
        await self.spoken_to

    async def join(self) -> None:
        """``open``, and wait until everything is replayed; raises as it does."""
        await self.open()
        await self.replayed

    def leave(self) -> None:
        """Close from this side, without waiting for an answer."""
        if self.transport is not None and not self.transport.is_closing():
            self._send(CLOSE, NORMAL.to_bytes(2, "big"))
            self.transport.close()

    @property
    def greeting(self) -> bytes:
        """What it says first: who it is to the floor, how far it has got to us."""
        hello = json.dumps({"type": "hello", "cursor": self.cursor})
        return (hello if self.session else self.person).encode()

    def connection_made(self, transport: Any) -> None:
        """As a browser asks, compression included."""
        self.transport = transport
        path = "/ws/notifications/" if self.session else "/"
        transport.write(
            f"GET {path} HTTP/1.1\r\nHost: {HERE}:{self.port}\r\nOrigin: http://{HERE}:{self.port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
            f"Cookie: sessionid={self.session}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Whatever the network brought: the answer to the handshake, then frames."""
        moment = time.time()
        data = self._left + data
        if not self.status:
            head, found, rest = data.partition(b"\r\n\r\n")
            self._left = b"" if found else data
            if not found:
                return
            self.status, data = int(head.split(b" ", 2)[1]), rest
            if self.status != 101:
                self.transport.close()
                return
            if b"permessage-deflate" in head:
                self._inflate = zlib.decompressobj(-15)
            self._send(TEXT, self.greeting)
        while (frame := _first_frame(data)) is not None:
            first, text, data = frame
            self._take(first, text, moment)
        self._left = data

    def _take(self, first: int, content: bytes, moment: float) -> None:
        kind = first & 15
        if kind == TEXT:
            if first & COMPRESSED:
                content = self._inflate.decompress(content + b"\x00\x00\xff\xff")
            self._hear(content, moment)
        elif kind == PING:
            self._send(PONG, content)
        elif kind == CLOSE:
            self.closed_with = int.from_bytes(content[:2], "big") if content else NORMAL
            self.transport.close()

    def _hear(self, text: bytes, moment: float) -> None:
        if b'"notice"' in text[:20]:
            self.notices.append(text)
            if self.replayed.done():
                self.arrivals.note(moment)
        elif not self.replayed.done():
            said = json.loads(text)
            if said["type"] == "replayed":
                self.cursor = said["cursor"]
                self.replayed.set_result(None)
        if not self.spoken_to.done():
            self.spoken_to.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Closed by either side; who waits for a word hears of it."""
        self.closed_with = self.closed_with or LOST
        for waited in (self.spoken_to, self.replayed):
            if not waited.done():
                waited.set_exception(NotLetIn(f"status {self.status}, code {self.closed_with}"))
                # Nobody may be waiting for the second one.
                waited.exception()

    @property
    def listening(self) -> bool:
        """Whether it is open."""
        return self.transport is not None and not self.closed_with

    def take_notices(self) -> list[dict[str, Any]]:
        """The notices since it was last asked, replayed ones too; the cursor follows them."""
        taken, self.notices = [json.loads(text) for text in self.notices], []
        self.cursor = max([self.cursor, *(one["seq"] for one in taken)])
        return taken

    def _send(self, kind: int, content: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(bytes((0x80 | kind, 0x80 | len(content))) + MASK + content)


def _first_frame(data: bytes) -> tuple[int, bytes, bytes] | None:
    """The first byte and the content of a whole frame, and what follows it; None where it is not whole."""
    if len(data) < 2:
        return None
    size, begins = data[1], 2
    if size > 125:
        begins = 4 if size == 126 else 10
        size = int.from_bytes(data[2:begins], "big")
    ends = begins + size
    return (data[0], data[begins:ends], data[ends:]) if len(data) >= ends else None


async def join_all(pages: list[Page], *, at_once: int = 50) -> None:
    """Let all of them join, so many at a time; raises what the first one raises that is not let in."""
    gate = asyncio.Semaphore(at_once)

    async def join(page: Page) -> None:
        async with gate:
            await page.join()

    async with asyncio.TaskGroup() as group:
        for page in pages:
            group.create_task(join(page))


async def leave_all(pages: list[Page]) -> None:
    """Close all of them, and give the server a moment to see it."""
    for page in pages:
        page.leave()
    await asyncio.sleep(1)
