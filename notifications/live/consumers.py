"""The socket of live notices: ``/ws/notifications/`` (protocol: notifications.md §4)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http.cookie import parse_cookie

from notifications.inbox import Counts
from notifications.live import frames
from notifications.live.reader import reader
from notifications.live.reading import MAX_BEHIND, News
from notifications.live.sending import started
from workflows import tracing

UNAUTHENTICATED = 4401
TOO_MANY_SOCKETS = 4429
BAD_MESSAGE = 4400
SERVICE_RESTART = 1012
# A page says hello as soon as its socket is open: who does not is nobody's page.
HELLO_SECONDS = 30.0
# A socket that takes not even one frame in this time is given up; its page connects again.
SLOWEST_SOCKET_SECONDS = 10.0

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]


class NoticesConsumer:
    """One socket of one person: it listens to its page, and sends what the reader brings.

    It asks the database nothing: the reader finds out whose it is, what was missed and what comes, for
    all sockets of the process together. Its process hears of wake-ups before the backlog is read, so
    nothing falls between the two.
    """

    __slots__ = (
        "_asks_counts",
        "_counts_version",
        "_ended",
        "_joined",
        "_send",
        "acknowledged",
        "acting_in",
        "claimed",
        "cursor",
        "let_in",
        "live",
        "person_id",
        "session_key",
    )

    def __init__(self, scope: Any, send: Send) -> None:
        # Not the scope itself: it would be kept as long as the socket.
        self.person_id, self.session_key = _who(scope)
        self.claimed: Any = None
        self.cursor = self.acknowledged = 0
        self.acting_in: frozenset[Hashable] = frozenset()
        self.let_in = self.live = False
        self._joined = self._ended = self._asks_counts = False
        self._counts_version = -1
        self._send = send

    @classmethod
    def as_asgi(cls) -> Callable[..., Awaitable[None]]:
        """The application that serves one socket."""

        async def serve(scope: Any, receive: Receive, send: Send) -> None:
            await cls(scope, send).serve(receive)

        return serve

    async def serve(self, receive: Receive) -> None:
        """Until it is closed. Whatever ends it, an error too: the reader and the group forget it."""
        tracing.begin()
        try:
            await receive()
            await self._send({"type": "websocket.accept"})
            if self.person_id or self.session_key:
                message = await self._first(receive)
            else:
                # Refused in a way that the page can read.
                await self._end(UNAUTHENTICATED)
                message = await receive()
            while message["type"] != "websocket.disconnect":
                await self._heard(message.get("text"))
                message = await receive()
        finally:
            await self._leave()

    async def _first(self, receive: Receive) -> Any:
        """What the page says first; who says nothing is not kept."""
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                return await receive()
        except TimeoutError:
            await self._end(BAD_MESSAGE)
            return await receive()

    async def _leave(self) -> None:
        """Leave the reader and the group, once."""
        if self._joined:
            self._joined = self.live = False
            reader().remove(self)
            await reader().hub.leave()

    async def give_up(self) -> None:
        """A socket that does not take what it is brought, or whose process ends: its page connects again."""
        await self._end(SERVICE_RESTART)

    async def dismiss(self) -> None:
        """Its person is signed out, or switched off: nothing more is said to it."""
        await self._end(UNAUTHENTICATED)

    async def refuse(self) -> None:
        """Its person has too many of them."""
        await self._end(TOO_MANY_SOCKETS)

    async def _end(self, code: int) -> None:
        self.live, self._ended = False, True
        reader().remove(self)
        with suppress(Exception):
            await self._send({"type": "websocket.close", "code": code})

    async def _heard(self, text: str | None) -> None:
        """``hello`` once, then ``ack`` and ``counts``; anything else closes the socket."""
        if self._ended:
            return
        tracing.known_as(self.person_id or None)
        said = _message(text)
        kind = said.get("type")
        if kind == "hello" and not self._joined:
            self.claimed = said.get("person")
            self.cursor = self.acknowledged = _whole(said.get("cursor"))
            self._joined = True
            await reader().hub.join()
            reader().come(self)
        elif kind == "ack" and self._joined:
            self.acknowledged = max(self.acknowledged, _whole(said.get("seq")))
        elif kind == "counts" and self._joined:
            self._asks_counts = True
            reader().wake(self.person_id)
        else:
            await self._end(BAD_MESSAGE)

    # What the reader brings

    def bring(self, news: News) -> Awaitable[None] | None:
        """Send what follows the cursor, in order and without a gap; what was missed is said to be complete.

        Returns what the network did not take at once, to be awaited; raises ``OSError`` where the
        socket is gone, as the wait does.
        """
        counts, texts = news.counts, []
        if counts.cursor - self.cursor > MAX_BEHIND or (not self.live and self.cursor > counts.cursor):
            # Replaying thousands helps nobody; a cursor from the future is another database's.
            self.cursor = counts.cursor
            texts.append(frames.reset(self.cursor))
        if news.after <= self.cursor:
            for frame in news.frames:
                if frame.seq > self.cursor:
                    self.cursor = frame.seq
                    texts.append(frame.live if self.live else frame.replayed)
            self.cursor = max(self.cursor, news.reached)
        if not self.live and self.cursor >= counts.cursor:
            self.live, self._asks_counts, self._counts_version = True, False, counts.version
            texts.append(frames.replayed(self.cursor, counts))
        return self._say(texts)

    def tell(self, counts: Counts, text: str) -> Awaitable[None] | None:
        """Send the counts, which ``text`` says, unless they are known; else as ``bring``."""
        if not self.live or (counts.version <= self._counts_version and not self._asks_counts):
            return None
        self._asks_counts, self._counts_version = False, max(self._counts_version, counts.version)
        return self._say([text])

    def bring_anew(self, counts: Counts) -> Awaitable[None] | None:
        """The person's seats changed: what the page shows is old as a whole, no notice is skipped."""
        self._counts_version = max(self._counts_version, counts.version)
        return self._say([frames.reset(self.cursor), frames.counted(counts)])

    def _say(self, texts: list[str]) -> Awaitable[None] | None:
        for place, text in enumerate(texts):
            rest = started(self._send({"type": "websocket.send", "text": text}))
            if rest is not None:
                return self._say_slowly(rest, texts[place + 1 :])
        return None

    async def _say_slowly(self, rest: Awaitable[None], texts: list[str]) -> None:
        async with asyncio.timeout(SLOWEST_SOCKET_SECONDS):
            await rest
        for text in texts:
            async with asyncio.timeout(SLOWEST_SOCKET_SECONDS):
                await self._send({"type": "websocket.send", "text": text})


def _who(scope: Any) -> tuple[int, str]:
    """The person, where somebody has found out already, and the key of the session; 0 and "" for nobody."""
    person = scope.get("user")
    if person is not None and not person.is_authenticated:
        return 0, ""
    if "session" in scope:
        key = scope["session"].session_key or ""
    else:
        said = "; ".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
        key = parse_cookie(said).get(settings.SESSION_COOKIE_NAME, "")
    return person.pk if person is not None else 0, key


def _message(text: str | None) -> dict[str, Any]:
    """What a page said; what is not JSON, or not an object, is a message that nobody knows."""
    try:
        said = json.loads(text or "")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _whole(value: Any) -> int:
    """A number a client sent, 0 where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
