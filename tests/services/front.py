"""A tiny nginx: one port in front of several Unix sockets, taking them in turn.

Like nginx it tries the next one where a connection is refused, and never sends again what it has sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
from pathlib import Path

from tests.services.serving import HERE, free_port


class Front:
    """Runs in a thread of its own; ``refused`` counts connections that were refused."""

    def __init__(self, doors: list[Path]) -> None:
        self.doors, self.port, self.refused = doors, free_port(), 0
        self._turns = itertools.cycle(range(len(doors)))
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        """Close everything."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        server = await asyncio.start_server(self._pass_on, HERE, self.port)
        self._ready.set()
        await self._end.wait()
        server.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(self._turns)
        for place in range(len(self.doors)):
            door = self.doors[(first + place) % len(self.doors)]
            try:
                there_reader, there_writer = await asyncio.open_unix_connection(str(door))
            except OSError:
                self.refused += 1
                continue
            # What is under way when the front itself ends is cancelled.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))
            return
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What comes goes on, until one side ends; then the other side is ended, too."""
    with contextlib.suppress(OSError, asyncio.CancelledError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()
