"""The socket of live notices: ``/ws/notifications/`` (protocol: notifications.md §4)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.utils import timezone

from notifications.inbox import BATCH, Counts, counts_of, group_of, replay
from notifications.messages import read
from notifications.reader import frame_of, reader

UNAUTHENTICATED = 4401
TOO_MANY_SOCKETS = 4429
BAD_MESSAGE = 4400
SERVICE_RESTART = 1012
MAX_SOCKETS = 8
MAX_BEHIND = 2000


class NoticesConsumer(AsyncJsonWebsocketConsumer):
    """One socket of one person: replays what was missed, then brings what comes.

    The socket joins its group before the backlog is read, so nothing falls between the two; the
    reader brings live notices, and no database work happens where a wake-up arrives.
    """

    person_id: int = 0
    cursor: int = 0
    acknowledged: int = 0
    counts_version: int = -1
    live = False
    joined = False

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Wake-ups pass without the closing of old database connections that is due elsewhere."""
        if message["type"] == "wake":
            reader().wake(message["person"])
            return
        await super().dispatch(message)

    async def connect(self) -> None:
        """Anybody who has not signed in is refused, in a way the page can read."""
        person = self.scope.get("user")
        await self.accept()
        if person is None or not person.is_authenticated:
            await self.close(UNAUTHENTICATED)
            return
        self.person_id = person.pk

    async def disconnect(self, code: int) -> None:
        """Leave the group and the reader."""
        if self.joined:
            self.live = False
            reader().remove(self)
            await self.channel_layer.group_discard(group_of(self.person_id), self.channel_name)

    async def give_up(self) -> None:
        """A socket that does not take what it is brought: its page connects again."""
        self.live = False
        reader().remove(self)
        with suppress(Exception):
            await self.close(SERVICE_RESTART)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """``hello`` once, then ``ack`` and ``counts``; anything else closes the socket."""
        if not self.person_id:
            return
        kind = content.get("type") if isinstance(content, dict) else None
        if kind == "hello" and not self.joined:
            await self._hello(_whole(content.get("cursor")))
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
        await self.channel_layer.group_add(group_of(self.person_id), self.channel_name)
        self.joined = True
        if reader().add(self) > MAX_SOCKETS:
            await self.close(TOO_MANY_SOCKETS)
            return
        await self._catch_up()

    async def _catch_up(self) -> None:
        """Replay in batches until nothing is left, then say so and go live."""
        now = await self._counts()
        if now.cursor - self.cursor > MAX_BEHIND or self.cursor > now.cursor:
            # Replaying thousands helps nobody; a cursor from the future is another database's.
            self.cursor = now.cursor
            await self.send_json({"type": "reset", "cursor": now.cursor})
        while self.cursor < now.cursor:
            frames = await database_sync_to_async(_replayed)(self.person_id, self.cursor)
            for frame in frames:
                self.cursor = frame["seq"]
                await self.send_json(
                    {**frame, "unread": now.unread, "actions": now.actions, "version": now.version}
                )
            now = await self._counts()
        self.counts_version = now.version
        self.live = True
        await self.send_json(
            {
                "type": "replayed",
                "cursor": self.cursor,
                "unread": now.unread,
                "actions": now.actions,
                "version": now.version,
            }
        )
        # A wake-up during the replay was for a socket not live yet: look once more.
        reader().wake(self.person_id)

    async def _counts(self) -> Counts:
        found = await database_sync_to_async(counts_of)([self.person_id])
        return found.get(self.person_id, Counts())

    async def bring(self, frames: list[dict[str, Any]], counts: Counts) -> None:
        """What the reader found: only what follows the cursor, in order and without a gap."""
        if not self.live:
            return
        numbers = {"unread": counts.unread, "actions": counts.actions, "version": counts.version}
        for frame in frames:
            if frame["seq"] == self.cursor + 1:
                self.cursor = frame["seq"]
                await self.send_json({**frame, **numbers})
        if counts.version > self.counts_version:
            await self._send_counts(counts)

    async def _send_counts(self, counts: Counts) -> None:
        self.counts_version = max(self.counts_version, counts.version)
        await self.send_json(
            {
                "type": "counts",
                "unread": counts.unread,
                "actions": counts.actions,
                "version": counts.version,
            }
        )


def _replayed(person_id: int, after: int) -> list[dict[str, Any]]:
    rows = replay(person_id, after, BATCH)
    return [frame_of(seen, caught_up=True) for seen in read(rows, at=timezone.now())]


def _whole(value: Any) -> int:
    """A number a client sent, 0 where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
