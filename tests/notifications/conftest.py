"""Mails, links and sockets for the tests of notices."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import transaction
from django.test import Client
from django.utils import timezone

from notifications import inbox
from notifications.choices import choose
from notifications.delivery.outbox import deliver_due
from notifications.kinds import KINDS
from notifications.models import OutboxMessage, TrialMail
from tests.people import person
from tests.story import Story
from workflows.models import Event
from workflows.registry import Hearing, Telling


@pytest.fixture
def story(db: Any) -> Story:
    """A draft of yesterday: the steps that follow lie in the past, the links are made now."""
    return Story(at=timezone.now() - timedelta(hours=30))


@dataclass
class MailServer:
    """A real mail server: keeps what it accepts, refuses the addresses it is told to."""

    accepted: list[Any] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        answer = self.answers.get(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.accepted.append(envelope)
        return "250 OK"


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A mail server on a free port, and the settings that lead to it."""
    handler = MailServer()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    yield handler
    controller.stop()


LINK = re.compile(r"https?://[^/\s]+(/d/[\w-]+/[\w-]+)")


def send_all() -> None:
    """Send everything that is due now."""
    while deliver_due(timezone.now()):
        pass


def send_to(username: str) -> None:
    """Send what is due to one person; the rest stays for later."""
    others = OutboxMessage.objects.exclude(notice__person__username=username)
    others.update(next_attempt_at=timezone.now() + timedelta(days=1))
    send_all()


def last_mail(username: str) -> TrialMail:
    """The newest mail of a person, as the trial keeps it."""
    return TrialMail.objects.filter(person__username=username).latest("pk")


def link_of(username: str) -> str:
    """The path of the decision link in a person's newest mail."""
    found = LINK.findall(last_mail(username).text)
    assert len(found) == 1, "one link in the text part"
    return str(found[0])


def signed_in(username: str, **keywords: Any) -> Client:
    """A browser in which this person is signed in."""
    client = Client(**keywords)
    client.force_login(person(username))
    return client


def messages_of(username: str) -> Any:
    """The outgoing messages of a person, oldest first."""
    return OutboxMessage.objects.filter(notice__person__username=username).order_by("pk")


def at_once(username: str) -> None:
    """This person wants every mail at once: no digest in the morning."""
    paces = {(kind, "email"): "now" for kind in KINDS}
    choose(person(username), paces, quiet=False, at=timezone.now())


def tell(
    story: Story, username: str, *, why: str = "home", requires_action: bool = False, at: datetime
) -> OutboxMessage | None:
    """Tell one person of the story's newest event, as a step of this moment would; their first message."""
    event = Event.objects.filter(machine="issue", record_id=story.issue.pk).latest("seq")
    key = f"{story.issue.ref}:{why}:{at.isoformat()}"
    heard = Hearing(person(username).pk, why, requires_action, key=key)
    with transaction.atomic():
        inbox.sink([Telling(event, story.refreshed(), (heard,), at)])
    return messages_of(username).order_by("-notice_id", "pk").first()
