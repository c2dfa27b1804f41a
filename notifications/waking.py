"""Saying for whom there is something to read, without keeping the person who acted waiting for it."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Iterable

log = logging.getLogger(__name__)

PATIENCE_AT_EXIT_SECONDS = 1.0


class Caller:
    """Calls ``send`` with the people to be woken, in a thread of its own with an event loop that stays.

    Bridging to a new loop for each step cost a tenth of the step (docs/adr/0018). One call is under way
    at a time; whoever is to be woken meanwhile is named in the next, so nothing piles up where the
    channel layer is slow. A call that fails is ``send``'s own affair: the poll brings the notice.
    """

    def __init__(self, send: Callable[[list[int]], Awaitable[None]]) -> None:
        self._send = send
        self._people: set[int] = set()
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0
        self._calling: asyncio.Task[None] | None = None

    def call(self, people: Iterable[int]) -> None:
        """Have these people woken soon."""
        loop = self._loop
        # A process that was forked has the loop, but not the thread that ran it.
        if loop is None or self._process != os.getpid():
            loop = self._start()
        loop.call_soon_threadsafe(self._add, set(people))

    def _start(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None or self._process != os.getpid():
                self._people, self._calling = set(), None
                self._loop, self._process = asyncio.new_event_loop(), os.getpid()
                threading.Thread(target=self._loop.run_forever, name="wake-ups", daemon=True).start()
                atexit.register(self._finish)
            return self._loop

    def _add(self, people: set[int]) -> None:
        self._people |= people
        if self._calling is None or self._calling.done():
            self._calling = asyncio.get_running_loop().create_task(self._call())

    async def _call(self) -> None:
        while self._people:
            people, self._people = sorted(self._people), set()
            try:
                await self._send(people)
            except Exception:
                log.exception("a wake-up was lost")

    def _finish(self) -> None:
        """At the end of the process: a command's last wake-ups are worth a moment."""
        if self._loop is None or self._process != os.getpid():
            return

        async def all_said() -> None:
            if self._calling is not None:
                await self._calling

        try:
            asyncio.run_coroutine_threadsafe(all_said(), self._loop).result(PATIENCE_AT_EXIT_SECONDS)
        except TimeoutError:
            log.warning("the last wake-ups were not said in time")
