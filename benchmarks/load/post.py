"""The mail server of the load: takes every mail, and hands each person the links in theirs."""

from __future__ import annotations

import email
import email.policy
import re
from collections import Counter, deque
from typing import Any

from aiosmtpd.controller import Controller

from coordination.demo.people import PEOPLE
from tests.services.serving import HERE, free_port

LINK = re.compile(r"https?://[^/\s]+(/d/[\w-]+/[\w-]+)")
_USERNAMES = {person.email: person.username for person in PEOPLE if person.email}


class Post:
    """Accepts mail on a port of its own while it is open."""

    def __init__(self) -> None:
        self.port = free_port()
        # Message-ID → how often it was accepted.
        self.accepted: Counter[str] = Counter()
        self._links: dict[str, deque[str]] = {}
        self._controller = Controller(self, hostname=HERE, port=self.port)

    @property
    def url(self) -> str:
        """``EMAIL_URL`` for it."""
        return f"smtp://{HERE}:{self.port}"

    def open(self) -> None:
        """Take mail from now on."""
        self._controller.start()

    def close(self) -> None:
        """Take no more."""
        self._controller.stop()

    def newest_link(self, username: str) -> str | None:
        """The path of the newest decision link that this person has not followed yet."""
        links = self._links.get(username)
        return links.pop() if links else None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """One mail."""
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.accepted[str(mail["Message-ID"])] += 1
        body = mail.get_body(("plain",))
        found = LINK.findall(body.get_content()) if body else []
        for address in envelope.rcpt_tos:
            if found and address in _USERNAMES:
                self._links.setdefault(_USERNAMES[address], deque(maxlen=20)).append(found[0])
        return "250 OK"
