"""A process in which things break: in a view, in a socket, in a command, in a worker's task.

Each breaks inside the engine or beside it, with a link's secret in its words; what is reported of it
is for the test to see. With ``-A`` of Celery this module is a worker whose deliveries break.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any
from unittest import mock

os.environ["DJANGO_SETTINGS_MODULE"] = "coordination.settings"

import httpx
import sentry_sdk
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from coordination.asgi import application
from coordination.celery import app  # noqa: F401 (sets Django up, and with it the error reports)
from coordination.models import Issue
from notifications import tasks
from notifications.delivery import outbox
from notifications.live import consumers
from tests.notifications.sockets import RawSocket
from tests.people import person
from tests.story import Story
from workflows import engine
from workflows.tasks import sweep

SECRET = os.environ["LINK_SECRET"]
OFFICER = os.environ["OFFICER"]
LINK = f"/d/abcdEFGH1234/{SECRET}"


def breaks(where: str) -> None:
    """Take a step that fails in the middle of the engine."""
    with mock.patch.object(engine, "_append", side_effect=RuntimeError(f"{where}: at {LINK}")):
        engine.perform(
            Issue.objects.latest("pk"),
            "hand_up",
            by=person(OFFICER),
            at=timezone.now(),
            data={"secret": SECRET},
        )


@csrf_exempt
def broken_view(_request: Any, **_given: str) -> Any:
    """What a page would do."""
    breaks("view")


urlpatterns = [path("d/<str:selector>/<str:secret>", broken_view)]


def in_a_view() -> None:
    """A page under the very address of a link, asked as a browser asks."""

    async def scenario() -> None:
        transport = httpx.ASGITransport(app=application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            await client.post(
                f"{LINK}?back={LINK}",
                data={"reason": os.environ["WRITTEN"]},
                headers={
                    "referer": f"http://localhost{LINK}",
                    "cookie": f"sessionid={os.environ['SESSION']}",
                },
            )

    with override_settings(ROOT_URLCONF=__name__):
        asyncio.run(scenario())


def in_a_task() -> None:
    """Ask the workers for a delivery, and for a sweep that goes well."""
    tasks.deliver.delay()
    sweep.delay()


def in_a_socket() -> None:
    """A consumer that fails while it says hello."""
    client = Client()
    client.force_login(person(OFFICER))
    cookie = f"sessionid={client.cookies['sessionid'].value}".encode()
    headers = [(b"origin", b"http://localhost"), (b"cookie", cookie), (b"referer", LINK.encode())]

    async def scenario() -> None:
        socket = RawSocket(application, headers=headers)
        await socket.connect()
        await socket.say({"type": "hello", "cursor": 0})
        try:
            await socket.wait(3)
        except RuntimeError:
            return

    with mock.patch.object(consumers, "_message", side_effect=RuntimeError(f"socket: at {LINK}")):
        asyncio.run(scenario())


def in_a_command() -> None:
    """A sweep from the command line whose record cannot be done."""
    with mock.patch("workflows.sweeps.registry") as broken:
        broken.sweeps = [mock.Mock(plan=mock.Mock(side_effect=RuntimeError(f"command: at {LINK}")))]
        broken.sweeps[0].name = "broken"
        try:
            call_command("sweep_deadlines", stdout=sys.stderr)
        except Exception:
            return


if __name__ == "__main__":
    Story(at=timezone.now())
    for work in (in_a_view, in_a_socket, in_a_task, in_a_command):
        work()
    sentry_sdk.flush(10)
else:
    outbox.deliver_due = lambda *_: breaks("task")
