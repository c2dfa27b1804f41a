"""The socket of live notices: ``/ws/notifications/`` (protocol: notifications.md §4)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Hashable
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.utils import timezone

from notifications.inbox import BATCH, Counts, counts_of, replay
from notifications.live import staying
from notifications.live.reader import Frame, frame_of, numbers_of, reader
from notifications.messages import read
from workflows import tracing

UNAUTHENTICATED = 4401
TOO_MANY_SOCKETS = 4429
BAD_MESSAGE = 4400
SERVICE_RESTART = 1012
MAX_SOCKETS = 8
MAX_BEHIND = 2000
# A socket that takes not even one frame in this time is given up; its page connects again.
SLOWEST_SOCKET_SECONDS = 10.0


class SocketGone(Exception):
    """The socket is closed, or takes nothing any more."""


class NoticesConsumer(AsyncJsonWebsocketConsumer):
    """One socket of one person: replays what was missed, then brings what comes.

    Its process hears of wake-ups before the backlog is read, so nothing falls between the two; the
    reader brings live notices. The socket itself listens to its page alone.
    """

    person_id: int = 0
    session_key: str = ""
    cursor: int = 0
    acknowledged: int = 0
    counts_version: int = -1
    acting_in: frozenset[Hashable] = frozenset()
    live = False
    joined = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Whatever ends a socket, an error too: the reader and the group forget it."""
        tracing.begin()
        # Channels would give every socket a channel of its own; what the layer brings, the hub hears.
        self.scope, self.base_send = scope, send
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            return
        finally:
            await self._leave()

    async def connect(self) -> None:
        """Anybody who has not signed in is refused, in a way the page can read."""
        person = self.scope.get("user")
        await self.accept()
        if person is None or not person.is_authenticated:
            await self.close(UNAUTHENTICATED)
            return
        self.person_id = person.pk
        tracing.known_as(person.pk)
        self.session_key = getattr(self.scope.get("session"), "session_key", None) or ""

    async def disconnect(self, code: int) -> None:
        """The page went away."""
        await self._leave()

    async def _leave(self) -> None:
        """Leave the group and the reader, once."""
        if self.joined:
            self.joined = self.live = False
            reader().remove(self)
            await reader().hub.leave()

    async def give_up(self) -> None:
        """A socket that does not take what it is brought, or whose process ends: its page connects again."""
        await self._end(SERVICE_RESTART)

    async def dismiss(self) -> None:
        """Its person is signed out, or switched off: nothing more is said to it."""
        await self._end(UNAUTHENTICATED)

    async def _end(self, code: int) -> None:
        self.live = False
        reader().remove(self)
        with suppress(Exception):
            await self.close(code)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """``hello`` once, then ``ack`` and ``counts``; anything else closes the socket."""
        if not self.person_id:
            return
        try:
            await self._receive(content)
        except SocketGone:
            await self.give_up()

    async def _receive(self, content: Any) -> None:
        kind = content.get("type") if isinstance(content, dict) else None
        if kind == "hello" and not self.joined:
            if content.get("person") in (None, self.person_id):
                await self._hello(_whole(content.get("cursor")))
            else:
                # The browser has signed in somebody else since this page was made.
                await self.dismiss()
        elif kind == "ack" and self.joined:
            self.acknowledged = max(self.acknowledged, _whole(content.get("seq")))
        elif kind == "counts" and self.joined:
            now = await database_sync_to_async(counts_of)([self.person_id])
            await self._send_counts(now.get(self.person_id, Counts()))
        else:
            await self.close(BAD_MESSAGE)

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """What is not JSON is a message nobody knows."""
        try:
            return await super().decode_json(text_data)
        except ValueError:
            return None

    async def _hello(self, cursor: int) -> None:
        self.cursor = self.acknowledged = cursor
        self.joined = True
        await reader().hub.join()
        if reader().add(self) > MAX_SOCKETS:
            await self._end(TOO_MANY_SOCKETS)
            return
        found = await database_sync_to_async(staying.look)(
            [self.person_id], [self.session_key], at=timezone.now()
        )
        if not found.lets_stay(self.person_id, self.session_key):
            await self.dismiss()
            return
        self.acting_in = found.acting_in[self.person_id]
        await self._catch_up()

    async def _catch_up(self) -> None:
        """Replay in batches until nothing is left, then say so and go live."""
        now = await self._counts()
        if now.cursor - self.cursor > MAX_BEHIND or self.cursor > now.cursor:
            # Replaying thousands helps nobody; a cursor from the future is another database's.
            self.cursor = now.cursor
            await self._say({"type": "reset", "cursor": now.cursor})
        while self.cursor < now.cursor:
            frames = await database_sync_to_async(_replayed)(self.person_id, self.cursor)
            for frame in frames:
                self.cursor = frame["seq"]
                await self._say({**frame, **numbers_of(now)})
            now = await self._counts()
        self.counts_version = now.version
        self.live = True
        await self._say({"type": "replayed", "cursor": self.cursor, **numbers_of(now)})
        # A wake-up during the replay was for a socket not live yet: look once more.
        reader().wake(self.person_id)

    async def _say(self, frame: dict[str, Any]) -> None:
        """Send a frame; raises ``SocketGone``."""
        await self._write(json.dumps(frame))

    async def _write(self, text: str) -> None:
        try:
            async with asyncio.timeout(SLOWEST_SOCKET_SECONDS):
                await self.send(text)
        except OSError as gone:
            # The server's own word for a client that went away is an OSError, as a time-out is.
            raise SocketGone from gone

    async def _counts(self) -> Counts:
        found = await database_sync_to_async(counts_of)([self.person_id])
        return found.get(self.person_id, Counts())

    async def bring(self, frames: list[Frame], counts: Counts) -> None:
        """What the reader found: only what follows the cursor, in order and without a gap."""
        if not self.live:
            return
        for frame in frames:
            if self.live and frame.seq == self.cursor + 1:
                self.cursor = frame.seq
                await self._write(frame.text)
        if counts.version > self.counts_version:
            await self._send_counts(counts)

    async def bring_anew(self, counts: Counts) -> None:
        """The person's seats changed: what the page shows is old as a whole, no notice is skipped."""
        await self._say({"type": "reset", "cursor": self.cursor})
        await self._send_counts(counts)

    async def _send_counts(self, counts: Counts) -> None:
        self.counts_version = max(self.counts_version, counts.version)
        await self._say({"type": "counts", **numbers_of(counts)})


def _replayed(person_id: int, after: int) -> list[dict[str, Any]]:
    rows = replay(person_id, after, BATCH)
    return [frame_of(seen, caught_up=True) for seen in read(rows, at=timezone.now())]


def _whole(value: Any) -> int:
    """A number a client sent, 0 where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
