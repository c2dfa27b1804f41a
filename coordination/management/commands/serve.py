"""``manage.py serve``: the whole product in one process, as ``make run`` starts it.

Pages, live notices and background work run in one event loop with the in-memory channel layer. It
migrates nothing and seeds nothing; it stops cleanly on SIGTERM and SIGINT.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from channels.db import database_sync_to_async
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from coordination.chores import CHORES, Chore
from coordination.demo.loading import PASSWORD
from notifications import watching
from notifications.tasks import ONE_PROCESS
from workflows import tracing

log = logging.getLogger(__name__)


class TrialServer(uvicorn.Server):
    """uvicorn that says where it is once it answers, and does the chores while it runs."""

    def __init__(self, config: uvicorn.Config, say: Callable[[str], object]) -> None:
        super().__init__(config)
        self.say = say
        self.chores: list[asyncio.Task[None]] = []

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.chores = [asyncio.create_task(_repeat(chore)) for chore in CHORES]
            self.say(address_of(self.config.host, self._port()))

    async def shutdown(self, sockets: Any = None) -> None:
        for chore in self.chores:
            chore.cancel()
        await asyncio.gather(*self.chores, return_exceptions=True)
        await super().shutdown(sockets)
        if self.chores:
            await database_sync_to_async(watching.ended)(ONE_PROCESS, at=timezone.now())

    def _port(self) -> int:
        """The port that was really opened (0 asks the system for a free one)."""
        return int(self.servers[0].sockets[0].getsockname()[1])


def address_of(host: str, port: int) -> str:
    """Where a browser finds the product."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 (compared, not opened)
    return f"http://{shown}:{port}/"


async def _repeat(chore: Chore) -> None:
    """One chore, again and again; what fails is logged and tried again."""
    if not chore.at_start:
        await asyncio.sleep(chore.every)
    while True:
        tracing.begin()
        try:
            await database_sync_to_async(chore.task, thread_sensitive=False)()
        except Exception:
            log.exception("%s failed", chore.name)
        await asyncio.sleep(chore.every)


@contextlib.contextmanager
def _signals_end_the_server() -> Iterator[None]:
    """uvicorn raises a signal again once it has shut down; by then everything is done."""
    names = (signal.SIGTERM, signal.SIGINT)
    before = {name: signal.signal(name, lambda *_: None) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


class Command(BaseCommand):
    """The trial server."""

    help = "Serve pages, live notices and background work in one process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        if "BASE_URL" not in os.environ and port:
            # The trial learns only here where it is; its mails must lead back to this very place.
            settings.BASE_URL = address_of(host, port).rstrip("/")
        config = uvicorn.Config(
            "coordination.asgi:application",
            host=host,
            port=port,
            log_config=None,
            lifespan="on",
            ws_ping_interval=20,
            # A browser's socket would keep some 40 KiB for it, and frames are short (docs/adr/0021).
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=3,
        )
        with _signals_end_the_server():
            TrialServer(config, self._ready).run()

    def _ready(self, address: str) -> None:
        self.stdout.write(address)
        if settings.TRIAL:
            self.stdout.write(
                "Demo people sign in with one click on the first page, or with a name such as "
                "binhphuoc.gtvt.officer, binhphuoc.gtvt.head, dongnai.ubnd.head, auditor, admin "
                f"and the password {PASSWORD}"
            )
        self.stdout.flush()
