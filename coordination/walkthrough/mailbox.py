"""The mails that really went out, as the trial's mailbox page shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from coordination.walkthrough.browser import Browser

MAILBOX = "/trial/mail/"
_MAIL = re.compile(rf"{MAILBOX}(\d+)/$")
_DECISION = re.compile(r"/d/[\w-]+/[\w-]+$")


@dataclass(frozen=True)
class Letter:
    """One mail with a decision link."""

    number: int
    link: str
    text: str


class Mailbox:
    """Reads the mailbox over HTTP, like the person who opens it."""

    def __init__(self, address: str) -> None:
        self.browser = Browser(address)

    def newest(self, username: str) -> int:
        """The number of a person's newest mail, 0 where there is none."""
        return max(self._numbers(username), default=0)

    def letters(self, username: str, *, after: int, about: str) -> list[Letter]:
        """A person's mails with a decision link that name this code, newest first."""
        found = []
        for number in sorted(self._numbers(username), reverse=True):
            if number <= after:
                break
            page = self.browser.get(f"{MAILBOX}{number}/html/")
            link = next((one for one in page.links if _DECISION.search(urlsplit(one).path)), None)
            if link is not None and about in page.text:
                found.append(Letter(number, link, page.text))
        return found

    def _numbers(self, username: str) -> list[int]:
        page = self.browser.get(f"{MAILBOX}?to={username}")
        matches = (_MAIL.search(urlsplit(link).path) for link in page.links)
        return [int(match[1]) for match in matches if match]
