"""The one place of a process on the channel layer, where it hears whom there is something to read for.

A wake-up is one message to each process, however many people it is for and however many sockets they have;
a socket itself needs neither a channel nor a subscription (docs/adr/0021).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer

from notifications.inbox import PROCESSES

log = logging.getLogger(__name__)

# A layer forgets who joined too long ago (24 h): the membership is said again well before.
_PART_OF_EXPIRY = 0.25
_PAUSE_SECONDS = 1.0


class Hub:
    """The membership of one event loop; ``hear`` is called with each message that comes."""

    def __init__(self, hear: Callable[[dict[str, Any]], None]) -> None:
        self._hear = hear
        self._sockets = 0
        self._lock = asyncio.Lock()
        self._channel = ""
        self._listening: asyncio.Task[None] | None = None
        self._said_at = 0.0

    async def join(self) -> None:
        """One more socket is here: from now on the process hears."""
        self._sockets += 1
        async with self._lock:
            if self._listening is None:
                layer = get_channel_layer()
                self._channel = await layer.new_channel()
                await self._say()
                self._listening = asyncio.get_running_loop().create_task(self._receive(self._channel))

    async def leave(self) -> None:
        """One socket fewer; with the last one the process need not hear any more."""
        self._sockets -= 1
        async with self._lock:
            if self._sockets == 0 and self._listening is not None:
                self._listening.cancel()
                self._listening = None
                await get_channel_layer().group_discard(PROCESSES, self._channel)

    async def stay(self) -> None:
        """Say the membership again where the layer would forget it otherwise."""
        expiry = getattr(get_channel_layer(), "group_expiry", None)
        async with self._lock:
            if expiry and self._listening and self._now() - self._said_at >= expiry * _PART_OF_EXPIRY:
                await self._say()

    async def _say(self) -> None:
        self._said_at = self._now()
        await get_channel_layer().group_add(PROCESSES, self._channel)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _receive(self, channel: str) -> None:
        while True:
            try:
                self._hear(await get_channel_layer().receive(channel))
            except Exception:
                # What it would have said is found by the next poll.
                log.exception("the channel layer could not be read")
                await asyncio.sleep(_PAUSE_SECONDS)
