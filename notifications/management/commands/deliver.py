"""``manage.py deliver [--once]``: send the messages that are due."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from notifications.delivery.outbox import deliver_due

PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    """A worker of the outbox. Start as many as are needed, on as many machines."""

    help = "Send the messages that are due, until stopped (or once)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="send what is due now, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            total = 0
            while dealt := deliver_due(timezone.now()):
                total += dealt
            self.stdout.write(str(total))
            return
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            if not deliver_due(timezone.now()):
                stop.wait(PAUSE_SECONDS)
