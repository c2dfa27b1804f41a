"""A real mail server that can be made to behave badly."""

from __future__ import annotations

import asyncio
import email
from collections import Counter
from typing import Any

from aiosmtpd.controller import Controller

from tests.services.serving import HERE, free_port


class BadMailServer:
    """Accepts mail, or whatever ``mood`` says: refuse, hang, 4xx, 5xx, close."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mood = "accept"
        # Message-ID → how often it was accepted.
        self.accepted: Counter[str] = Counter()
        self.turned_away = 0
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """``EMAIL_URL`` for it."""
        return f"smtp://{HERE}:{self.port}"

    def behave(self, mood: str) -> None:
        """From now on; ``refuse`` closes the port itself."""
        self.mood = mood
        if mood == "refuse":
            self.stop()
        elif self._controller is None:
            self._controller = Controller(self, hostname=HERE, port=self.port)
            self._controller.start()

    def stop(self) -> None:
        """Close the port."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        """What becomes of a mail."""
        if self.mood == "accept":
            self.accepted[str(email.message_from_bytes(envelope.content)["Message-ID"])] += 1
            return "250 OK"
        self.turned_away += 1
        if self.mood == "hang":
            await asyncio.sleep(3)
            return "451 too late"
        if self.mood == "close":
            server.transport.abort()
            return "421 gone"
        return {"4xx": "451 try again later", "5xx": "554 not this one"}[self.mood]
