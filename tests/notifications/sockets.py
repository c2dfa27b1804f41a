"""A WebSocket of a test, in process. (``channels.testing`` needs daphne, which we do not serve with.)"""

from __future__ import annotations

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator

from notifications.live.consumers import NoticesConsumer

PATH = "/ws/notifications/"
PATIENCE = 5.0


class RawSocket(ApplicationCommunicator):
    """A socket to an ASGI application."""

    def __init__(self, application: Any, *, user: Any = None, headers: Any = ()) -> None:
        scope = {
            "type": "websocket",
            "path": PATH,
            "query_string": b"",
            "headers": list(headers),
            "subprotocols": [],
        }
        super().__init__(application, scope if user is None else {**scope, "user": user})

    async def connect(self) -> bool:
        """Whether the server accepted."""
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(PATIENCE)
        return bool(answer["type"] == "websocket.accept")

    async def say(self, message: Any) -> None:
        """Send a message, as JSON unless it is text already."""
        text = message if isinstance(message, str) else json.dumps(message)
        await self.send_input({"type": "websocket.receive", "text": text})

    async def frame(self, timeout: float = PATIENCE) -> dict[str, Any]:
        """The next frame."""
        answer = await self.receive_output(timeout)
        assert answer["type"] == "websocket.send", answer
        return dict(json.loads(answer["text"]))

    async def closing_code(self) -> int:
        """The server closes now; with which code."""
        answer = await self.receive_output(PATIENCE)
        assert answer["type"] == "websocket.close", answer
        return int(answer["code"])

    async def leave(self) -> None:
        """Close from this side."""
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(PATIENCE)


class Socket(RawSocket):
    """A socket of one person, as a page opens it."""

    def __init__(self, user: Any) -> None:
        super().__init__(NoticesConsumer.as_asgi(), user=user)

    async def hello(self, cursor: int = 0) -> list[dict[str, Any]]:
        """Connect and say hello; everything up to ``replayed``."""
        assert await self.connect()
        await self.say({"type": "hello", "cursor": cursor})
        frames = []
        while not frames or frames[-1]["type"] != "replayed":
            frames.append(await self.frame())
        return frames

    async def next(self, kind: str) -> dict[str, Any]:
        """The next frame of a kind."""
        while True:
            frame = await self.frame()
            if frame["type"] == kind:
                return frame
